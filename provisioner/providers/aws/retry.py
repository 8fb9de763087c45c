"""What is worth repeating, how often, and how long between: the only place that sleeps.

Throttling and broken connections are repeated by botocore (`session.py` says how often). Here are the waits
that have a reason of their own: a condition that comes true with time, and error codes that a row says will
pass (`Op.again`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from provisioner.providers.interface import Refused

T = TypeVar("T")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PASSES_WITHIN = 120
"""Seconds. IAM's changes are seen everywhere within some; Terraform's provider allows two minutes as well."""
SEEN_WITHIN = 30
"""Seconds in which a new object may still be unknown to the reading side of an API."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the waits see it; tests pass their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def until(answer: Callable[[], T | None], seconds: float, clock: Clock) -> T | None:
    """The first answer that is not None, or None if there is none within `seconds`."""
    end, pause = clock.now() + seconds, FIRST_PAUSE
    while (found := answer()) is None and clock.now() + pause <= end:
        clock.sleep(pause)
        pause = min(pause * 1.6, LONGEST_PAUSE)
    return found


def again(call: Callable[[], T], codes: Collection[str], clock: Clock) -> T:
    """What `call` returns, repeated while it is refused with one of `codes`. Raises the last `Refused`.

    `codes` are as in `spec.Op.again`.
    """
    end, pause = clock.now() + PASSES_WITHIN, FIRST_PAUSE
    while True:
        try:
            return call()
        except Refused as refusal:
            if not is_one_of(codes, refusal.code, refusal.reason) or clock.now() + pause > end:
                raise
        clock.sleep(pause)
        pause = min(pause * 1.6, LONGEST_PAUSE)


def is_one_of(codes: Collection[str], code: str, reason: str) -> bool:
    """Whether a refusal is meant by one of `codes`, which are as in `spec.Op.again`."""
    for each in codes:
        meant, _, said = each.partition(": ")
        if code == meant and said in reason:
            return True
    return False
