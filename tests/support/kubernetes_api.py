"""A small Kubernetes API server in this process: server-side apply with field managers, lists, deletion.

Just enough of one for tests of the driver. What a real one does with it is shown in `tests/integration`.
"""

import itertools
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

KINDS = {
    "v1": {"ConfigMap": "configmaps", "Secret": "secrets", "Service": "services", "Pod": "pods"},
    "apps/v1": {"Deployment": "deployments"},
    "batch/v1": {"Job": "jobs"},
    "rbac.authorization.k8s.io/v1": {"RoleBinding": "rolebindings"},
}
WHOLE_CLUSTER = {
    "v1": {"Namespace": "namespaces"},
    "apiextensions.k8s.io/v1": {"CustomResourceDefinition": "customresourcedefinitions"},
}

MADE_BY_SERVER = ("uid", "creationTimestamp", "generation", "resourceVersion", "managedFields")
SET_BY_SERVER = {("metadata", name) for name in MADE_BY_SERVER}
NOBODYS = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}


class Status(Exception):
    """An answer that is none of success."""

    def __init__(self, code, message, reason="", causes=()):
        super().__init__(message)
        self.code = code
        self.body = {
            "kind": "Status",
            "status": "Failure",
            "code": code,
            "message": message,
            "reason": reason,
            "details": {"causes": list(causes)},
        }


