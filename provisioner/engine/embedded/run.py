"""One look at a stack, or one change of it: composes the parts beside it, and decides nothing itself."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provisioner.engine.embedded.belonging import every_breach
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.default_providers import DefaultProviders
from provisioner.engine.embedded.deployment import Deployment, Inbox, Interrupt, ProgramEnded, ProgramGone
from provisioner.engine.embedded.executor import Execution
from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.interrupts import listening
from provisioner.engine.embedded.keeping import kept, must_be_sealable, reopened
from provisioner.engine.embedded.overheard import overhearing
from provisioner.engine.embedded.planned import in_order, only_recorded
from provisioner.engine.embedded.preparing import Prepared, looked_up, prepared
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.reach import Reach
from provisioner.engine.embedded.recalling import Recalling, is_needed
from provisioner.engine.embedded.registration import Registrar
from provisioner.engine.embedded.rehearsal import Rehearsal
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.secrets import BlindSealer, Sealer
from provisioner.engine.embedded.snapshot import Snapshot, called
from provisioner.engine.embedded.stack_references import OutputsOf, full_name, outputs_in
from provisioner.engine.embedded.starting import discreet, start
from provisioner.engine.embedded.state import Ended, Noted, ResourceState
from provisioner.engine.embedded.store import StackStore, Stored
from provisioner.engine.embedded.versions import Update, Versions, recorded
from provisioner.engine.interface import (
    NO_STACKS,
    SAME_NAMES,
    STEADY,
    Applied,
    Pace,
    Recorded,
    Result,
    Stack,
    Tell,
    Upstream,
)
from provisioner.engine.outside import Looked
from provisioner.plan.conform import identity
from provisioner.plan.importing import Import, ImportPlan
from provisioner.plan.model import ApprovedPlan, Mode, Source, StackPlan
from provisioner.plan.saved import Mark, SavedStack
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import Properties, Unknown
from provisioner.providers.interface import Package

SEED_BYTES = 32


class EmbeddedRun:
    """One look at a stack, or one change of it."""

    def __init__(
        self,
        stack: Stack,
        store: StackStore,
        sealer: Sealer,
        packages: Mapping[str, Package],
        recorded_outputs: OutputsOf,
    ) -> None:
        self._stack = stack
        self._recorded_outputs = recorded_outputs
        self._store = store
        self._sealer = sealer
        self._packages = packages
        self.sealing: Callable[[Mapping[str, Any]], Sealer] = lambda _: sealer
        """A sealer for what was sealed under these `secrets_providers`."""

        self.hear: Tell = lambda _: None
        """Is told what the program says in a preview."""

        self.looks_at = WHOLE
        """What `look` and `accept` are about."""

        self.is_to_apply = False
        """Whether what is planned may be applied next: what would stop that is told before anybody agrees."""

        self.archive: Versions

        self._loaded: Stored | None = None
        self._mark: Mark | None = None
        # The same names in the plan and in the apply that follows it.
        self._seed = os.urandom(SEED_BYTES)
        self._prepared: Prepared | None = None
        self._part: Prepared | None = None

    def preview(
        self,
        mode: Mode,
        source: Source,
        upstream: Upstream = NO_STACKS,
        scope: Scope = WHOLE,
        names: Mapping[str, str] = SAME_NAMES,
    ) -> StackPlan:
        """The plan. Changes nothing. Raises a `Failure`."""
        found = self._prepare(source, scope)
        progress, rehearsal, inbox = Progress(), Rehearsal(), Inbox()
        scene = self._scene(called(found.base, names), upstream, scope)
        if self._deploy(mode, scene, rehearsal, progress, self.hear, inbox):
            raise KeyboardInterrupt  # nothing was done, so there is nothing to report but this
        if (failure := progress.failure()) is not None:
            raise failure
        plan = StackPlan(
            stack=self._stack.name,
            layer=self._stack.project,
            region=self._stack.region,
            mode=mode,
            source=source,
            steps=in_order(progress.steps),
            drift=found.refreshed.drift,
            unfinished=tuple(settled.unfinished for settled in found.settled),
            notes=tuple(sorted({*progress.notes, *rehearsal.notes, *scene.providers.remarks()})),
            recorded=only_recorded(rehearsal, progress),
            scope=scope,
            left_out=scene.reach.left_out,
            withheld=progress.withheld,
            outputs=progress.outputs or {},
            old_outputs=self._outputs_in(found.base),
        )
        if self.is_to_apply:
            must_be_sealable(plan, self._sealer)
        return plan

    def apply(
        self, approved: ApprovedPlan, tell: Tell, upstream: Upstream = NO_STACKS, pace: Pace = STEADY
    ) -> Applied:
        """Carry out exactly the approved steps, or stop before the first one that differs.

        Of an unseen plan: what the program asks for, or stop before the first step that removes something.
        """
        plan = approved.plan
        found = self._prepare(plan.source, plan.scope)
        began = time.monotonic()
        inbox = Inbox()
        journal = self._store.journal(self._sealer)
        for settled in found.settled:
            journal.append(Ended(settled.operation, settled.edits))
        if found.refreshed.edits:
            journal.append(Noted(found.refreshed.edits))
        operations = itertools.count(self._stored.next_operation)
        execution = Execution(journal, found.base, operations, inbox.put, _now, pace.parallelism)
        progress = Progress(
            {identity(step): step for step in plan.steps},
            is_unseen=approved.is_unseen,
            goes_on=pace.continue_on_error,
            watching=pace.watching,
        )
        try:
            scene = self._scene(found.base, upstream, plan.scope)
            interrupted = self._deploy(plan.mode, scene, execution, progress, tell, inbox)
        finally:
            self._prepared = None
            pending = execution.close()
            journal.close()
        # After a failure of ours the journal stays as it is: it may know more than this process does.
        self._store.compact(found.base, pending, self._sealer)
        self._loaded = Stored(found.base, pending, next(operations))
        result, counts = _result(progress, interrupted), dict(progress.done)
        self.archive.keep(
            Update(kind=plan.mode.value, began=time.time(), is_whole=result is Result.DONE, changes=counts)
        )
        return Applied(
            result=result,
            counts=counts,
            failures=(*progress.failed, *progress.complaints),
            not_done=progress.not_done(),
            seconds=time.monotonic() - began,
        )

    def look(self) -> Looked:
        """How the cloud differs from what is recorded. Changes nothing. Raises `CloudNotRead`."""
        from provisioner.engine.embedded.looking import looked  # noqa: PLC0415 - a plan does without

        return looked(self._stack, self._seen())

    def accept(self, urns: Collection[str]) -> str:
        """Record these resources as they are in the cloud; where a backup of the state before lies."""
        from provisioner.engine.embedded.accepting import accept  # noqa: PLC0415 - a plan does without

        backup = accept(self._store, self._sealer, self.archive, self._seen(), urns)
        self._prepared = self._part = self._loaded = self._mark = None
        return backup

    def importing(self, imports: Sequence[Import], upstream: Upstream = NO_STACKS) -> ImportPlan:
        """What it comes to if these objects are recorded. Changes nothing. Raises a `Failure`."""
        from provisioner.engine.embedded.import_run import Looking  # noqa: PLC0415 - few commands import

        base = self._prepare(Source.STATE).base
        self._looking = Looking(self._stack, self._scene(base.copy(), upstream, WHOLE), imports)
        return self._looking.look(self._outputs_in(base))

    def take_over(self) -> str:
        """Record what `importing` has found; where a backup of the state before lies."""
        from provisioner.engine.embedded.import_run import record  # noqa: PLC0415 - few commands import

        found = self._prepare(Source.STATE)
        backup = record(self._looking, found, self._store, self._sealer, self.archive)
        self._prepared = self._loaded = self._mark = None
        return backup

    def kept(self, plan: StackPlan) -> SavedStack:
        """A plan of this run, as it goes into a file. Raises what sealing raises."""
        return kept(self._stack, plan, self._sealer, self._seed, self.mark())

    def reopened(self, saved: SavedStack) -> StackPlan:
        """A plan as it was kept. What this run plans from now on gets the same names."""
        self._seed = saved.seed
        if saved.secrets and self._sealer.state() is None:
            self._sealer = self.sealing(saved.secrets)
        return reopened(saved, self._sealer)

    def mark(self) -> Mark:
        """The state that this run has seen, or would see."""
        lineage, serial = self.archive.lineage()
        return replace(self._digested(), lineage=lineage, serial=serial)

    def resources(self) -> tuple[Recorded, ...]:
        """What the state holds, dependencies first; secrets stay sealed inside their `Secret`."""
        return recorded(self._glanced_at())

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secrets are `Secret`."""
        return self._outputs_in(self._stored.snapshot)

    def export(self) -> Mapping[str, Any]:
        """The state in Pulumi's deployment format, secrets sealed."""
        return self._store.export()

    def breaches(self) -> tuple[str, ...]:
        """Every rule of a well-formed state that this one breaks, a sentence each."""
        return every_breach(self._glanced_at(), self._stack.project, self._stack.name)

    @property
    def _stored(self) -> Stored:
        if self._loaded is None:
            self._digested()  # before: if the state changes just now, the mark is that of the older one
            self._loaded = self._store.load(self._sealer)
        return self._loaded

    def _digested(self) -> Mark:
        if self._mark is None:
            self._mark = self._store.mark()
        return self._mark

    def _glanced_at(self) -> tuple[ResourceState, ...]:
        """The records as this run knows them, or with their secrets sealed: that takes no passphrase."""
        if self._loaded is not None or self._store.secrets() is None:
            return self._stored.snapshot.records()
        return self._store.load(BlindSealer(self._stack.name, self._store.secrets())).snapshot.records()

    def _outputs_in(self, snapshot: Snapshot) -> Properties:
        return outputs_in(snapshot, self._stack.project, self._stack.name)

    def _scene(self, base: Snapshot, upstream: Upstream, scope: Scope) -> Scene:
        def outputs_of(said: str) -> Properties | Unknown | None:
            name = full_name(said, self._stack.project)
            found = upstream.get(name)
            return self._recorded_outputs(name) if found is None else found

        census = Census(self._stack.name, self._stack.project, base)
        return Scene(
            stack=self._stack.name,
            project=self._stack.project,
            base=base,
            providers=ConfiguredProviders(self._packages, base.records(), outputs_of),
            seed=self._seed,
            census=census,
            reach=Reach(scope, census, base),
            defaults=DefaultProviders(self._stack.config, self._stack.secret_keys),
        )

    def _prepare(self, source: Source, scope: Scope = WHOLE) -> Prepared:
        before = self._prepared
        if before is None or before.source is not source or before.scope != scope:
            self._prepared = before = prepared(self._stored, self._packages, source, scope)
        return before

    def _seen(self) -> Prepared:
        if self.looks_at.is_whole:
            return self._prepare(Source.CLOUD)
        if self._part is None:
            self._part = looked_up(self._stored, self._packages, self.looks_at)
        return self._part

    def _deploy(
        self, mode: Mode, scene: Scene, carrier: Carrier, progress: Progress, tell: Tell, inbox: Inbox
    ) -> bool:
        """Run the program against the records; whether it was interrupted."""
        is_update = mode is Mode.UPDATE
        registrar = Registrar(scene, carrier, progress) if is_update else Recalling(scene)
        deployment = Deployment(scene, carrier, progress, inbox, tell, registrar)
        carrier.hooks.begin(inbox.put, is_preview=progress.is_preview)
        with (
            listening(lambda: inbox.put(Interrupt())),
            overhearing(self._packages, self._stack, discreet(self._stack, inbox.put)),
        ):
            if is_update or is_needed(scene.base):
                start(self._stack, scene, inbox, progress, carrier.hooks)
            else:
                inbox.put(ProgramEnded(None))  # a program that asks for nothing
                inbox.put(ProgramGone())
            deployment.run()
        return deployment.interrupted


def _result(progress: Progress, interrupted: bool) -> Result:  # noqa: FBT001
    if interrupted:
        return Result.INTERRUPTED
    return Result.FAILED if progress.failed or progress.complaints else Result.DONE


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
