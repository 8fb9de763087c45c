"""How the servers come to be, and that none of them outlives the test run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import build

KILLED = """
import os, sys, pathlib
from tests.servers.running import Running
Running(pathlib.Path(sys.argv[1]), ["/bin/sh", "-c", "echo $$; exec sleep 300"]).until(
    lambda: pathlib.Path(sys.argv[1]).read_text().strip())
os.kill(os.getpid(), 9)
"""


def test_without_go_it_says_what_to_install(monkeypatch, capsys, golden):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(build, "USUAL_GO", Path("/nowhere/go/bin/go"))
    with pytest.raises(SystemExit) as ended:
        build.go()
    assert ended.value.code == 2
    golden(capsys.readouterr().err)


def test_another_version_is_another_program(monkeypatch, tmp_path):
    server = build.Server("etcd", "example.com/etcd", "example.com/etcd", "a minute")
    monkeypatch.setattr(build, "HERE", tmp_path)
    (tmp_path / "etcd").mkdir()
    (tmp_path / "etcd/go.sum").write_text("")
    kept = []
    for version in ("v3.6.6", "v3.6.7"):
        (tmp_path / "etcd/go.mod").write_text(f"require example.com/etcd {version}\n")
        kept.append(server.program)
    assert len({*kept}) == 2
    assert server.version == "3.6.7"


def test_a_server_ends_when_the_test_run_is_killed(tmp_path, until):
    log = tmp_path / "log"
    ran = subprocess.run([sys.executable, "-c", KILLED, log], check=False)
    assert ran.returncode == -signal.SIGKILL
    pid = int(log.read_text().split()[0])  # a shell that is told of it adds its own word: Killed
    until(lambda: not runs(pid))


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
