"""A standard output whose reader may go, as `head` does, without an end of what is under way."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import IO, Any, Final, cast

import click

from provisioner.cli.screen import Screen

_TOLD: Final = "note: nobody reads the output any more; the run goes on, and what it does is recorded.\n"
_UNREAD: Final = "Nobody reads the output, so nobody can agree to anything. Nothing was changed."


class LastingStream:
    """Writes to a stream; once `lasts` is set, what can no longer be written there is dropped.

    That nobody reads any more is said once, on standard error. Before `lasts` it is the end: nobody could see
    what is asked.
    """

    def __init__(self, stream: IO[Any], *, lasts: bool) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._is_closed = False
        self.lasts = lasts

    def __getattr__(self, name: str) -> Any:
        """What a stream has besides: whether it is a terminal, how it is encoded."""
        return getattr(self._stream, name)

    def write(self, text: Any) -> int:
        """Write it, or drop it."""
        try:
            return 0 if self._is_closed else self._stream.write(text)
        except BrokenPipeError:
            self._closed()
            return 0

    def flush(self) -> None:
        """Write what is held back, or drop it."""
        try:
            if not self._is_closed:
                self._stream.flush()
        except BrokenPipeError:
            self._closed()

    def _closed(self) -> None:
        if not self.lasts:
            _to_nowhere(self._stream)
            raise click.ClickException(_UNREAD)
        with self._lock:  # progress is shown by several threads
            if self._is_closed:
                return
            self._is_closed = True
        _to_nowhere(self._stream)
        try:
            sys.stderr.write(_TOLD)
            sys.stderr.flush()
        except BrokenPipeError:
            _to_nowhere(sys.stderr)


def lasting(screen: Screen, *, lasts: bool) -> tuple[Screen, LastingStream]:
    """The same screen on such a stream, and the stream."""
    stream = LastingStream(screen.stream, lasts=lasts)
    return Screen(cast("IO[Any]", stream), screen.style), stream


def _to_nowhere(stream: IO[Any]) -> None:
    """What the stream still holds back must not fail when the program ends."""
    with suppress(OSError, ValueError):  # it need not be a file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
