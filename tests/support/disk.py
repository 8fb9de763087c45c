"""A disk that fails, or is the last thing a process sees, at a chosen call; and what was asked of it."""

import gc
import os
from contextlib import contextmanager
from itertools import count

CALLS = ("open", "write", "pwrite", "fsync", "fdatasync", "ftruncate", "link", "unlink", "replace", "mkdir")
"""Everything that changes files, or says that they are safe."""


@contextmanager
def instead(act):
    """Call `act(number, name, real, arguments)` in place of each call, numbered from 0."""
    numbers = count()
    reals = {name: getattr(os, name) for name in CALLS}

    def replacing(name, real):
        def call(*arguments, **named):
            return act(next(numbers), name, lambda: real(*arguments, **named), arguments)

        return call

    collects = gc.isenabled()
    # What others have thrown away is not to be cleared up on this disk: a semaphore of multiprocessing, say.
    gc.disable()
    for name, real in reals.items():
        setattr(os, name, replacing(name, real))
    try:
        yield
    finally:
        if collects:
            gc.enable()
        for name, real in reals.items():
            setattr(os, name, real)


def failing(moment: int, code: int):
    """The call with this number fails with this error; a write has taken half of the data by then."""

    def act(number, name, real, arguments):
        if number == moment:
            _half(name, arguments)
            raise OSError(code, os.strerror(code))
        return real()

    return instead(act)


def read_only(code: int):
    """Every call that would change a file fails with this error; what is there can be read."""

    def act(number, name, real, arguments):
        writes = name == "open" and arguments[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or name not in ("open", "fsync", "fdatasync"):
            raise OSError(code, os.strerror(code))
        return real()

    return instead(act)


class Killed(BaseException):
    """The process ended here."""


def deadly(moment: int):
    """At the call with this number the process ends: from then on nothing it does reaches the disk."""

    def act(number, name, real, arguments):
        if number == moment:
            _half(name, arguments)
        if number >= moment:
            raise Killed
        return real()

    return instead(act)


def _half(name, arguments) -> None:
    """A write that is cut short has taken some of the data."""
    if name == "write":
        descriptor, data = arguments
        os.writev(descriptor, [bytes(data)[: len(data) // 2]])


@contextmanager
def traced(lines: list[str], root):
    """Write each call as a line: its name and the file, relative to `root`."""
    files = {}

    def act(number, name, real, arguments):
        result = real()
        if name == "open":
            files[result] = _short(arguments[0], root)
            return result
        where = [
            files.get(each) or _short(each, root) for each in arguments if isinstance(each, int | os.PathLike)
        ]
        lines.append(" ".join([name, *where[: 2 if name in ("replace", "link") else 1]]))
        return result

    with instead(act):
        yield


def _short(file, root) -> str:
    return os.path.relpath(file, root) if isinstance(file, str | os.PathLike) else str(file)
