"""A project, opened on the embedded engine: as a command works with it, and as one call."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from provisioner.engine.amending import Mending, Pending
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.events import Event, ProgramSpoke
from provisioner.engine.failures import Failure
from provisioner.engine.interface import STEADY, Access, Applied, Pace, Result, Run, Stack
from provisioner.engine.outside import Looked
from provisioner.plan.model import ApprovedPlan, Mode, Source, StackPlan
from provisioner.plan.scope import WHOLE, Scope
from provisioner.projects.program import inside, program_of
from provisioner.projects.project import Project, project_in, stack_name
from provisioner.projects.stack_config import Configuration, configuration, stack_file
from provisioner.projects.state import keys_for, state_of
from provisioner.providers.interface import Package, Refused
from provisioner.providers.on_demand import OnDemand
from provisioner.providers.protocol.packages import packages_with_plugins


class Action(enum.Enum):
    """What can be done with a project."""

    UP = "up"
    PREVIEW = "preview"
    REFRESH = "refresh"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A stack of a project, and the engine it is run by."""

    project: Project
    stack: Stack
    engine: EmbeddedEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Everything that can be said about an action besides which one it is."""

    scope: Scope = WHOLE
    pace: Pace = STEADY
    refresh: bool = False
    """Compare with the cloud, not only with what is recorded."""

    packages: Mapping[str, Package] | None = None
    """In place of our drivers and of plugins; dynamic resources are always there."""

    hear: Callable[[Event], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of an action."""

    plan: StackPlan | None = None
    """What it was to do; None if it came to none, and for a refresh."""

    applied: Applied | None = None
    looked: Looked | None = None
    """What a refresh found."""

    failure: Failure | Refused | None = None
    """Why it was not done, or stopped."""

    events: tuple[Event, ...] = ()
    """What was done, and what the program said, in the order in which it happened."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Of the stack, as recorded afterwards, or as a preview foresees them; secrets are `Secret`."""

    deployment: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What is recorded afterwards, in Pulumi's format, secrets sealed."""

    @property
    def succeeded(self) -> bool:
        """Whether all of it was done."""
        return self.failure is None and (self.applied is None or self.applied.result is Result.DONE)

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """(op, URN) of each planned step, in Pulumi's words; `same` included."""
        return tuple((step.op.value, step.urn) for step in self.plan.steps) if self.plan else ()

    @property
    def said(self) -> tuple[ProgramSpoke, ...]:
        """What the program said."""
        return tuple(event for event in self.events if isinstance(event, ProgramSpoke))


def run_project(folder: Path, stack: str, action: Action, how: How | None = None) -> Ran:
    """Do it, without asking anybody; what came of it. Never raises a `Failure`."""
    how = how or How()
    events: list[Event] = []

    def hear(event: Event) -> None:
        events.append(event)
        how.hear(event)

    try:
        with opened(folder, stack, how.packages, hear) as found:
            done = _done(found, action, how, hear)
            return _with(done, events, found)
    except (Failure, Refused) as failure:
        return Ran(failure=failure, events=tuple(events))


@contextmanager
def opened(
    folder: Path,
    stack: str,
    packages: Mapping[str, Package] | None = None,
    hear: Callable[[Event], None] = lambda _: None,
    *,
    tries_first: bool = True,
) -> Generator[Opened]:
    """The stack of the project that a folder is in; meanwhile this process is where its program runs.

    Our drivers try what can be tried before it is done, or do it at once.

    Raises a `Failure`.
    """
    project = project_in(folder)
    name = stack_name(project, stack)
    written = stack_file(project, name)
    keys = keys_for(project, name, written)
    said = configuration(project, name, written, keys.sealer(name, None).open)
    drivers = _drivers(tries_first=tries_first) if packages is None else _given(packages)
    plugged = packages_with_plugins(OnDemand({**drivers, urns.DYNAMIC: partial(_dynamic, project)}))
    try:
        engine = EmbeddedEngine(state_of(project), plugged, keys)
        engine.hear = hear
        with inside(project):
            yield Opened(project=project, stack=_stack(project, name, said), engine=engine)
    finally:
        plugged.close()


def forget_pending(folder: Path, stack: str) -> None:
    """Nobody looks any more what became of operations of the stack that are open. Raises a `Failure`."""
    project = project_in(folder)
    name = stack_name(project, stack)
    keys = keys_for(project, name, stack_file(project, name))
    place = state_of(project).place(project.name, name)
    from provisioner.engine.embedded import ledger  # noqa: PLC0415 - few commands record anything by hand

    with ledger.opened(place, keys, Access.WRITE) as records:
        records.record(records.amended(Mending(Pending.FORGET)), "")


def _stack(project: Project, name: str, said: Configuration) -> Stack:
    return Stack(project.name, name, "", program_of(project), said.values, said.secret_keys)


def _drivers(*, tries_first: bool) -> dict[str, Callable[[], Package]]:
    """Ours, with the person's own credentials and region, and the cluster that kubectl would take."""
    return {"aws": _aws, "kubernetes": partial(_kubernetes, tries_first=tries_first)}


def _given(packages: Mapping[str, Package]) -> dict[str, Callable[[], Package]]:
    return {name: partial(packages.__getitem__, name) for name in packages}


def _aws() -> Package:
    from provisioner.providers.aws.package import AwsPackage  # noqa: PLC0415 - where a program needs it
    from provisioner.providers.aws.session import Connection, region_around  # noqa: PLC0415

    return AwsPackage(Connection(), region_around)


def _kubernetes(*, tries_first: bool) -> Package:
    from provisioner.providers.kubernetes.package import (  # noqa: PLC0415 - where a program needs it
        ClusterConnection,
        KubernetesPackage,
    )

    return KubernetesPackage(ClusterConnection(tries_first=tries_first))


def _dynamic(project: Project) -> Package:
    from provisioner.engine.embedded.dynamic import DynamicPackage  # noqa: PLC0415 - few programs have them

    return DynamicPackage(project.name)


def _done(found: Opened, action: Action, how: How, hear: Callable[[Event], None]) -> Ran:
    """What came of it, as far as it was seen; what is recorded afterwards is for whoever called."""
    access = Access.READ if action is Action.PREVIEW else Access.WRITE
    source = Source.CLOUD if how.refresh else Source.STATE
    found.engine.looks_at = how.scope if action is Action.REFRESH else WHOLE
    with found.engine.open(found.stack, access) as run:
        if action is Action.REFRESH:
            return _refreshed(run)
        mode = Mode.DESTROY if action is Action.DESTROY else Mode.UPDATE
        try:
            plan = run.preview(mode, source, scope=how.scope)
        except (Failure, Refused) as failure:
            return Ran(failure=failure)
        if action is Action.PREVIEW:
            return Ran(plan=plan, outputs=plan.outputs)
        try:
            return Ran(plan=plan, applied=run.apply(ApprovedPlan(plan, "--yes"), hear, pace=how.pace))
        except (Failure, Refused) as failure:
            return Ran(plan=plan, failure=failure)


def _refreshed(run: Run) -> Ran:
    try:
        looked = run.look()
        if not looked.is_as_recorded:
            run.accept(looked.urns)
    except (Failure, Refused) as failure:
        return Ran(failure=failure)
    return Ran(looked=looked)


def _with(done: Ran, events: list[Event], found: Opened) -> Ran:
    """The same, with what is recorded now."""
    with found.engine.open(found.stack, Access.READ) as run:
        outputs = done.outputs if done.applied is None and done.plan is not None else run.outputs()
        return replace(done, events=tuple(events), outputs=outputs, deployment=run.export())
