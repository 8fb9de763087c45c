"""The embedded engine: composes the parts beside it, and holds no decisions of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc

from provisioner.engine.embedded import program, refresh
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.deployment import (
    AskedInVain,
    Deployment,
    Inbox,
    Interrupt,
    ProgramEnded,
    ProgramGone,
)
from provisioner.engine.embedded.executor import Execution
from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.interrupts import listening
from provisioner.engine.embedded.monitor import Declined, EngineService, Monitor, Stopped
from provisioner.engine.embedded.progress import Carrier, Progress, identity
from provisioner.engine.embedded.recovery import Settled, settle
from provisioner.engine.embedded.rehearsal import Rehearsal
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.secrets import BlindSealer, PassphraseSealer, Sealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Ended, Noted, ResourceState
from provisioner.engine.embedded.store import StackStore, Stored
from provisioner.engine.failures import NoProvider
from provisioner.engine.interface import Access, Applied, Recorded, Result, Run, Stack, Tell
from provisioner.plan.model import ApprovedPlan, Mode, Op, Source, StackPlan, Step
from provisioner.plan.values import UNKNOWN, Properties, has_unknown, revealed
from provisioner.providers.interface import NO_CREDENTIALS, Package, Refused

SEED_BYTES = 32


class EmbeddedEngine:
    """Plans and applies stack programs in this process; state lies in files below `root`."""

    def __init__(
        self, root: Path, packages: Mapping[str, Package], passphrase: Callable[[], str | None]
    ) -> None:
        self._root = root
        self._packages = packages
        self._passphrase = passphrase

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Run]:
        """A run on the stack; with `Access.WRITE` its lock is held until the end. Raises `StateIsLocked`."""
        return self._open(stack, access)

    @contextmanager
    def _open(self, stack: Stack, access: Access) -> Generator[Run, None, None]:
        store = StackStore(self._root, stack.project, stack.name)
        with store.lock() if access is Access.WRITE else contextlib.nullcontext():
            sealer = PassphraseSealer(stack.name, self._passphrase, store.salt())
            yield EmbeddedRun(stack, store, sealer, self._packages)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records a plan starts from: unfinished operations settled and, if asked for, the cloud read."""

    source: Source
    base: Snapshot
    settled: tuple[Settled, ...]
    refreshed: refresh.Refreshed


