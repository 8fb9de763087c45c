"""Ctrl-C while something is being done: once to finish what runs and stop, twice to stop now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

STOPPED_NOW = 9
"""The exit code for `interrupted`."""

Interrupt = Callable[[], None]


class _Interrupts:
    """Who is to be told; runs on several threads may listen at once."""

    def __init__(self) -> None:
        self._listeners: list[Interrupt] = []
        self._pressed = False
        self._heard = False
        self._catching = False

    @contextmanager
    def catching(self) -> Generator[None, None, None]:
        """Take SIGINT and SIGTERM for all who listen meanwhile. Only the main thread can.

        Raises `KeyboardInterrupt` at the end if one came when nobody was listening any more.
        """
        if self._catching or threading.current_thread() is not threading.main_thread():
            yield
            return
        self._catching, self._pressed, self._heard = True, False, False
        before = {number: signal.signal(number, self._press) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            missed = self._pressed and not self._heard
            self._catching = self._pressed = False
        if missed:
            raise KeyboardInterrupt

    @contextmanager
    def listening(self, interrupt: Interrupt) -> Generator[None, None, None]:
        """Call `interrupt` on the first signal, or at once if it came before; end the process on the second.

        Ending it there loses nothing: each operation that is under way is in the journal, and the next run
        settles it.
        """
        with self.catching():
            self._listeners.append(interrupt)
            try:
                if self._pressed:
                    self._heard = True
                    interrupt()
                yield
            finally:
                self._listeners.remove(interrupt)

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        if self._pressed:
            os._exit(STOPPED_NOW)
        self._pressed = True
        for interrupt in tuple(self._listeners):
            self._heard = True
            interrupt()


_INTERRUPTS = _Interrupts()  # a process has one set of signals
catching = _INTERRUPTS.catching
listening = _INTERRUPTS.listening
