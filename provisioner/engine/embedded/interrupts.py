"""Ctrl-C during an apply: once to finish what runs and stop, twice to stop now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

STOPPED_NOW = 9
"""The exit code for `interrupted`."""


@contextmanager
def listening(interrupt: Callable[[], None]) -> Generator[None, None, None]:
    """Call `interrupt` on the first SIGINT or SIGTERM; end the process on the second.

    Ending it there loses nothing: each operation that is under way is in the journal, and the next run
    settles it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = False

    def pressed_again(_signal: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            os._exit(STOPPED_NOW)
        pressed = True
        interrupt()

    before = {number: signal.signal(number, pressed_again) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