class KubernetesApi:
    """The server; `url` is where it is, `calls` what it was asked."""

    def __init__(self):
        self.objects = {}
        self.calls = []
        self.kinds = {version: dict(kinds) for version, kinds in KINDS.items()}
        self.refusals = []
        """Functions (method, path, query, body) that raise a `Status`, or answer nothing."""

        self.fixed = set()
        """Leaves (`spec.template.image`) that no object can change."""

        self.tokens = set()
        """The tokens that are let in; empty: everybody."""

        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.put("v1", "Namespace", "", "default")

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def made(self, method="PATCH"):
        """The paths of the calls that were no rehearsals."""
        return [path for made, path, query in self.calls if made == method and "dryRun" not in query]

    def rehearsed(self):
        """The paths that were asked about without a change."""
        return [path for _, path, query in self.calls if "dryRun" in query]

    def object(self, plural, name, namespace="default"):
        """The object as it is."""
        return next(
            found["live"]
            for path, found in self.objects.items()
            if path.endswith(f"{plural}/{name}") and (not namespace or f"/{namespace}/" in path)
        )

    def put(self, version, kind, namespace, name, manager="kubectl", **more):
        """Somebody else's apply."""
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        body = {"apiVersion": version, "kind": kind, "metadata": metadata, **more}
        path = self._collection(version, kind, namespace) + "/" + name
        return self._apply(path, body, {"fieldManager": [manager], "force": ["true"]})[1]

    def set_status(self, plural, name, namespace="default", **status):
        """What a controller says."""
        with self._lock:
            self.object(plural, name, namespace)["status"] = status

    def know(self, version, kind, plural):
        """A kind that a CRD has brought."""
        self.kinds.setdefault(version, {})[kind] = plural

    def _collection(self, version, kind, namespace):
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if kind in WHOLE_CLUSTER.get(version, {}):
            return f"{root}/{WHOLE_CLUSTER[version][kind]}"
        return f"{root}/namespaces/{namespace}/{self.kinds[version][kind]}"

    def answer(self, method, target, body, headers):
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        with self._lock:
            self.calls.append((method, path, query))
            if self.tokens and headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
                raise Status(401, "Unauthorized", "Unauthorized")
            for refuse in self.refusals:
                refuse(method, path, query, body)
            if (version := path.removeprefix("/apis/").removeprefix("/api/")).count("/") <= 1:
                return self._known(version)
            if method == "PATCH":
                return self._apply(path, body, query)
            if method == "DELETE":
                return self._delete(path)
            if path in self.objects:
                return 200, self.objects[path]["live"]
            if path.rpartition("/")[2] in self._plurals():
                return 200, self._listed(path, query)
            raise Status(404, f"{path} not found", "NotFound")

    def _plurals(self):
        tables = (*self.kinds.values(), *WHOLE_CLUSTER.values())
        return {plural for table in tables for plural in table.values()}

    def _known(self, version):
        rows = [(k, p, True) for k, p in self.kinds.get(version, {}).items()]
        rows += [(k, p, False) for k, p in WHOLE_CLUSTER.get(version, {}).items()]
        if not rows:
            raise Status(404, "the server could not find the requested resource", "NotFound")
        return 200, {"resources": [{"kind": k, "name": p, "namespaced": n} for k, p, n in rows]}

    def _listed(self, path, query):
        labels = dict(each.split("=") for each in query.get("labelSelector", [""])[0].split(",") if each)
        items = [
            {k: v for k, v in found["live"].items() if k not in ("apiVersion", "kind")}
            for at, found in sorted(self.objects.items())
            if at.startswith(f"{path}/")
            and labels.items() <= found["live"]["metadata"].get("labels", {}).items()
        ]
        limit, start = int(query.get("limit", ["500"])[0]), int(query.get("continue", ["0"])[0])
        more = {"continue": str(start + limit)} if start + limit < len(items) else {}
        return {"metadata": more, "items": items[start : start + limit]}

    def _apply(self, path, body, query):
        namespace = body["metadata"].get("namespace")
        if namespace and f"/api/v1/namespaces/{namespace}" not in self.objects:
            raise Status(404, f'namespaces "{namespace}" not found', "NotFound")
        manager, is_forced = query["fieldManager"][0], "force" in query
        found = self.objects.get(path, {"live": {}, "owners": {}})
        before, wanted = leaves(found["live"]), leaves(body)
        owners = {leaf: set(names) for leaf, names in found["owners"].items()}
        self._resolve(before, wanted, owners, manager, is_forced=is_forced)
        changed = [".".join(f) for f in {*before, *wanted} if before.get(f) != wanted.get(f)]
        if path in self.objects and (changed := self.fixed.intersection(changed)):
            causes = [{"field": f, "message": "Invalid value: field is immutable"} for f in changed]
            raise Status(422, f"{path} is invalid", "Invalid", causes)
        after = {**before, **wanted}
        for leaf in [leaf for leaf, names in owners.items() if names == {manager} and leaf not in wanted]:
            after.pop(leaf, None)
            del owners[leaf]
        live = tree(after)
        had = found["live"].get("metadata", {})
        live["metadata"] |= {
            "uid": had.get("uid") or f"uid-{next(self._numbers)}",
            "creationTimestamp": "2026-11-21T10:00:00Z",
            "generation": 1,
            "resourceVersion": str(next(self._numbers)),
            "managedFields": managed(owners),
        }
        if "dryRun" not in query:
            self.objects[path] = {"live": live, "owners": owners}
        return (200 if before else 201), live

    def _resolve(self, before, wanted, owners, manager, *, is_forced):
        held = []
        for leaf, value in wanted.items():
            others = owners.get(leaf, set()) - {manager}
            if others and before.get(leaf) != value and not is_forced:
                held += [(leaf, other) for other in sorted(others)]
            kept = others if before.get(leaf) == value else set()
            if leaf not in NOBODYS:
                owners[leaf] = {*kept, manager}
        if held:
            causes = [
                {
                    "reason": "FieldManagerConflict",
                    "field": f".{'.'.join(leaf)}",
                    "message": f'conflict with "{other}"',
                }
                for leaf, other in held
            ]
            raise Status(409, "Apply failed with conflicts", "Conflict", causes)

    def _delete(self, path):
        if path not in self.objects:
            raise Status(404, f"{path} not found", "NotFound")
        live = self.objects[path]["live"]
        if live["metadata"].get("finalizers"):
            live["metadata"]["deletionTimestamp"] = "2026-11-21T11:00:00Z"
            return 200, live
        del self.objects[path]
        return 200, {"kind": "Status", "status": "Success"}

    def _answering(api):
        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                try:
                    code, answer = api.answer(self.command, self.path, body, self.headers)
                except Status as status:
                    code, answer = status.code, status.body
                except ConnectionError:
                    self.close_connection = True
                    return
                data = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_PATCH = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        return Answering


def leaves(value, path=()):
    """Every leaf by its path; a list is one."""
    if isinstance(value, dict) and value:
        found = {}
        for name, item in value.items():
            if (*path, name) not in SET_BY_SERVER:
                found |= leaves(item, (*path, name))
        return found
    return {path: value} if path else {}


def tree(found):
    """The object with these leaves."""
    whole = {"metadata": {}}
    for path, value in found.items():
        *above, last = path
        at = whole
        for name in above:
            at = at.setdefault(name, {})
        at[last] = value
    return whole


def managed(owners):
    """`metadata.managedFields` of what belongs to whom."""
    by_manager = {}
    for leaf, names in owners.items():
        for name in names:
            at = by_manager.setdefault(name, {})
            for part in leaf:
                at = at.setdefault(f"f:{part}", {})
    return [
        {"manager": name, "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": fields}
        for name, fields in sorted(by_manager.items())
    ]


@contextmanager
def kubernetes_api():
    """A server for as long as it is needed."""
    api = KubernetesApi()
    try:
        yield api
    finally:
        api.close()
