"""What can go wrong with plans that are kept in a file, and with plans of a part of an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.engine.failures import Failure
from provisioner.plan.moves import Move


@dataclass(eq=False)
class NeedsPlan(Failure):
    """A step of a run without a plan is one that somebody has to see first; nothing of it was done."""

    op: str
    urn: str


@dataclass(eq=False)
class PlanMoved(Failure):
    """A saved plan no longer holds; nothing was done."""

    environment: str
    """As it was asked for when the plan was made."""

    moves: tuple[Move, ...]
    again: str = ""
    """The command line that made it; empty if the file does not say."""


@dataclass(eq=False)
class PlanFileDamaged(Failure):
    """A file is no plan, or not the one that was written."""

    file: str
    reason: str


@dataclass(eq=False)
class PlanFileNewer(Failure):
    """A plan file was written by a newer version."""

    file: str
    schema: str


@dataclass(eq=False)
class OutsideScope(Failure):
    """What a plan is limited to cannot be done alone."""

    urn: str
    """Of the resource that is within."""

    other: str
    """Of the one that is not."""

    reason: str
    """What the first has to do with the second: `depends on`, `is needed by`."""


@dataclass(eq=False)
class OutputOutsideScope(Failure):
    """A stack needs an output of another that is not there, because what it comes from is left out."""

    stack: str
    """Layer and name of the one that needs it."""

    output: str
    urn: str
    """Of what is left out."""


@dataclass(eq=False)
class ReplacedOutside(Failure):
    """What is to get a new object is left out of the plan."""

    urns: tuple[str, ...]


@dataclass(eq=False)
class SeveralMatch(Failure):
    """Logical names that several resources of the environment have."""

    names: Mapping[str, tuple[str, ...]]
    """URNs by name."""


@dataclass(eq=False)
class NothingMatches(Failure):
    """Patterns that name no resource of the environment."""

    patterns: tuple[str, ...]
    nearest: tuple[str, ...] = ()
    """For each the URN that was probably meant; empty if none is like it."""
