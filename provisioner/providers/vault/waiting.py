"""Pauses between two tries: the only place here that sleeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 3.0
GROWS_BY: Final = 1.6


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


@dataclass(slots=True)
class Pauses:
    """The pauses of one call that is tried again, each longer than the one before."""

    clock: Clock
    began: float
    next: float = FIRST_PAUSE

    def made(self, patience: float, asked: float = 0.0) -> bool:
        """Whether there was still time for a pause, of at least `asked` seconds; it has been made then."""
        pause = max(self.next, asked)
        if self.clock.broken_off.is_set() or self.clock.now() + pause > self.began + patience:
            return False
        self.clock.pause(pause)
        self.next = min(self.next * GROWS_BY, LONGEST_PAUSE)
        return True
