"""One process at a time changes a stack; the lock of a process that died frees itself.

The lock is the kernel's (`flock`), so it ends with the process that holds it. What is written in its file
only tells people who that is, in the words of Pulumi's own lock files (`pkg/backend/diy/lock.go`).
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provisioner.engine.embedded import durable
from provisioner.engine.failures import StateIsLocked, StateNotWritten

_ENOUGH = 4096


@contextmanager
def held(file: Path, stack: str) -> Generator[None]:
    """Hold the lock in `file`. Raises `StateIsLocked`, at once, with the holder if there is one."""
    try:
        durable.make_folder(file.parent)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, durable.OWNER_ONLY)
    except OSError as refused:
        raise StateNotWritten(file, refused.strerror or str(refused)) from refused
    try:
        try:
            with _gate(file.parent):
                _take(descriptor, stack)
        except OSError as refused:
            raise StateNotWritten(file, refused.strerror or str(refused)) from refused
        try:
            yield
        finally:
            with _gate(file.parent):
                os.ftruncate(descriptor, 0)
                fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def holder(file: Path) -> str | None:
    """Who holds the lock in `file`; None: nobody. Whoever wants the lock gets it all the same."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with _gate(file.parent):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return named(os.pread(descriptor, _ENOUGH, 0))
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # before the gate opens: nobody finds it taken by us
            return None
    finally:
        os.close(descriptor)


@contextmanager
def _gate(folder: Path) -> Generator[None]:
    """Whoever takes the lock writes its name before anybody else looks who it was."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, stack: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StateIsLocked(stack, named(os.pread(descriptor, _ENOUGH, 0))) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(ourselves()).encode(), 0)


def ourselves() -> dict[str, Any]:
    """Who we are, in the words of Pulumi's lock files."""
    name = str(os.getuid())
    with contextlib.suppress(KeyError, OSError):  # a container's user need not have a name
        name = getpass.getuser()
    return {
        "pid": os.getpid(),
        "username": name,
        "hostname": socket.gethostname(),
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def named(content: bytes) -> str:
    """The holder that a lock's content names, as people read it: who, where, which process, since when."""
    match _told(content):
        case {"pid": pid, "username": username, "hostname": hostname, "timestamp": since}:
            return f"{username}@{hostname}, process {pid}, since {since}"
        case _:
            return "a process that did not leave its name"


def _told(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
