"""What a program prints: it becomes messages of the program, as with Pulumi, and is in nobody's way.

Standard output may be for another program (`--json`), and while things happen the terminal is redrawn.
"""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO

from google.protobuf.message import Message
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import get_engine

_IN_PROGRAM: contextvars.ContextVar[bool] = contextvars.ContextVar("in_program", default=False)


def in_program() -> None:
    """From here on, what this thread and its tasks print is the program's word."""
    _IN_PROGRAM.set(True)


def out_of_program() -> None:
    """The program's last line is over; what it prints later, in a callback, is still its word."""
    if isinstance(sys.stdout, _Speech):
        sys.stdout.end()


@contextmanager
def spoken() -> Generator[None]:
    """While it lasts, lines that a program prints go to the engine's log, and all others where they went."""
    stream = sys.stdout
    speech = _Speech(stream)
    sys.stdout = speech
    try:
        yield
    finally:
        if sys.stdout is speech:
            sys.stdout = stream


class _Speech:
    """Standard output, for the program and for everybody else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    def write(self, text: str) -> int:
        """Whole lines are said; the rest waits for its end."""
        if not _IN_PROGRAM.get():
            return self._stream.write(text)
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(None, lines):
            _say(line)
        return len(text)

    def end(self) -> None:
        """What was begun is a line, too."""
        begun, self._begun = self._begun, ""
        if begun:
            _say(begun)

    def flush(self) -> None:
        """What waits goes on waiting for the end of its line."""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _say(line: str) -> None:
    request: Message = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line)
    engine: Any = get_engine()
    if engine is not None:
        engine.Log(request)
