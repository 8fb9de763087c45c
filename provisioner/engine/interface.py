"""What an engine can do. The embedded engine fulfils it; every other part of the product knows only this."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from provisioner.engine.events import Event
from provisioner.plan.model import ApprovedPlan, Mode, Source, StackPlan

Program = Callable[[], None]
Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Stack:
    """A program with its own state: one layer of one environment in one region."""

    project: str
    """The layer's name."""

    name: str
    """`<environment>.<region>`."""

    region: str
    program: Program
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    """Pulumi configuration by full key, such as `provisioner:file`."""


class Access(enum.Enum):
    """What a run on a stack is for; writing needs the stack's lock."""

    READ = "read"
    WRITE = "write"


class Result(enum.Enum):
    """How an apply ended."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Failed:
    """One step that the provider refused."""

    urn: str
    error: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did."""

    result: Result
    counts: Mapping[str, int]
    """How many steps were carried out, per op (Pulumi's words)."""

    failures: tuple[Failed, ...] = ()
    not_done: tuple[str, ...] = ()
    """URNs of planned changes that were not started."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """One resource in the state."""

    urn: str
    type: str
    id: str
    parent: str
    custom: bool
    protect: bool
    pending_deletion: bool
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    """Secrets are `Secret`."""


class Run(Protocol):
    """One look at a stack, or one change of it. Everything in it sees the same state."""

    def preview(self, mode: Mode, source: Source) -> StackPlan:
        """The plan. Changes nothing. Raises a `Failure`."""
        ...

    def apply(self, approved: ApprovedPlan, tell: Tell) -> Applied:
        """Carry out exactly the approved steps, or stop before one that differs. Needs `Access.WRITE`."""
        ...

    def resources(self) -> tuple[Recorded, ...]:
        """What the state holds, dependencies first."""
        ...

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secrets are `Secret`."""
        ...

    def export(self) -> Mapping[str, Any]:
        """The state in Pulumi's deployment format, `{"version": 3, "deployment": {…}}`, secrets sealed."""
        ...

    def breaches(self) -> tuple[str, ...]:
        """Every rule of a well-formed state that this one breaks, a sentence each."""
        ...


class Engine(Protocol):
    """One way to plan and apply stack programs."""

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Run]:
        """A run on the stack; with `Access.WRITE` its lock is held until the end. Raises `StateIsLocked`."""
        ...
