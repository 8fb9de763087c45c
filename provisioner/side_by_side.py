"""Doing the same to several stacks at once, and telling it as if one thread did it all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from provisioner.engine.events import Event, Interrupted
from provisioner.engine.interface import Engine, Tell

T = TypeVar("T")
Part = TypeVar("Part")


def side_by_side(engine: Engine, parts: Sequence[Part], do: Callable[[Part], T]) -> list[T]:
    """What `do` returns for each part; when all have ended, what the first of them raised."""
    if len(parts) == 1:
        return [do(parts[0])]
    with engine.catching(), ThreadPoolExecutor(len(parts), thread_name_prefix="stack") as threads:
        futures = [threads.submit(do, part) for part in parts]
    _tell_all([failed for future in futures if (failed := future.exception()) is not None])
    return [future.result() for future in futures]


def one_at_a_time(tell: Tell) -> Tell:
    """The same for stacks side by side. One press of Ctrl-C reaches all of them, and is told once."""
    lock = threading.Lock()
    interrupted = False

    def told(event: Event) -> None:
        nonlocal interrupted
        with lock:
            if not (interrupted and isinstance(event, Interrupted)):
                tell(event)
            interrupted = interrupted or isinstance(event, Interrupted)

    return told


def _tell_all(failed: Sequence[BaseException]) -> None:
    """Raise the first failure, with a note of each other."""
    if failed:
        for other in failed[1:]:
            failed[0].add_note(f"{type(other).__name__}: {other}")
        raise failed[0]
