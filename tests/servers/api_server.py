"""A real Kubernetes API server with its etcd, on loopback; no controller runs beside it.

So nothing becomes ready by itself: a test writes the status that it needs, or lets `becoming_ready` do it.
"""

import base64
import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from tests.servers.becoming_ready import becoming_ready
from tests.servers.build import program
from tests.servers.certificates import Authority, signing_keys
from tests.servers.definitions import definitions
from tests.servers.running import Running, free_port

TOKEN = "an-administrator"
STRANGER = "nobody-in-particular"
"""The token of a user who may do nothing but look at what everybody may see."""

PATCHES = {
    "merge": "application/merge-patch+json",
    "apply": "application/apply-patch+yaml",
    "json": "application/json-patch+json",
}


class Refusal(AssertionError):
    """The API server said no; `code` is the HTTP status, `status` its answer."""

    def __init__(self, asked, code, status):
        super().__init__(f"{asked}: {code} {status.get('message', status)}")
        self.code = code
        self.status = status


class ApiServer:
    """kube-apiserver and etcd in a folder of their own; `close` ends them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.token = TOKEN
        self.stranger = STRANGER
        self.authority = Authority.made(folder)
        self._port, self._etcd_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self._port}"
        self._pool = urllib3.PoolManager(
            maxsize=16, ssl_context=self.authority.trust, retries=False, timeout=urllib3.Timeout(30)
        )
        self._defined = set()
        (folder / "tokens.csv").write_text(
            f"{TOKEN},administrator,administrator,system:masters\n{STRANGER},stranger,stranger\n"
        )
        self._command = self._prepared()
        self._etcd = self._started_etcd()
        self._server = None
        self.start()
        self.kubeconfig = self.written_kubeconfig("admin", {"token": TOKEN})

    def _started_etcd(self):
        clients, peers = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, free_port()))
        command = [program("etcd"), "--name=test", f"--data-dir={self.folder / 'etcd'}"]
        command += [f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}"]
        command += [f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}"]
        command += [f"--initial-cluster=test={peers}", "--unsafe-no-fsync", "--log-level=warn"]
        etcd = Running(self.folder / "etcd.log", command)
        etcd.until(lambda: self._answers(f"{clients}/readyz"))
        return etcd

    def _prepared(self):
        certificate, key = self.authority.server("kube-apiserver")
        private, public = signing_keys(self.folder)
        return [
            program("kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self._port}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            f"--client-ca-file={self.authority.file}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}",
            f"--service-account-signing-key-file={private}",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--disable-admission-plugins=ServiceAccount",  # no controller makes a namespace's `default`
            "--allow-privileged=true",
            "--v=1",
        ]

    def start(self):
        """Start the API server, on the port that it always has, and wait until it is ready."""
        self._server = Running(self.folder / "kube-apiserver.log", self._command)
        self._server.until(lambda: self._answers(f"{self.url}/readyz"))

    def stop(self):
        """End the API server as a failing machine would; its objects stay in etcd."""
        if self._server:
            self._server.end()
            self._server = None

    def restart(self):
        """End it and start it again: connections break, objects stay."""
        self.stop()
        self.start()

    def close(self):
        """End everything."""
        self.stop()
        self._etcd.end()

    def _answers(self, url):
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            return self._pool.request("GET", url, timeout=2).status == 200
        return False

    def written_kubeconfig(self, name, user, context="test"):
        """A kubeconfig with one context, in which the user is made known in this way."""
        authority = base64.b64encode(self.authority.file.read_bytes()).decode()
        server = {"server": self.url, "certificate-authority-data": authority}
        file = self.folder / f"{name}.kubeconfig"
        file.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "test", "cluster": server}],
                    "users": [{"name": name, "user": user}],
                    "contexts": [{"name": context, "context": {"cluster": "test", "user": name}}],
                    "current-context": context,
                }
            )
        )
        file.chmod(0o600)
        return file

    def ask(self, method, path, body=None, type="application/json", token=TOKEN):
        """The HTTP status and the answer, whatever they are."""
        answer = self._pool.request(
            method,
            self.url + path,
            body=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {token}", "Content-Type": type, "Accept": "application/json"},
        )
        try:
            return answer.status, answer.json()
        except ValueError:
            return answer.status, {"message": answer.data.decode(errors="replace")}

    def _done(self, method, path, body=None, type="application/json"):
        code, answer = self.ask(method, path, body, type)
        if code >= 400:
            raise Refusal(f"{method} {path}", code, answer)
        return answer

    def get(self, path):
        return self._done("GET", path)

    def post(self, path, body):
        return self._done("POST", path, body)

    def put(self, path, body):
        return self._done("PUT", path, body)

    def delete(self, path):
        return self._done("DELETE", path)

    def patch(self, path, body, kind="merge"):
        """Change an object, by `merge`, `json` or `apply` (then the path names a field manager)."""
        return self._done("PATCH", path, body, PATCHES[kind])

    def apply(self, path, body, manager, force=False):
        """Server-side apply as somebody else."""
        body = {**body, "metadata": {"name": path.rsplit("/", 1)[1], **body.get("metadata", {})}}
        forced = "true" if force else "false"
        return self.patch(f"{path}?fieldManager={manager}&force={forced}", body, "apply")

    def is_there(self, path):
        return self.ask("GET", path)[0] == 200

    def make_namespace(self, name, labels=None):
        """A namespace with these labels; one that another test has left gets them as well."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels or {}}}
        self.apply(f"/api/v1/namespaces/{name}", body, "tests", force=True)
        return name

    def load_crds(self, *groups):
        """The definitions of these groups, Established; what was loaded before is not loaded again."""
        missing = [group for group in groups if group not in self._defined]
        found = [one for group in missing for one in definitions(group)]
        with ThreadPoolExecutor(8) as threads:
            [*threads.map(self.define, found)]
        self._defined.update(missing)

    def define(self, definition):
        """Make one kind known, and wait until it is served."""
        name = definition["metadata"]["name"]
        code, answer = self.ask("POST", DEFINITIONS, definition)
        assert code in {201, CONFLICT}, f"{name}: {answer.get('message')}"
        spec = definition["spec"]
        served = [version["name"] for version in spec["versions"] if version["served"]]
        limit = time.monotonic() + 60
        # Not asked for the definition itself: that can be a megabyte.
        while not all(
            self._serves(f"/apis/{spec['group']}/{version}", spec["names"]["plural"]) for version in served
        ):
            assert time.monotonic() < limit, f"{name} was not served after 60 s"
            time.sleep(0.1)

    def _serves(self, path, plural):
        code, answer = self.ask("GET", path)
        return code == 200 and any(kind["name"] == plural for kind in answer["resources"])

    def becoming_ready(self, statuses=None, kinds=None):
        """Play the controllers while the block runs; see `becoming_ready`."""
        return becoming_ready(self, statuses, kinds)


CONFLICT = 409
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def established(definition):
    conditions = definition.get("status", {}).get("conditions") or []
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
