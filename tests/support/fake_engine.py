"""An engine that does what a test tells it to: its plan, its events and its result are given."""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import NO_STACKS, SAME_NAMES, STEADY, Access, Applied, Pushed, Result, Stack
from provisioner.engine.outside import Looked
from provisioner.engine.state_failures import NoSuchVersion
from provisioner.plan.portable import plan_json
from provisioner.plan.saved import Mark, SavedStack
from provisioner.plan.scope import WHOLE
from tests.support.plans import STACK, plan

STACKS = (Stack("foundation", STACK, "us-east-1", lambda: None),)


@dataclass
class FakeArchive:
    """Versions that a test gives; what was asked of them is in `asked`."""

    versions: tuple = ()
    then: tuple = ()
    now: tuple | None = None
    asked: list = field(default_factory=list)

    def newest(self, count):
        return self.versions[:count]

    def resources(self, version):
        if version > len(self.versions):
            raise NoSuchVersion(version, len(self.versions))
        return self.then

    def is_current(self, version):
        return self.resources(version) == self.now

    def roll_back(self, version):
        self.asked.append(version)
        return "backups/one.json"


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
    holder: str | None = None
    marked: Mark = Mark("lineage", 1, "sha256:1")
    asked: list = field(default_factory=list)
    archive: FakeArchive = field(default_factory=FakeArchive)
    abandoned_by: str | None = None
    pushed: Pushed = field(default_factory=Pushed)
    secrets_providers: dict | None = None
    looked: Looked = field(
        default_factory=lambda: Looked(layer="foundation", region="us-east-1", stack=STACK)
    )

    def look(self):
        if self.raises:
            raise self.raises
        return self.looked

    def accept(self, urns):
        self.asked.append(("accept", sorted(urns)))
        return "backups/one.json"

    def preview(self, mode, source, upstream=NO_STACKS, scope=WHOLE, names=SAME_NAMES):
        self.asked.append(("preview", mode.value, source.value))
        if self.raises:
            raise self.raises
        return self.plan

    def mark(self):
        return self.marked

    def kept(self, plan):
        return SavedStack(
            full_name="organization/foundation/" + STACK,
            mark=self.marked,
            seed=b"seed",
            secrets=None,
            raw=plan_json(plan, lambda _: "sealed"),
        )

    def reopened(self, saved):
        return saved.plan()

    def apply(self, approved, tell, upstream=NO_STACKS, pace=STEADY):
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
        sealed = {"secrets_providers": self.secrets_providers} if self.secrets_providers else {}
        return {"version": 3, "deployment": {"resources": [], **sealed}}

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

    def holder(self, stack):
        return self.run.holder

    def unlock(self, stack, access=Access.WRITE):
        self.run.asked.append(("unlock", access.value))
        if self.run.holder:
            raise StateIsLocked(stack.name, self.run.holder)
        return self.run.abandoned_by

    def push(self, stack, access=Access.WRITE):
        self.run.asked.append(("push", access.value))
        return self.run.pushed

    def catching(self):
        return nullcontext()
