"""One server per checkout, found again by who it says it is, and gone when its record is."""

import http.client
import json
import os
import shutil
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from provisioner.engine.failures import LocalCloudNotStarted
from provisioner.local import desk as desk_module
from provisioner.local import record
from provisioner.local.desk import Desk
from provisioner.local.record import IDENTITY, Record

GONE_WITHIN = 20
"""Seconds after which a server whose record has vanished must not answer any more; a busy machine has time."""


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "local")
    yield desk
    desk.stop()


def answers(found, path=IDENTITY):
    connection = http.client.HTTPConnection(urlsplit(found.endpoint).netloc, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def ends(found):
    limit = time.monotonic() + GONE_WITHIN
    while time.monotonic() < limit:
        try:
            answers(found)
        except (OSError, http.client.HTTPException):
            return True
        time.sleep(0.05)
    return False


def test_it_is_started_once_and_found_again(desk):
    assert desk.status() is None
    first = desk.start()
    assert desk.start() == desk.status() == first
    assert json.loads(answers(first)) == {"id": first.id, "pid": first.pid}
    assert first.endpoint.startswith("http://127.0.0.1:")
    assert desk.stop()
    assert desk.status() is None
    assert not desk.stop()
    assert desk.start().id != first.id


def test_it_serves_aws(desk):
    assert b"ListAllMyBucketsResult" in answers(desk.start(), "/")


def test_two_commands_at_once_find_the_same_one(desk):
    found = []
    starts = [threading.Thread(target=lambda: found.append(desk.start())) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(set(found)) == 1


def test_it_ends_when_its_folder_is_cleaned_away(desk):
    found = desk.start()
    shutil.rmtree(desk.folder)
    assert ends(found)


def test_it_ends_when_the_record_names_another(desk):
    found = desk.start()
    record.write(desk.file, Record("another", os.getpid(), "http://127.0.0.1:9", "2026-11-21T08:00:00Z"))
    assert ends(found)


def test_after_a_reboot_the_record_is_of_nobody(desk):
    port = _free_port()
    dead = Record("a", 2**22 + 1, f"http://127.0.0.1:{port}", "2026-11-21T08:00:00Z")
    record.write(desk.file, dead)
    assert desk.status() is None
    # The process number is taken by somebody else, who listens nowhere.
    record.write(desk.file, Record("a", os.getpid(), f"http://127.0.0.1:{port}", "2026-11-21T08:00:00Z"))
    assert desk.status() is None
    assert desk.start().id != "a"


def test_another_server_at_the_same_port_is_not_taken_for_it(desk):
    with _stranger() as port:
        record.write(desk.file, Record("a", os.getpid(), f"http://127.0.0.1:{port}", "2026-11-21T08:00:00Z"))
        assert desk.status() is None
        assert not desk.stop()


def test_the_persons_own_aws_settings_do_not_reach_it(desk, monkeypatch):
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    monkeypatch.setenv("AWS_PROFILE", "production")
    assert desk.start()
    variables = desk_module._surroundings()
    assert not [name for name in variables if name.startswith(("AWS_", "MOTO_"))]


def test_a_server_that_cannot_start_shows_why(desk, monkeypatch):
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(LocalCloudNotStarted):
        desk.start()
    monkeypatch.setattr("sys.executable", _script(desk.folder, "echo no moto here >&2; exit 1"))
    with pytest.raises(LocalCloudNotStarted) as failure:
        desk.start()
    assert failure.value.tail == "no moto here"


def test_a_folder_that_cannot_be_made_is_the_reason(tmp_path):
    (tmp_path / "local").write_text("a file where a folder should be")
    with pytest.raises(LocalCloudNotStarted, match="File exists"):
        Desk(tmp_path / "local").start()


def _script(folder, line):
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
    return str(file)


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class _stranger:
    """A server that answers everything, and never as ours would."""

    def __enter__(self):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'["hello"]')

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_port

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
