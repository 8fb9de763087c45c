"""A transit engine on loopback: keys with versions, and what Vault says when it is sealed or refuses."""

import base64
import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hvs.a-token-of-the-test"


class FakeTransit:
    """Speaks HTTP as Vault does; `keys` are (mount, name) -> the number of the newest version."""

    def __init__(self):
        self.keys = {("transit", "state"): 1}
        self.denied = set()
        """Parts of paths that the token may not ask for, such as `keys`."""
        self.sealed = False
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._answer(None)

            def do_POST(self):
                self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

            do_PUT = do_POST

            def _answer(self, body):
                status, said = outer.answer(self.path.removeprefix("/v1/"), body, self.headers)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path, body, headers):
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Token") != TOKEN:
            return 403, {"errors": ["permission denied", "invalid token"]}
        if path == "auth/token/lookup-self":
            return 200, {"data": {"ttl": 0, "policies": ["test"]}}
        if path == "sys/capabilities-self":
            return 200, {"data": {each: ["deny"] for each in body["paths"]}}
        self.asked.append(path)
        mount, operation, name = path.rsplit("/", 2)
        if operation in self.denied:
            return 403, {"errors": ["permission denied"]}
        return getattr(self, f"_{operation}")((mount, name), body)

    def _keys(self, key, _body):
        return (
            (200, {"data": {"latest_version": self.keys[key]}}) if key in self.keys else (404, {"errors": []})
        )

    def _encrypt(self, key, body):
        version = self.keys.setdefault(key, 1)  # as Vault does it for whoever may
        mixed = base64.b64encode(f"{'/'.join(key)}|{body['plaintext']}".encode()[::-1]).decode()
        return 200, {"data": {"ciphertext": f"vault:v{version}:{mixed}"}}

    def _decrypt(self, key, body):
        if key not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        with contextlib.suppress(ValueError):
            mark, _, mixed = body["ciphertext"].removeprefix("vault:v").partition(":")
            owner, _, plaintext = base64.b64decode(mixed, validate=True)[::-1].decode().partition("|")
            if mark.isdigit() and owner == "/".join(key):
                return 200, {"data": {"plaintext": plaintext}}
        return 400, {"errors": ["invalid ciphertext: cipher: message authentication failed"]}
