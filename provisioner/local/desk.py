"""The desk on which the local cloud stands: starts, finds and stops the one server of a checkout."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from provisioner.engine.failures import LocalCloudNotStarted, LocalCloudNotStopped
from provisioner.local import record
from provisioner.local.record import IDENTITY, READY, START_WITHIN, Record
from provisioner.providers.surroundings import for_others

ANSWER_WITHIN: Final = 10.0
"""Seconds a busy server may take to say who it is."""

DESK: Final = Path(".provisioner/local")
"""Where the local cloud of a checkout has its record and its log."""

STOP_WITHIN: Final = 5.0
TAIL_LINES: Final = 15


class Desk:
    """The local cloud of one checkout."""

    def __init__(self, folder: Path = DESK) -> None:
        self.folder = folder
        self.file = folder / "server.json"
        self.log = folder / "server.log"

    def status(self) -> Record | None:
        """The running server; None if there is none.

        A record alone proves nothing: after a reboot another process may have its number, or listen at
        its port. So the process is asked who it is.
        """
        found = record.read(self.file)
        return found if found and _is_alive(found.pid) and _answers_as(found) else None

    def start(self) -> Record:
        """The running server, started if there was none. Raises `LocalCloudNotStarted`."""
        if running := self.status():
            return running
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                return self.status() or self._launch()
        except OSError as refused:
            raise LocalCloudNotStarted(self.log, str(refused)) from refused

    def stop(self) -> bool:
        """End the server and every object in it; whether there was one. Raises `LocalCloudNotStopped`."""
        running = self.status()
        self.file.unlink(missing_ok=True)  # it would be enough: the server looks twice a second
        if running is None:
            return False
        os.kill(running.pid, signal.SIGTERM)
        limit = time.monotonic() + STOP_WITHIN
        while _answers_as(running):
            if time.monotonic() > limit:
                raise LocalCloudNotStopped(running.pid)
            time.sleep(0.02)
        return True

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Two commands that start the cloud at once find the same one."""
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self) -> Record:
        hears, tells = os.pipe()
        with os.fdopen(hears, "rb", buffering=0) as answer:
            try:
                self._run_server(tells)
            finally:
                os.close(tells)  # from now on the server alone holds this end: if it dies, the pipe closes
            able, _, _ = select.select([answer], [], [], START_WITHIN + 1)
            is_ready = bool(able) and answer.read(len(READY)) == READY
        started = record.read(self.file)
        if not is_ready or started is None:
            raise LocalCloudNotStarted(self.log, self._tail())
        return started

    def _run_server(self, tells: int) -> None:
        command = [sys.executable, "-m", "provisioner.local.server"]
        command += ["--record", str(self.file.absolute()), "--ready", str(tells)]
        with self.log.open("w") as log:
            subprocess.run(  # noqa: S603 - our own module; it returns once its child is on its own
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_surroundings(),
                pass_fds=(tells,),
                check=False,
            )

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])


def _surroundings() -> dict[str, str]:
    """The server's environment variables: ours, and nothing of AWS, Vault, moto or a state."""
    around = for_others(os.environ)
    kept = {name: value for name, value in around.items() if not name.startswith(("AWS_", "MOTO_", "VAULT_"))}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2])}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers_as(wanted: Record) -> bool:
    """Whether the server there says that it is this one.

    Every command asks, and loading `http.client` takes longer than an answer.
    """
    address = urlsplit(wanted.endpoint)
    question = f"GET {IDENTITY} HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n"
    try:
        with socket.socket() as connection:
            connection.settimeout(ANSWER_WITHIN)
            connection.connect((address.hostname, address.port))
            connection.sendall(question.encode())
            with connection.makefile("rb") as answer:
                head, _, body = answer.read().partition(b"\r\n\r\n")
        return head.split()[1] == b"200" and json.loads(body).get("id") == wanted.id
    except (OSError, TypeError, IndexError, ValueError, AttributeError):
        return False
