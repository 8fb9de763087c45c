"""A registry on loopback that answers for manifests alone, as the OCI distribution specification says."""

import base64
import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Distribution:
    """Speaks HTTP as a registry does; `manifests` are `<repository>:<tag>` or `<repository>@<digest>` -> digest."""

    def __init__(self):
        self.manifests = {}
        self.wants = None
        """How it asks who it is: `basic`, `bearer`, or not at all."""
        self.says_digests = True
        """Whether it has the header that says a digest, which it need not have."""
        self.asked = []
        self.host = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append(f"{self.command} {self.path}")
                status, headers, body = outer.answer(self.path, self.headers.get("Authorization"))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body if self.command == "GET" else b"")

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.handler = Handler

    def answer(self, path, authorization):
        url = urlsplit(path)
        if url.path == "/token":
            scope = parse_qs(url.query)["scope"][0]
            is_known = authorization == f"Basic {base64.b64encode(b'me:secret').decode()}"
            return (200, {}, json.dumps({"token": f"for {scope}"}).encode()) if is_known else (401, {}, b"")
        if url.path == "/v2/":
            return 200, {}, b"{}"
        repository, _, reference = url.path.removeprefix("/v2/").partition("/manifests/")
        if refused := self._challenge(repository, authorization):
            return 401, {"WWW-Authenticate": refused}, b""
        mark = "@" if reference.startswith("sha256:") else ":"
        digest = self.manifests.get(f"{repository}{mark}{reference}")
        if digest is None:
            return 404, {}, b""
        return 200, {"Docker-Content-Digest": digest} if self.says_digests else {}, b"a manifest"

    def _challenge(self, repository, authorization):
        if self.wants == "basic" and authorization != f"Basic {base64.b64encode(b'me:secret').decode()}":
            return 'Basic realm="here"'
        scope = f"repository:{repository}:pull"
        if self.wants == "bearer" and authorization != f"Bearer for {scope}":
            return f'Bearer realm="http://{self.host}/token",service="here",scope="{scope}"'
        return None


@contextlib.contextmanager
def distribution():
    """One that runs; its `host` is what images begin with."""
    registry = Distribution()
    server = ThreadingHTTPServer(("127.0.0.1", 0), registry.handler)
    server.daemon_threads = True
    registry.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
