"""What an engine can do. The embedded engine fulfils it; every other part of the product knows only this."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from provisioner.engine.events import Event
from provisioner.engine.outside import Looked
from provisioner.plan.importing import Import, ImportPlan
from provisioner.plan.model import ApprovedPlan, Mode, Op, Source, StackPlan, Step
from provisioner.plan.saved import Mark, SavedStack
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import Properties, Unknown

Program = Callable[[], None]
Tell = Callable[[Event], None]

ORGANIZATION: Final = "organization"
"""Whose stacks they are, in the self-managed backends of Pulumi: always this."""

Upstream = Mapping[str, Mapping[str, Any] | Unknown]
"""The outputs of other stacks as they will be, by full name (`Stack.full_name`). Others are as recorded.

`UNKNOWN` means that nobody can say yet which outputs there will be.
"""

NO_STACKS: Final[Upstream] = MappingProxyType({})
SAME_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


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

    secret_keys: frozenset[str] = frozenset()
    """The keys of it whose values are secret."""

    @property
    def full_name(self) -> str:
        """What other stacks call it: `organization/<project>/<name>`."""
        return f"{ORGANIZATION}/{self.project}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who looks on at an apply; called on the threads of several stacks."""

    forbids: Callable[[Step], None] = lambda _: None
    """Asked before each step, when its inputs are known; raises a `Failure` to keep it from being done."""

    learns: Callable[[str, str, Properties], None] = lambda _urn, _id, _outputs: None
    """Told of each object that is as it is wanted: its URN, id and outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How an apply goes about its steps."""

    parallelism: int = 16
    """Provider calls at once, in each stack: more gained nothing at 150 ms a call, and clouds throttle."""

    continue_on_error: bool = False
    """Whether what does not depend on a refused step is done all the same."""

    watching: Watching = Watching()


STEADY: Final = Pace()


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
    op: Op | None = None
    code: str = ""
    """The cloud's own, if there is one."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a stack's state that was kept."""

    number: int
    """From 1; the newest has the greatest."""

    kind: str
    """`update`, `destroy`, `import`: Pulumi's words."""

    time: str
    """When it was written, RFC 3339."""

    by: str
    """Who wrote it, `user@host`; empty if that is not recorded."""

    message: str
    result: str
    """`succeeded` or `failed`."""

    changes: Mapping[str, int]
    """How many steps were carried out, per op (Pulumi's words)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of what an earlier run had to keep on this machine."""

    added: int = 0
    """Entries that the state lacked."""

    settled: int = 0
    """Operations whose end another run has found out meanwhile."""


class Archive(Protocol):
    """The versions of a stack's state that were kept: one for each apply."""

    def newest(self, count: int) -> tuple[Version, ...]:
        """What is said about the newest ones, the newest first; at most so many."""
        ...

    def resources(self, version: int) -> tuple[Recorded, ...]:
        """What a version held, dependencies first. Raises `NoSuchVersion`."""
        ...

    def is_current(self, version: int) -> bool:
        """Whether exactly what a version held is recorded now, with the same key. Raises `NoSuchVersion`."""
        ...

    def roll_back(self, version: int) -> str:
        """Record what a version held; where a backup of the state before lies. Needs `Access.WRITE`.

        The cloud stays as it is, operations that are open stay so, and the state keeps its key. A state that
        cannot be read is replaced. Raises `NoSuchVersion`, and `SealedOtherwise` if the version has secrets
        under another key and not both keys are at hand.
        """
        ...


class Run(Protocol):
    """One look at a stack, or one change of it. Everything in it sees the same state."""

    def preview(
        self,
        mode: Mode,
        source: Source,
        upstream: Upstream = NO_STACKS,
        scope: Scope = WHOLE,
        names: Mapping[str, str] = SAME_NAMES,
    ) -> StackPlan:
        """The plan. Changes nothing. Raises a `Failure`.

        With `names` it is that of records in which these resources, by their URNs, have new URNs.
        """
        ...

    def apply(
        self, approved: ApprovedPlan, tell: Tell, upstream: Upstream = NO_STACKS, pace: Pace = STEADY
    ) -> Applied:
        """Carry out exactly the approved steps, or stop before one that differs. Needs `Access.WRITE`.

        `upstream` is what the plan's was, with every unknown known.
        """
        ...

    def look(self) -> Looked:
        """How the cloud differs from what is recorded. Runs no program, changes nothing.

        Raises `CloudNotRead`.
        """
        ...

    def accept(self, urns: Collection[str]) -> str:
        """Record these resources as they are in the cloud; where a backup of the state before lies.

        What is gone there is forgotten. The cloud stays as it is. Needs `Access.WRITE`.
        """
        ...

    def importing(self, imports: Sequence[Import], upstream: Upstream = NO_STACKS) -> ImportPlan:
        """What it comes to if these objects are recorded, those of them that are this stack's.

        Runs the program, reads the objects, changes nothing. Raises a `Failure`.
        """
        ...

    def take_over(self) -> str:
        """Record what `importing` has found, all of it or nothing. Needs `Access.WRITE`.

        What comes back is where a backup of the state before lies; empty if there was no state.
        """
        ...

    def mark(self) -> Mark:
        """Which state this run has seen, or would see."""
        ...

    def kept(self, plan: StackPlan) -> SavedStack:
        """A plan of this run, as it goes into a file: secrets sealed. Raises what sealing raises."""
        ...

    def reopened(self, saved: SavedStack) -> StackPlan:
        """A plan as it was kept; what this run plans from now on gets the same names.

        Raises `PlanFileDamaged` and what opening secrets raises.
        """
        ...

    def resources(self) -> tuple[Recorded, ...]:
        """What the state holds, dependencies first."""
        ...

    @property
    def archive(self) -> Archive:
        """The versions of the stack's state."""
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

    def holder(self, stack: Stack) -> str | None:
        """Who is changing the stack at this moment; None: nobody. Takes no lock from anybody."""
        ...

    def unlock(self, stack: Stack, access: Access = Access.WRITE) -> str | None:
        """Free the lock of a holder that went silent, and say who it was; None: it is free.

        With `Access.READ` it is only said. Raises `StateIsLocked` if its holder lives.
        """
        ...

    def push(self, stack: Stack, access: Access = Access.WRITE) -> Pushed:
        """Add to the state what a run had to keep on this machine when it was cut off from it.

        With `Access.READ` nothing is added, and no lock taken: it is only said what would come of it.
        Raises `StateIsLocked`. A run with `Access.WRITE` begins with this.
        """
        ...

    def catching(self) -> AbstractContextManager[None]:
        """While it lasts, Ctrl-C reaches the runs on all threads: once to finish what runs, twice to stop."""
        ...
