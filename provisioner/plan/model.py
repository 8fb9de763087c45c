"""A plan: what would change, step by step, and nothing about how."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.plan.diff import Change, changes
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import Properties

BY_NAME: Final = "--replace"
"""The reason of a replacement that somebody asked for by name."""


class Op(enum.StrEnum):
    """What a step does, in Pulumi's words."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    IMPORT = "import"
    """An object that exists already is recorded, and brought in line with what is wanted (`import_`)."""

    @property
    def mark(self) -> str:
        """The sign people see in front of the step."""
        return _MARKS[self]

    @property
    def changes_something(self) -> bool:
        """Whether the cloud, or what is recorded of it, is different afterwards."""
        return self not in (Op.SAME, Op.READ)

    @property
    def removes_something(self) -> bool:
        """Whether an object that exists now does not exist afterwards."""
        return self in (Op.DELETE, Op.REPLACE)


_MARKS = {
    Op.SAME: " ",
    Op.CREATE: "+",
    Op.UPDATE: "~",
    Op.REPLACE: "±",
    Op.DELETE: "-",
    Op.READ: ">",
    Op.IMPORT: "=",
}


class Mode(enum.Enum):
    """What a plan is for."""

    UPDATE = "update"
    DESTROY = "destroy"


class Source(enum.Enum):
    """What a plan compares the program with."""

    STATE = "state"
    CLOUD = "cloud"


class Risk(enum.StrEnum):
    """What a step may cost those who use the object, from nothing to the worst."""

    NONE = "none"
    RESTART = "restart"
    """What runs on it, or uses it, starts again or moves to another one; nothing is away for long."""

    DOWNTIME = "downtime"
    """For a while it is not there."""

    DATA_LOSS = "data loss"
    """What it holds is gone for good."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step is in a plan."""

    property: str = ""
    """The top-level property; empty: the step as a whole."""

    setting: str = ""
    """Of the environment file; empty if it is not known."""

    place: str = ""
    """`file:line` of the setting, or of what is around it; empty: it is a default."""

    upstream: str = ""
    """The URN of the resource whose own change this one follows from."""


@dataclass(frozen=True, slots=True)
class Step:
    """One resource and what happens to it."""

    op: Op
    urn: str
    type: str
    name: str
    parent: str = ""
    custom: bool = True
    id: str = ""
    """The id of the object that exists now; empty if there is none."""

    old: Properties = field(default_factory=dict[str, Any])
    """Inputs as recorded (or as just read from the cloud)."""

    new: Properties = field(default_factory=dict[str, Any])
    """Inputs as the program wants them; secrets are `Secret`, values of the future `UNKNOWN`."""

    changes: tuple[Change, ...] = ()
    """Every leaf of the inputs that differs."""

    reasons: tuple[str, ...] = ()
    """The top-level properties because of which the step is an update or a replacement."""

    delete_first: bool = False
    """A replacement that removes the old object before it makes the new one."""

    protect: bool = False
    dependencies: tuple[str, ...] = ()
    """URNs of what the resource needs to be there, its parent aside."""

    provider: str = ""
    """The URN of its provider; empty for components and providers."""

    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """URNs of the resources that the value of each top-level property comes from."""

    ignore_changes: tuple[str, ...] = ()
    """Paths to properties that are left to others. These three are for rules: no file keeps them."""

    origin: str = ""
    """The setting of the environment file that the nearest component was made from; may be empty."""

    risk: Risk = Risk.NONE
    causes: tuple[Cause, ...] = ()
    """Risk and causes are for people and for approval; nothing that is carried out depends on them."""


class DriftKind(enum.Enum):
    """How an object in the cloud differs from what was recorded of it."""

    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Drift:
    """One object that was changed or deleted behind our back."""

    kind: DriftKind
    urn: str
    type: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An operation that an earlier run began and never reported, and what was found out about it."""

    op: str
    urn: str
    type: str
    found: str
    """In a few words: `made, id vpc-1`, `not made`, `still there`, `gone`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A resource that is deleted under one name and created under another, with all that is below it."""

    old: str
    new: str
    """URNs."""

    pairs: tuple[tuple[str, str], ...]
    """(URN, new URN) of the resource and of each one below it."""

    names: tuple[tuple[str, str], ...]
    """(URN, new name) as they have to be typed; what is below and carries the name follows by itself."""

    parent: str = ""
    """The URN of its parent, if that is another one: then it is moved."""

    kept: tuple[str, ...] = ()
    """URNs, the old ones, of objects that stay if the state gets the new names first."""

    removed: tuple[str, ...] = ()
    """URNs, the old ones, of objects that are deleted or replaced all the same."""

    updates: int = 0
    """How many of those that stay are updated in place."""


@dataclass(frozen=True, slots=True)
class StackPlan:
    """The steps for one stack, by URN; deletions come last, dependents first."""

    stack: str
    layer: str
    region: str
    mode: Mode
    source: Source
    steps: tuple[Step, ...]
    drift: tuple[Drift, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know: lookups that could not be made, a local cloud that was restarted."""

    recorded: tuple[str, ...] = ()
    """URNs of which only the record changes: a new name, a protection, other dependencies."""

    scope: Scope = WHOLE
    left_out: tuple[str, ...] = ()
    """URNs of resources outside the scope; what would become of them was not asked."""

    withheld: Mapping[str, str] = field(default_factory=dict[str, str])
    """Outputs that the stack would not have, each with the URN of what is left out and does not exist yet."""

    renames: tuple[Renamed, ...] = ()
    """What would stay if it got its new name in the state; for people, nothing that is carried out."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    old_outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def changed(self) -> tuple[Step, ...]:
        """The steps that would change something."""
        return tuple(step for step in self.steps if step.op.changes_something)

    @property
    def output_changes(self) -> tuple[Change, ...]:
        """Every leaf of the outputs that differs."""
        return tuple(changes(dict(self.old_outputs), dict(self.outputs)))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changed and dict(self.outputs) == dict(self.old_outputs)

    @property
    def is_bookkeeping(self) -> bool:
        """Whether nothing is to be done, and yet what is recorded is to be brought up to date."""
        return self.is_empty and bool(self.drift or self.unfinished or self.recorded)

    @property
    def summary(self) -> dict[str, int]:
        """How many steps there are of each kind."""
        counts = Counter(step.op.value for step in self.steps)
        return {op.value: counts[op.value] for op in Op if counts[op.value]}


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """A plan that a person, or a standing rule, agreed to. Nothing else can be applied."""

    plan: StackPlan
    approved_by: str

    is_unseen: bool = False
    """Nobody looked at it, and it has no steps: agreed to is whatever deletes and replaces nothing."""
