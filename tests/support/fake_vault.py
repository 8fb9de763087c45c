"""A Vault on loopback that keeps documents, and that can be sealed, busy, asleep, or lose an answer."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hvs.a-token-of-the-test"
SECRET_ID = "a-secret-id-of-the-test"
DENIED = {"errors": ["1 error occurred:\n\t* permission denied\n\n"]}
NO_TOKEN = {"errors": ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}


class FakeVault:
    """Speaks HTTP as Vault does: what is posted at a path is what is told there."""

    def __init__(self):
        self.documents = {}
        """By path; a mount is at `sys/mounts/PATH`."""
        self.tokens = {TOKEN: {"ttl": 0, "renewable": False, "policies": ["default", "ci"]}}
        self.denied = ()
        """Beginnings of paths that no token may ask for."""
        self.answers_no_more_after = ()
        """Methods: after the first such request nothing is allowed any more."""
        self.moods = []
        """What is said next, once each, in place of the answer: (status, body, headers), or `LOSE`."""
        self.asked = []
        self.sent = []
        """(method, path, body) of what came through."""
        self._lock = threading.Lock()

    def mood(self, status, message="", **headers):
        """Say this once."""
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.moods.append((status, {"errors": [message] if message else []}, named))

    def answer(self, method, path, body, headers):
        with self._lock:
            self.asked.append(f"{method} {path}")
            if self.moods:
                mood = self.moods.pop(0)
                if mood[0] != "lose":
                    return mood
                self._served(method, path, body, headers)
                return None
            return self._served(method, path, body, headers)

    def _served(self, method, path, body, headers):
        if path == "auth/approle/login":
            return self._login(body)
        token = headers.get("X-Vault-Token", "")
        if token not in self.tokens:
            return 403, NO_TOKEN, {}
        if path == "sys/capabilities-self":
            (asked,) = body["paths"]
            has = ["deny"] if asked.startswith(self.denied or ("-",)) else ["root"]
            return 200, {"data": {asked: has}}, {}
        if path == "auth/token/lookup-self":
            return 200, {"data": {**self.tokens[token], "creation_ttl": self.tokens[token]["ttl"]}}, {}
        if path == "auth/token/renew-self":
            return 200, self._auth(token), {}
        if self.denied and path.startswith(self.denied):
            return 403, DENIED, {}
        self.sent.append((method, path, body))
        if method in self.answers_no_more_after:
            self.denied = ("",)
        return self._kept(method, path, body or {})

    def _kept(self, method, path, body):
        if path.startswith("sys/remount"):
            return self._moved(path, body)
        if method == "GET":
            found = self.documents.get(path)
            return (200, {"data": found}, {}) if found is not None else self._absent(path)
        if method == "DELETE":
            gone = self.documents.pop(path, None)
            return (204, None, {}) if gone is not None else self._absent(path)
        if "/data/" in path:
            return self._version(path, body)
        about = path.removesuffix("/tune")
        if "/keys/" in path:
            about = about.removesuffix("/config")
        if "postgres" in str(body.get("connection_url")):
            body = {**body, "connection_details": {"connection_url": body["connection_url"]}}
        if path.endswith("/tune"):
            self.documents[about].setdefault("config", {}).update(body)
            return 204, None, {}
        kept = {**self.documents.get(about, {}), **body}
        self.documents[about] = self._made(path, kept)
        return 200, {"data": self.documents[about]}, {}

    def _made(self, path, kept):
        if path.startswith(("sys/mounts/", "sys/auth/")):
            leases = {name: _seconds(each) for name, each in kept.pop("config", {}).items()}
            kept = {**kept, "config": leases}
            kept = {"accessor": "acc_1", "description": "", "local": False, "options": None, **kept}
        if "/keys/" in path:
            kept = {"keys": {"1": 1}, "latest_version": 1, "min_decryption_version": 1, **kept}
        if path == "identity/group":
            kept = {"id": "an-id", **kept}
            self.documents["identity/group/id/an-id"] = kept
            self.documents[f"identity/group/name/{kept.get('name')}"] = kept
        return kept

    def _version(self, path, body):
        before = self.documents.get(path, {"metadata": {"version": 0}})["metadata"]["version"]
        wanted = body.get("options", {}).get("cas")
        if wanted is not None and wanted != before:
            return 400, {"errors": ["check-and-set parameter did not match the current version"]}, {}
        told = {"version": before + 1, "created_time": "2026-11-21T10:00:00Z"}
        self.documents[path] = {"data": body["data"], "metadata": told}
        beside = {"current_version": before + 1, "versions": {str(before + 1): told}}
        self.documents[path.replace("/data/", "/metadata/", 1)] = beside
        return 200, {"data": told}, {}

    def _moved(self, path, body):
        if path == "sys/remount":
            kind = "sys/auth/" if body["from"].startswith("auth/") else "sys/mounts/"
            before, after = (body[end].removeprefix("auth/") for end in ("from", "to"))
            self.documents[f"{kind}{after}"] = self.documents.pop(f"{kind}{before}")
            return 200, {"data": {"migration_id": "1"}}, {}
        self.looks = getattr(self, "looks", 0) + 1
        status = "in-progress" if self.looks == 1 else "success"
        return 200, {"data": {"migration_info": {"status": status}}}, {}

    def _absent(self, path):
        if path.startswith("sys/mounts/"):
            return 400, {"errors": [f"No secret engine mount at {path[11:]}/"]}, {}
        return 404, {"errors": []}, {}

    def _login(self, body):
        if body.get("secret_id") != SECRET_ID:
            return 400, {"errors": ["invalid role or secret ID"]}, {}
        token = f"hvs.login-{len(self.tokens)}"
        self.tokens[token] = {"ttl": 60, "renewable": True, "policies": ["default"]}
        return 200, self._auth(token), {}

    def _auth(self, token):
        about = self.tokens[token]
        return {"auth": {"client_token": token, "lease_duration": about["ttl"], **about}}


@contextlib.contextmanager
def fake_vault(kind=FakeVault):
    """One that runs, with its `address`."""
    fake = kind()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null") if length else None
            said = fake.answer(self.command, self.path.removeprefix("/v1/"), body, self.headers)
            if said is None:  # it was done, and nobody is told
                self.close_connection = True
                return
            status, document, headers = said
            text = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = do_LIST = do_PATCH = _answer

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _seconds(lease):
    text = str(lease)
    return int(text.removesuffix("s")) if text.removesuffix("s").isdigit() else lease


LOSE = ("lose",)
