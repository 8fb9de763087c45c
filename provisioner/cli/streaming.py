"""Tells a program what happens during an apply: one JSON object a line."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.cli.explaining import typed_again
from provisioner.cli.screen import Screen, out
from provisioner.engine.events import Event
from provisioner.engine.failures import Failure
from provisioner.engine.interface import Applied
from provisioner.report.event_stream import EventStream
from provisioner.report.explain import explain
from provisioner.report.outcome import result_of
from provisioner.report.plan_view import PlanView
from provisioner.workflow import Carried


@contextmanager
def announcing(environment: Asked, *, as_json: bool) -> Generator[None]:
    """What goes wrong in the block, before there is anything to plan with, is told on a line, too."""
    try:
        yield
    except Failure as failure:
        if as_json:
            Stream(str(environment)).broke(failure)
        raise


class Stream:
    """Shows a program what happens."""

    def __init__(self, environment: str, screen: Screen | None = None) -> None:
        self._name = environment
        self._lines = EventStream((screen or out()).write)

    def planned(self, view: PlanView) -> None:
        """The plan."""
        self._lines.planned(view)

    def began(self, view: PlanView) -> None:
        """The steps tell that themselves."""

    def told(self, event: Event) -> None:
        """Something happened."""
        self._lines.told(event)

    def refused(self) -> None:
        """Nobody agreed: it does not come to that, since nobody is asked."""

    def unchanged(self) -> None:
        """There was nothing to do."""
        self._ended((), ExitCode.DONE)

    def ended(self, carried: Carried, code: ExitCode) -> None:
        """It came to its end."""
        self._ended(carried.applied, code)

    def interrupted(self) -> None:
        """The exit code says it."""

    def close(self) -> None:
        """Every line is out already."""

    def broke(self, failure: Failure) -> None:
        """It stopped; the text for people goes to standard error."""
        self._lines.stopped(explain(failure, self._name, typed_again()), int(exit_code(failure)))

    def _ended(self, applied: Sequence[Applied], code: ExitCode) -> None:
        self._lines.ended(result_of(applied), applied, int(code))
