"""Shows what is going on: a live region on a terminal, plain lines otherwise."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final

import click

from provisioner.engine.events import Event
from provisioner.engine.interface import Tell
from provisioner.plan.model import StackPlan
from provisioner.report.progress import Progress
from provisioner.report.style import Style

EVERY: Final = 1.0
"""Seconds between two looks at what is running."""

TALLEST: Final = 12
"""Lines of the live region."""

_ERASE: Final = "\x1b[1A\x1b[2K"
"""Go up a line and clear it."""


@contextmanager
def showing(plans: Sequence[StackPlan], stream: IO[Any], style: Style) -> Generator[Tell]:
    """A consumer of events that shows them on `stream` until the block ends."""
    click.echo("", file=stream)
    progress = Progress(steps_called(plans), style, time.monotonic)
    can_move = stream.isatty() and os.environ.get("TERM") != "dumb"
    screen = _Live(progress, stream) if can_move else _Lines(progress, stream)
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            screen.look()

    looking = threading.Thread(target=look, name="progress", daemon=True)
    looking.start()
    try:
        yield screen.tell
    finally:
        ended.set()
        looking.join()
        screen.close()


def steps_called(plans: Sequence[StackPlan]) -> int:
    """How many steps of the plans call a provider; the others are only recorded."""
    return sum(step.custom and not step.type.startswith("pulumi:") for plan in plans for step in plan.changed)


class _Lines:
    """One line when a step has ended, and one now and then for what takes long."""

    def __init__(self, progress: Progress, stream: IO[Any]) -> None:
        self._progress = progress
        self._stream = stream
        self._lock = threading.Lock()

    def tell(self, event: Event) -> None:
        with self._lock:
            self._say(self._progress.told(event))

    def look(self) -> None:
        with self._lock:
            self._say(self._progress.slow())

    def close(self) -> None:
        """Nothing is left on the screen that would have to go."""

    def _say(self, lines: Sequence[str]) -> None:
        for line in lines:
            click.echo(line, file=self._stream)


class _Live:
    """Lines of what has ended, and below them a region that shows what is running."""

    def __init__(self, progress: Progress, stream: IO[Any]) -> None:
        self._progress = progress
        self._stream = stream
        self._lock = threading.Lock()
        self._drawn = 0

    def tell(self, event: Event) -> None:
        with self._lock:
            self._draw(self._progress.told(event))

    def look(self) -> None:
        with self._lock:
            self._draw([])

    def close(self) -> None:
        with self._lock:
            click.echo(_ERASE * self._drawn, file=self._stream, nl=False)
            self._drawn = 0

    def _draw(self, lines: Sequence[str]) -> None:
        size = shutil.get_terminal_size()
        height = max(1, min(TALLEST, size.lines - 4))
        region = [line[: size.columns - 1] for line in self._progress.region(height)]
        text = "".join(f"{line}\n" for line in (*lines, *region))
        click.echo(_ERASE * self._drawn + text, file=self._stream, nl=False)
        self._drawn = len(region)
