"""What is going on while a plan is carried out, as lines of text. Knows no terminal; the clock is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from provisioner.engine.events import (
    Event,
    Interrupted,
    ProgramSpoke,
    Severity,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.plan.model import Op
from provisioner.report.naming import labelled
from provisioner.report.style import COLOUR_OF, Colour, Style

SLOW: Final = 5.0
"""Seconds after which a running step is worth a line of its own."""

AGAIN: Final = 30.0
"""Seconds between two such lines of one step."""

_DOING: Mapping[Op, str] = {
    Op.SAME: "checking",
    Op.CREATE: "creating",
    Op.UPDATE: "updating",
    Op.REPLACE: "replacing",
    Op.DELETE: "deleting",
    Op.READ: "reading",
    Op.IMPORT: "importing",
}
_DONE: Mapping[Op, str] = {
    Op.SAME: "checked",
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.REPLACE: "replaced",
    Op.DELETE: "deleted",
    Op.READ: "read",
    Op.IMPORT: "imported",
}
_HALF: Mapping[str, str] = {"new": " (the new object)", "old": " (the old object)", "": ""}


@dataclass
class _Running:
    op: Op
    since: float
    said: float | None = None


class Progress:
    """The steps under way. `told` answers with the lines that an event is worth."""

    def __init__(self, total: int, style: Style, clock: Callable[[], float]) -> None:
        self._total = total
        self._style = style
        self._clock = clock
        self._running: dict[tuple[str, str], _Running] = {}
        self._done = 0

    def told(self, event: Event) -> list[str]:
        """The lines for an event; none for a start, which is not news until it takes long."""
        match event:
            case StepStarted(op, urn, detail):
                self._running[urn, detail] = _Running(op, self._clock())
                return []
            case StepSucceeded(op, urn, seconds, detail):
                self._ended(urn, detail)
                head = self._style.paint(COLOUR_OF[op], f"{op.mark} {labelled(urn)}")
                return [f"  {head}  {_DONE[op]}{_half(detail)} in {seconds_text(seconds)}"]
            case StepFailed(op, urn, error, _):
                self._failed(urn)
                head = self._style.paint(Colour.BAD, f"✗ {labelled(urn)}")
                first = error.partition("\n")[0]  # the rest is told when all is over
                return [f"  {head}  {_DOING[op]} failed: {first}"]
            case ProgramSpoke(severity, message, urn):
                return [self._spoken(severity, message, urn)]
            case Interrupted():
                return [self._interrupted()]
            case _:
                assert_never(event)

    def slow(self) -> list[str]:
        """Lines for steps that have been running for long, each at most every half minute."""
        now = self._clock()
        lines: list[str] = []
        for (urn, detail), running in self._running.items():
            is_due = now - running.said >= AGAIN if running.said is not None else now - running.since >= SLOW
            if is_due:
                running.said = now
                lines.append(self._doing(urn, detail, running, now))
        return lines

    def region(self, height: int) -> list[str]:
        """What a live display shows: the longest running steps, and how far it is."""
        now = self._clock()
        oldest = sorted(self._running.items(), key=lambda item: item[1].since)
        lines = [self._doing(urn, detail, running, now) for (urn, detail), running in oldest[:height]]
        if len(oldest) > height:
            lines.append(f"  … and {len(oldest) - height} more")
        total = f" of {self._total}" if self._total else ""  # without a plan nobody knows
        return [*lines, f"  {self._done}{total} done"] if oldest else []

    def _doing(self, urn: str, detail: str, running: _Running, now: float) -> str:
        took = seconds_text(now - running.since)
        return f"  {running.op.mark} {labelled(urn)}  {_DOING[running.op]}{_half(detail)} … {took}"

    def _ended(self, urn: str, detail: str) -> None:
        self._running.pop((urn, detail), None)
        # The halves of a replacement are one step: it counts when its new object is there.
        self._done += detail != "old"

    def _failed(self, urn: str) -> None:
        for key in [key for key in self._running if key[0] == urn]:
            del self._running[key]

    def _spoken(self, severity: Severity, message: str, urn: str) -> str:
        about = f"{labelled(urn)}: " if urn else ""
        text = f"  {severity.value}: {about}{message.rstrip()}"
        colours = {Severity.WARNING: Colour.CHANGED, Severity.ERROR: Colour.BAD}
        return self._style.paint(colours[severity], text) if severity in colours else text

    def _interrupted(self) -> str:
        count = len(self._running)
        running = f"{count} running step{'s are' if count != 1 else ' is'} finished"
        return self._style.paint(
            Colour.CHANGED,
            f"  Stopping: nothing new is started, {running}. Press Ctrl-C again to stop now.",
        )


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`."""
    if seconds < 10:  # noqa: PLR2004 - below, a tenth is worth knowing
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _half(detail: str) -> str:
    return _HALF.get(detail, f" ({detail})")
