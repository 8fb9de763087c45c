"""What is to be imported: objects that exist, as which resources, and what stands in the way. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from provisioner.plan.diff import MISSING
from provisioner.plan.model import Op, StackPlan, Step
from provisioner.plan.scope import matches
from provisioner.plan.values import Properties

OWNER: Final = "provisioner:stack"
"""The tag in which an object says to which stack it belongs (`stacks/ownership.py` sets it)."""

LAYER: Final = "layer"
_ALL_TAGS: Final = "tagsAll"
_TAGS: Final = ("tags", _ALL_TAGS)
_URN_PARTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An object, and the resource of the program that it is to be."""

    resource: str
    """A URN, or a logical name."""

    id: str
    """As the resource's type spells it for an import."""

    type: str = ""
    """Of a resource that is given by its name; empty: any."""

    parent: str = ""
    """Its parent's URN or name; empty: any."""

    place: str = ""
    """Where it was written, `file:line`; empty: on the command line."""

    def means(self, urn: str, parent: str) -> bool:
        """Whether the resource with this URN, in the component `parent`, is meant."""
        if self.resource == urn:
            return True
        own_type = urn.split("::")[2].rpartition("$")[2]
        if self.resource != name_of(urn) or self.type not in ("", own_type):
            return False
        return self.parent in ("", parent, name_of(parent))


class Hindrance(enum.Enum):
    """Why an object cannot be imported as it was asked for."""

    UNKNOWN = "the environment makes no such resource"
    AMBIGUOUS = "several resources have that name"
    TWICE = "two lines give one resource, or one object, to different ones"
    RECORDED = "the resource is another object"
    HELD = "the object is another resource"
    GONE = "there is no such object"
    NOT_READ = "the object cannot be read"
    OWNED = "the object belongs to another stack"
    REPLACED = "the next apply would make it anew"
    DIFFERS = "the next apply would change it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing that stands in the way."""

    kind: Hindrance
    wish: Import
    urn: str = ""
    """Of the resource; empty if none is meant, or several."""

    type: str = ""
    about: tuple[str, ...] = ()
    """What there is to say: the nearest names, the URNs that are meant, the other id or URN, the provider's
    reason, the other stack and layer, the properties that differ."""


@dataclass(frozen=True, slots=True)
class Unmade:
    """A resource of the program of which no object is recorded."""

    urn: str
    type: str
    origin: str
    """The setting that the nearest component was made from; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import comes to in one stack."""

    plan: StackPlan
    """A step for each object that would be recorded: what the next plan would do with it."""

    wishes: Mapping[str, Import] = field(default_factory=dict[str, Import])
    """By the URN of each step's resource."""

    obstacles: tuple[Obstacle, ...] = ()
    recorded: tuple[str, ...] = ()
    """URNs that were asked for, and are recorded with this very id already."""

    unmade: tuple[Unmade, ...] = ()
    """In the order of the program."""

    assumed: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """By URN the properties that the cloud does not tell, and that are recorded as the program wants them."""

    resources: tuple[str, ...] = ()
    """URNs of everything that the program has an object for, or wants one."""

    meant: Mapping[Import, tuple[str, ...]] = field(default_factory=dict[Import, tuple[str, ...]])
    """The URNs that each wish means in this stack, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Which differences somebody agreed to beforehand."""

    changes: bool = False
    """Those that the next apply would make in place."""

    replacements: tuple[str, ...] = ()
    """URNs and patterns of what the next apply may make anew."""


def name_of(urn: str) -> str:
    """The name that the program gave."""
    return urn.split("::", _URN_PARTS - 1)[-1]


def differences(planned: ImportPlan, accepted: Accepted) -> tuple[Obstacle, ...]:
    """The objects that differ from what the program wants, in a way that nobody agreed to."""
    found: list[Obstacle] = []
    for step in planned.plan.steps:
        if step.op is Op.REPLACE and not matches(step.urn, accepted.replacements):
            found.append(_obstacle(planned, step, Hindrance.REPLACED, step.reasons))
        elif step.op is Op.UPDATE and not accepted.changes and not is_tagged_only(step):
            found.append(_obstacle(planned, step, Hindrance.DIFFERS, step.reasons))
    return tuple(found)


def owned(planned: ImportPlan) -> tuple[Obstacle, ...]:
    """The objects that say that they belong to another stack."""
    found: list[Obstacle] = []
    for step in planned.plan.steps:
        now, wanted = _tags(step.old), _tags(step.new)
        owner = now.get(OWNER)
        if owner is not None and any(now.get(tag) not in (None, wanted.get(tag)) for tag in (OWNER, LAYER)):
            found.append(_obstacle(planned, step, Hindrance.OWNED, (owner, now.get(LAYER, ""))))
    return tuple(found)


def is_tagged_only(step: Step) -> bool:
    """Whether the object only lacks tags: those that say whose it is, say, which the next apply adds."""
    return (
        step.op is Op.UPDATE
        and set(step.reasons) <= {*_TAGS}
        and all(change.old is MISSING for change in step.changes)
    )


def _tags(inputs: Properties) -> dict[str, str]:
    return inputs.get(_ALL_TAGS) or {}


def _obstacle(planned: ImportPlan, step: Step, kind: Hindrance, about: tuple[str, ...]) -> Obstacle:
    return Obstacle(kind=kind, wish=planned.wishes[step.urn], urn=step.urn, type=step.type, about=about)
