"""One look at a stack through Pulumi's engine, or one change of it; the `Run` of the interface.

What is recorded is read as the embedded engine reads it: both write one format, in one place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from provisioner.engine.embedded.keeping import kept, reopened
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.engine_failures import NotWithThisEngine
from provisioner.engine.engines import PULUMI
from provisioner.engine.failures import PlanHasChanged
from provisioner.engine.interface import (
    NO_STACKS,
    SAME_NAMES,
    STEADY,
    Applied,
    Archive,
    Pace,
    Recorded,
    Result,
    Run,
    Stack,
    Tell,
    Upstream,
)
from provisioner.engine.outside import Looked
from provisioner.engine.pulumi_cli.carrying import Carried, Operation, Task
from provisioner.engine.pulumi_cli.rehearsal import Rehearsed, Rehearsing, Wish
from provisioner.plan.conform import deviation, identity
from provisioner.plan.importing import Import, ImportPlan
from provisioner.plan.model import ApprovedPlan, Mode, Op, Source, StackPlan, Step
from provisioner.plan.saved import BY_PULUMI, Mark, SavedStack
from provisioner.plan.scope import WHOLE, Scope

Reading = Callable[[], AbstractContextManager[Run]]
"""Opens what is recorded at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a run works with."""

    reading: Reading
    rehearsing: Rehearsing
    operation: Operation
    sealing: Callable[[Mapping[str, Any] | None], Sealer]
    """A sealer for a state with these `secrets_providers`."""

    archive: Archive


class PulumiRun:
    """One look at a stack, or one change of it."""

    def __init__(self, stack: Stack, means: Means, seed: bytes) -> None:
        self._stack = stack
        self._means = means
        self._seed = seed
        self._mark: Mark | None = None
        self._rehearsed: Rehearsed | None = None
        """The last preview: what it was of, and the plan that the engine saved."""

        self._own_plan: Mapping[str, Any] | None = None
        """The engine's plan that goes with the approved one."""

        self._secrets: Mapping[str, Any] | None = None
        """How a plan was sealed that was made before there was any state."""

    def preview(
        self,
        mode: Mode,
        source: Source,
        upstream: Upstream = NO_STACKS,
        scope: Scope = WHOLE,
        names: Mapping[str, str] = SAME_NAMES,
    ) -> StackPlan:
        """The plan. Changes nothing, and takes no lock: it is made on a copy. Raises a `Failure`."""
        if names:
            raise NotWithThisEngine("a plan of other names", PULUMI, "pulumi state rename URN NAME")
        self.mark()
        wish = Wish(mode=mode, source=source, scope=scope, seed=self._seed, secrets=self._secrets)
        self._rehearsed = self._means.rehearsing.plan(wish, upstream)
        self._secrets = self._rehearsed.secrets
        return self._rehearsed.plan

    def apply(
        self, approved: ApprovedPlan, tell: Tell, upstream: Upstream = NO_STACKS, pace: Pace = STEADY
    ) -> Applied:
        """Carry out exactly the approved steps, or stop before the first that differs.

        The plan is made once more on what those before have really become, unless they and the state are
        what the last one was made on, and compared; then the engine keeps itself to the plan that it has
        saved with the approved one.
        """
        plan, began = approved.plan, time.monotonic()
        own = self._own_plan or (self._rehearsed.own_plan if self._rehearsed else None)
        now = self._planned_now(plan, upstream)
        _must_conform(plan, now, self._means)
        for step in now.steps:
            pace.watching.forbids(step)
        if plan.is_empty and not plan.is_bookkeeping:
            return Applied(Result.DONE, {})
        assert self._rehearsed is not None, "a preview came first"
        task = Task(
            plan=plan,
            own_plan=own,
            options=self._rehearsed.options,
            seed=self._seed,
            secrets=self._rehearsed.secrets,
        )
        carried = self._means.operation.carry(task, tell, pace)
        self._mark = self._rehearsed = None
        return replace(_applied(plan, carried), seconds=time.monotonic() - began)

    def _planned_now(self, plan: StackPlan, upstream: Upstream) -> StackPlan:
        last = self._rehearsed
        if last is not None and last.upstream == upstream and plan.source is Source.STATE:
            seen = self.mark()
            self._mark = None
            if self.mark() == seen and (last.plan.mode, last.plan.scope) == (plan.mode, plan.scope):
                return last.plan
        return self.preview(plan.mode, plan.source, upstream, plan.scope)

    def look(self) -> Looked:
        """How the cloud differs from what is recorded. Raises `EngineFailed`."""
        return self._means.rehearsing.look(seed=self._seed)

    def accept(self, urns: Collection[str]) -> str:
        """Record everything as it is in the cloud; where a backup of the state before lies."""
        looked = self.look()
        if looked.urns - set(urns):
            raise NotWithThisEngine(
                "recording a part of what was changed", PULUMI, "pulumi refresh --target URN"
            )
        return self._means.operation.refresh(seed=self._seed)

    def importing(
        self,
        imports: Sequence[Import],  # noqa: ARG002 - as all runs
        upstream: Upstream = NO_STACKS,  # noqa: ARG002
    ) -> ImportPlan:
        """Not with this engine. Raises `NotWithThisEngine`."""
        raise NotWithThisEngine("importing", PULUMI, "pulumi import TYPE NAME ID")

    def take_over(self) -> str:
        """Not with this engine. Raises `NotWithThisEngine`."""
        raise NotWithThisEngine("importing", PULUMI, "pulumi import TYPE NAME ID")

    def mark(self) -> Mark:
        """The state that this run has seen, or would see."""
        if self._mark is None:
            with self._means.reading() as recorded:
                self._mark = recorded.mark()
        return self._mark

    def kept(self, plan: StackPlan) -> SavedStack:
        """A plan of this run, as it goes into a file, with the engine's own. Raises what sealing raises."""
        assert self._rehearsed is not None, "what is kept was planned"
        sealer = self._means.sealing(self._rehearsed.secrets)
        saved = kept(self._stack, plan, sealer, self._seed, self.mark())
        return replace(
            saved,
            secrets=self._rehearsed.secrets,
            raw={**saved.raw, BY_PULUMI: self._rehearsed.own_plan},
        )

    def reopened(self, saved: SavedStack) -> StackPlan:
        """A plan as it was kept. What this run plans from now on gets the same names."""
        self._seed = saved.seed
        self._own_plan = saved.raw.get(BY_PULUMI)
        self._secrets = saved.secrets
        return reopened(saved, self._means.sealing(saved.secrets))

    def resources(self) -> tuple[Recorded, ...]:
        """What the state holds, dependencies first; secrets stay sealed inside their `Secret`."""
        with self._means.reading() as recorded:
            return recorded.resources()

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secrets are `Secret`."""
        with self._means.reading() as recorded:
            return recorded.outputs()

    def export(self) -> Mapping[str, Any]:
        """The state in Pulumi's deployment format, secrets sealed."""
        with self._means.reading() as recorded:
            return recorded.export()

    def breaches(self) -> tuple[str, ...]:
        """Every rule of a well-formed state that this one breaks, a sentence each."""
        with self._means.reading() as recorded:
            return recorded.breaches()

    @property
    def archive(self) -> Archive:
        """The versions of the stack's state."""
        return self._means.archive


def _must_conform(approved: StackPlan, now: StackPlan, means: Means) -> None:
    """Raises `PlanHasChanged` at the first step that is another one now."""
    planned = {identity(step): step for step in approved.steps}
    for step in now.steps:
        before = planned.pop(identity(step), None)
        if (found := deviation(before, step)) is not None and not _is_name_of_theirs(before, step, means):
            raise PlanHasChanged(step.urn, *found)
    for step in planned.values():
        if step.op.changes_something:
            raise PlanHasChanged(step.urn, step.op.value, "nothing")


def _is_name_of_theirs(planned: Step | None, now: Step, means: Means) -> bool:
    """Whether a plugin may just have rolled another name; in the apply it gets the planned one."""
    is_ours = means.rehearsing.attaches(now.type)
    return not is_ours and planned is not None and planned.op is now.op is Op.CREATE


def _applied(plan: StackPlan, carried: Carried) -> Applied:
    finished = carried.finished
    return Applied(
        result=carried.result,
        counts=carried.counts,
        failures=carried.failures,
        not_done=tuple(
            step.urn
            for step in plan.steps
            if step.op.changes_something and (step.urn, step.op) not in finished
        ),
    )
