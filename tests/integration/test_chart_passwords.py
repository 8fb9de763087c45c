"""The password of a chart's repository: `helm` gets it, and no command line and no environment shows it."""

import base64
import io
import os
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.helm import rendered
from tests.canary.hunting import Watcher, leaks

PASSWORD = "Zu+gang/é-canary-33f0"
PHRASE = "open-sesame-canary-33f0"
MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-the-chart}\n"


def chart():
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w:gz") as archive:
        for name, text in {
            "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
            "templates/one.yaml": MANIFEST,
        }.items():
            member = tarfile.TarInfo(f"shop/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return found.getvalue()


INDEX = b"apiVersion: v1\nentries:\n  shop:\n  - {apiVersion: v2, name: shop, version: 1.0.0, urls: [shop-1.0.0.tgz]}\n"


class Repository(BaseHTTPRequestHandler):
    """A repository of one chart, for those who know the password."""

    def do_GET(self):
        known = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
        is_known = self.headers.get("Authorization") == f"Basic {known}"
        body = (INDEX if self.path.endswith("index.yaml") else chart()) if is_known else b""
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def repository():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repository)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def release(repository, helm, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{helm.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", PHRASE)
    opts = {"repo": repository, "username": "ann", "password": PASSWORD}
    return {"chart": "shop", "namespace": "shop", "version": "1.0.0", "repositoryOpts": opts}


def test_the_chart_comes_and_nobody_reads_the_password(release):
    with Watcher(os.getpid) as watcher:
        assert "of-the-chart" in rendered("shop", release, "1.35", 60)
    seen = {where: what for where, what in watcher.seen.items() if f"/{os.getpid()}/" not in where}
    assert any(b"helm" in what for what in seen.values())
    assert leaks({"password": PASSWORD, "phrase": PHRASE}, seen) == []


def test_a_wrong_password_is_refused_without_being_repeated(release):
    opts = {**release["repositoryOpts"], "password": f"{PASSWORD}, and wrong"}
    with pytest.raises(Refused) as refused:
        rendered("shop", {**release, "repositoryOpts": opts}, "1.35", 60)
    assert leaks({"password": PASSWORD}, {"told": refused.value.reason.encode()}) == []
