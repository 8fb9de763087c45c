"""Short ways to run a program on the embedded engine against the fake cloud, and to say what happened."""

from dataclasses import dataclass, field
from pathlib import Path

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import STEADY, Access, Result, Stack
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.plan.scope import WHOLE
from tests.support.fake_cloud import FakeCloud, FakePackage

PLUMBING = "pulumi:"
"""Types of the engine's own: stacks and providers."""


@dataclass
class Desk:
    """An engine, a cloud and a stack in one folder."""

    folder: Path
    passphrase: str | None = "a passphrase"
    cloud: FakeCloud = field(init=False)
    events: list = field(default_factory=list)

    def __post_init__(self):
        self.cloud = FakeCloud(self.folder / "cloud.json")

    def engine(self):
        return EmbeddedEngine(
            Folder(self.folder / "state"), {"fake": FakePackage(self.cloud)}, Keys(lambda: self.passphrase)
        )

    def stack(self, program, **config):
        config = {"pulumi:disable-default-providers": '["*"]', **config}  # as all stacks of ours
        return Stack("layer", "test.here", "here", program, config)

    def plan(self, program, mode=Mode.UPDATE, source=Source.STATE, scope=WHOLE):
        with self.engine().open(self.stack(program), Access.READ) as run:
            return run.preview(mode, source, scope=scope)

    def apply(self, program, mode=Mode.UPDATE, source=Source.STATE, scope=WHOLE, pace=STEADY):
        with self.engine().open(self.stack(program), Access.WRITE) as run:
            plan = run.preview(mode, source, scope=scope)
            return run.apply(ApprovedPlan(plan, "test"), self.events.append, pace=pace)

    def done(self, program, **how):
        """The apply, which has to succeed."""
        applied = self.apply(program, **how)
        assert applied.result is Result.DONE, "\n".join(one.error for one in applied.failures)
        return applied

    def refused(self, program, **how):
        """What was told about the one step that failed."""
        (failed,) = self.apply(program, **how).failures
        return failed.error

    def destroy(self):
        return self.apply(nothing, Mode.DESTROY)

    def resources(self):
        with self.engine().open(self.stack(nothing), Access.READ) as run:
            return {recorded.urn.rsplit("::", 1)[1]: recorded for recorded in run.resources()}

    def exported(self):
        """The records by name, in Pulumi's format."""
        with self.engine().open(self.stack(nothing), Access.READ) as run:
            return {raw["urn"].rsplit("::", 1)[1]: raw for raw in run.export()["deployment"]["resources"]}

    def outputs(self):
        with self.engine().open(self.stack(nothing), Access.READ) as run:
            return run.outputs()

    def breaches(self):
        with self.engine().open(self.stack(nothing), Access.READ) as run:
            return run.breaches()


def nothing():
    """A program that asks for nothing."""


def marks(plan):
    """The plan in short, a line for each step that changes something: `+ a`, `~ a (size)`, `± a (zone)`."""
    lines = []
    for step in plan.steps:
        if step.op.changes_something and step.type == "fake:index:Thing":
            why = f" ({', '.join(step.reasons)})" if step.reasons else ""
            lines.append(f"{step.op.mark} {step.name}{why}")
    return lines


def changes(plan):
    """The plan in short, a line for each step that changes something in the world."""
    return [
        f"{step.op.mark} {step.name}" + (f" ({', '.join(step.reasons)})" if step.reasons else "")
        for step in plan.steps
        if step.op.changes_something and not step.type.startswith(PLUMBING)
    ]
