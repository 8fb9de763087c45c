"""An engine that does what a test tells it to: its plan, its events and its result are given."""

from contextlib import contextmanager
from dataclasses import dataclass, field

from provisioner.engine.interface import Applied, Result, Stack
from tests.support.plans import STACK, plan

STACKS = (Stack("foundation", STACK, "us-east-1", lambda: None),)


@dataclass
class FakeRun:
    """One run; what was asked of it is in `asked`."""

    plan: object = field(default_factory=plan)
    applied: Applied = field(default_factory=lambda: Applied(Result.DONE, {}))
    recorded: tuple = ()
    values: dict = field(default_factory=dict)
    broken: tuple = ()
    events: tuple = ()
    raises: Exception | None = None
    raises_in_apply: Exception | None = None
    asked: list = field(default_factory=list)

    def preview(self, mode, source):
        self.asked.append(("preview", mode.value, source.value))
        if self.raises:
            raise self.raises
        return self.plan

    def apply(self, approved, tell):
        self.asked.append(("apply", approved.approved_by))
        for event in self.events:
            tell(event)
        if self.raises_in_apply:
            raise self.raises_in_apply
        return self.applied

    def resources(self):
        return self.recorded

    def outputs(self):
        return self.values

    def export(self):
        return {"version": 3, "deployment": {"resources": []}}

    def breaches(self):
        return self.broken


class FakeEngine:
    """Opens the same run again and again, and notes for what."""

    def __init__(self, run):
        self.run = run

    @contextmanager
    def open(self, stack, access):
        self.run.asked.append(("open", access.value))
        yield self.run
