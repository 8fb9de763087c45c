"""Work for providers: the calls that one step needs, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from provisioner.engine.embedded.state import Drop, Edit, Key, Put, ResourceState
from provisioner.plan.model import Op
from provisioner.providers.interface import Provider


class Call(enum.Enum):
    """What a provider is asked to do; the value is Pulumi's word for the operation while it is pending."""

    CREATE = "creating"
    UPDATE = "updating"
    DELETE = "deleting"
    READ = "reading"
    RECORD = "recording"
    """Nothing: what is recorded changes, as part of a step."""


@dataclass(frozen=True, slots=True)
class Part:
    """One call of a provider, and the records that its success changes."""

    call: Call
    provider: Provider
    goal: ResourceState
    """The record that a success leaves, still without id and outputs; for a deletion the record that goes."""

    old: ResourceState | None
    edits: Callable[[ResourceState], tuple[Edit, ...]]
    """What to record, given the goal as it came out."""

    detail: str = ""
    """`new` or `old` for the halves of a replacement."""


@dataclass(frozen=True, slots=True)
class Work:
    """The calls of one step, one after the other."""

    op: Op
    urn: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended: what is recorded now, the record it left, and the refusal if any."""

    edits: tuple[Edit, ...]
    state: ResourceState | None
    refusal: str = ""
    code: str = ""
    complaint: str = ""
    """What went wrong after it was done."""


def put(state: ResourceState) -> tuple[Edit, ...]:
    """Record it."""
    return (Put(state),)


def drop(state: ResourceState) -> tuple[Edit, ...]:
    """Forget it."""
    return (Drop(state.key),)


def forget(key: Key) -> Callable[[ResourceState], tuple[Edit, ...]]:
    """Forget the record with this key, whatever the call answered."""
    return lambda _: (Drop(key),)