class EmbeddedRun:
    """One look at a stack, or one change of it."""

    def __init__(
        self, stack: Stack, store: StackStore, sealer: Sealer, packages: Mapping[str, Package]
    ) -> None:
        self._stack = stack
        self._store = store
        self._sealer = sealer
        self._packages = packages
        self._loaded: Stored | None = None
        # The same names in the plan and in the apply that follows it.
        self._seed = os.urandom(SEED_BYTES)
        self._prepared: Prepared | None = None

    def preview(self, mode: Mode, source: Source) -> StackPlan:
        """The plan. Changes nothing. Raises a `Failure`."""
        prepared = self._prepare(source)
        progress, rehearsal = Progress(), Rehearsal()
        if self._deploy(mode, prepared.base, rehearsal, progress, lambda _: None, Inbox()):
            raise KeyboardInterrupt  # nothing was done, so there is nothing to report but this
        if (failure := progress.failure()) is not None:
            raise failure
        return StackPlan(
            stack=self._stack.name,
            layer=self._stack.project,
            region=self._stack.region,
            mode=mode,
            source=source,
            steps=_in_order(progress.steps),
            drift=prepared.refreshed.drift,
            unfinished=tuple(settled.unfinished for settled in prepared.settled),
            notes=tuple(sorted({*progress.notes, *rehearsal.notes})),
            recorded=_only_recorded(rehearsal, progress),
            outputs=progress.outputs or {},
            old_outputs=self._outputs_in(prepared.base),
        )

    def apply(self, approved: ApprovedPlan, tell: Tell) -> Applied:
        """Carry out exactly the approved steps, or stop before the first one that differs."""
        plan = approved.plan
        prepared = self._prepare(plan.source)
        began = time.monotonic()
        inbox = Inbox()
        journal = self._store.journal(self._sealer)
        for settled in prepared.settled:
            journal.append(Ended(settled.operation, settled.edits))
        if prepared.refreshed.edits:
            journal.append(Noted(prepared.refreshed.edits))
        operations = itertools.count(self._stored.next_operation)
        execution = Execution(journal, prepared.base, operations, inbox.put, _now)
        progress = Progress({identity(step): step for step in plan.steps})
        try:
            interrupted = self._deploy(plan.mode, prepared.base, execution, progress, tell, inbox)
        finally:
            self._prepared = None
            pending = execution.close()
            journal.close()
        # After a failure of ours the journal stays as it is: it may know more than this process does.
        self._store.compact(prepared.base, pending, self._sealer)
        self._loaded = Stored(prepared.base, pending, next(operations))
        return Applied(
            result=_result(progress, interrupted),
            counts=dict(progress.done),
            failures=tuple(progress.failed),
            not_done=progress.not_done(),
            seconds=time.monotonic() - began,
        )

    def resources(self) -> tuple[Recorded, ...]:
        """What the state holds, dependencies first; secrets stay sealed inside their `Secret`."""
        return tuple(
            Recorded(
                urn=state.urn,
                type=state.type,
                id=state.id,
                parent=state.parent,
                custom=state.custom,
                protect=state.protect,
                pending_deletion=state.delete,
                inputs=state.inputs,
                outputs=state.outputs,
            )
            for state in self._glanced_at()
        )

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secrets are `Secret`."""
        return self._outputs_in(self._stored.snapshot)

    def export(self) -> Mapping[str, Any]:
        """The state in Pulumi's deployment format, secrets sealed."""
        return self._store.export()

    def breaches(self) -> tuple[str, ...]:
        """Every rule of a well-formed state that this one breaks, a sentence each."""
        return breaches(self._glanced_at())

    @property
    def _stored(self) -> Stored:
        if self._loaded is None:
            self._loaded = self._store.load(self._sealer)
        return self._loaded

    def _glanced_at(self) -> tuple[ResourceState, ...]:
        """The records with their secrets still sealed: to look at them takes no passphrase."""
        return self._store.load(BlindSealer(self._stack.name, self._store.salt())).snapshot.records()

    def _outputs_in(self, snapshot: Snapshot) -> Properties:
        name = f"{self._stack.project}-{self._stack.name}"
        urn = urns.make(self._stack.name, self._stack.project, "", urns.STACK_TYPE, name)
        root = snapshot.live(urn)
        return root.outputs if root else {}

    def _prepare(self, source: Source) -> Prepared:
        if self._prepared is None or self._prepared.source is not source:
            base = self._stored.snapshot.copy()
            providers = ConfiguredProviders(self._packages, base.records())
            settled = settle(self._stored.pending, base, providers)
            refreshed = refresh.Refreshed((), ())
            if source is Source.CLOUD:
                refreshed = refresh.refresh(base, providers)
                for edit in refreshed.edits:
                    base.apply(edit)
            self._prepared = Prepared(source, base, settled, refreshed)
        return self._prepared

    def _deploy(
        self, mode: Mode, base: Snapshot, carrier: Carrier, progress: Progress, tell: Tell, inbox: Inbox
    ) -> bool:
        """Run the program against the records; whether it was interrupted."""
        scene = Scene(
            stack=self._stack.name,
            project=self._stack.project,
            base=base,
            providers=ConfiguredProviders(self._packages, base.records()),
            seed=self._seed,
            census=Census(self._stack.name, self._stack.project, base),
        )
        deployment = Deployment(scene, carrier, progress, inbox, tell)
        with listening(lambda: inbox.put(Interrupt())):
            if mode is Mode.DESTROY:
                inbox.put(ProgramEnded(None))  # a program that asks for nothing
                inbox.put(ProgramGone())
            else:
                self._start(scene, inbox, isinstance(carrier, Rehearsal), progress)
            deployment.run()
        return deployment.interrupted

    def _start(self, scene: Scene, inbox: Inbox, preview: bool, progress: Progress) -> None:  # noqa: FBT001
        def invoke(token: str, reference: str, arguments: Properties) -> Properties:
            if has_unknown(arguments):
                return {"": UNKNOWN}
            try:
                provider = scene.providers.for_function(token, reference)
                return provider.invoke(token, revealed(dict(arguments)))
            except NoProvider as missing:
                inbox.put(AskedInVain(missing))
                raise Stopped from missing
            except Refused as refused:
                if preview and refused.code == NO_CREDENTIALS:
                    progress.notes.append(f"{token} was not asked: {refused.reason}")
                    return {"": UNKNOWN}
                raise Declined(grpc.StatusCode.UNKNOWN, f"{token}: {refused.reason}") from refused

        around = program.Surroundings(
            project=self._stack.project,
            stack=self._stack.name,
            config=self._stack.config,
            preview=preview,
            monitor=Monitor(inbox.put, invoke),
            engine=EngineService(inbox.put),
        )
        program.start(
            self._stack.program,
            around,
            ended=lambda broken: inbox.put(ProgramEnded(broken)),
            gone=lambda: inbox.put(ProgramGone()),
        )


def _in_order(steps: list[Step]) -> tuple[Step, ...]:
    """Deletions last, dependents first; otherwise by URN, since the order of registration varies."""
    kept = sorted((step for step in steps if step.op is not Op.DELETE), key=lambda step: step.urn)
    return (*kept, *(step for step in steps if step.op is Op.DELETE))


def _only_recorded(rehearsal: Rehearsal, progress: Progress) -> tuple[str, ...]:
    changed = {step.urn for step in progress.steps if step.op.changes_something}
    return tuple(sorted(rehearsal.noted - changed))


def _result(progress: Progress, interrupted: bool) -> Result:  # noqa: FBT001
    if interrupted:
        return Result.INTERRUPTED
    return Result.FAILED if progress.failed else Result.DONE


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
