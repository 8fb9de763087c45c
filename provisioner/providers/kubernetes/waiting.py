"""Pauses between two looks at something that comes true with time: the only place here that sleeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 3.0
GROWS_BY: Final = 1.5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the waits see it; tests pass their own. `broken_off` ends every wait: Ctrl-C was pressed."""

    now: Callable[[], float] = time.monotonic
    broken_off: threading.Event = field(default_factory=threading.Event)
    sleep: Callable[[float], None] | None = None

    def pause(self, seconds: float) -> None:
        """Wait, or less if what goes on is broken off."""
        if self.sleep is None:
            self.broken_off.wait(seconds)
        else:
            self.sleep(seconds)


def until(answer: Callable[[], T | None], seconds: float, clock: Clock) -> T | None:
    """The first answer that is not None, or None if there is none within `seconds` or it is broken off."""
    end, pause = clock.now() + seconds, FIRST_PAUSE
    while (found := answer()) is None:
        if clock.broken_off.is_set() or clock.now() + pause > end:
            return None
        clock.pause(pause)
        pause = min(pause * GROWS_BY, LONGEST_PAUSE)
    return found
