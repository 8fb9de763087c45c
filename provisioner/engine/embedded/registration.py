"""What each registration of the program comes to: a step, its work, its record and the program's answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.goals import Census, Goal
from provisioner.engine.embedded.planner import (
    Decision,
    component_diff,
    decide,
    remarked,
    shown,
    with_ignored,
)
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.replacement import dependents_to_replace, with_unknown
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Edit, Put, Rename, ResourceState
from provisioner.engine.embedded.wanted import Answer, Lookup, Reported, Wanted
from provisioner.engine.embedded.work import Call, Outcome, Part, Work, put
from provisioner.plan.diff import Diff, changes
from provisioner.plan.model import Op, Step
from provisioner.plan.values import UNKNOWN, Properties, revealed
from provisioner.providers.interface import Checked, Provider

Reply = Callable[[Answer], None]
IDENTITY_INPUTS = ("region",)
"""Inputs of a provider that say which cloud it means: with others, everything it holds is elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a run is about."""

    stack: str
    project: str
    base: Snapshot
    """The records; in an apply they change while it goes on."""

    providers: ConfiguredProviders
    seed: bytes
    census: Census
    origins: dict[str, str] = field(default_factory=dict[str, str])
    """The setting each resource comes from, by URN."""


class Registrar:
    """Turns registrations into steps."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._census = scene.census
        self._doomed: dict[str, ResourceState] = {}

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure`."""
        goal = self._census.goal(wanted)
        self._census.registered[goal.state.urn] = goal.state
        self._note_origin(goal.state)
        if goal.renamed_from:
            self._carrier.note((Rename(goal.renamed_from, goal.state.urn),))
        if urns.is_provider(wanted.type):
            self._provider(goal, reply)
        elif wanted.custom:
            self._resource(goal, reply)
        else:
            self._component(goal, reply)

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed."""
        wanted = Wanted(
            type=lookup.type,
            name=lookup.name,
            custom=True,
            parent=lookup.parent,
            inputs=lookup.inputs,
            dependencies=lookup.dependencies,
            provider=lookup.provider,
            additional_secret_outputs=lookup.additional_secret_outputs,
        )
        state = self._census.goal(wanted).state
        state = replace(state, external=True, id="" if lookup.id is UNKNOWN else lookup.id)
        provider = self._scene.providers.for_resource(state.urn, state.type, state.provider)
        self._census.registered[state.urn] = state
        self._note_origin(state)
        step = self._step(Decision(Op.READ), state, None)
        self._progress.decided(step)
        self._carry(step, (Part(Call.READ, provider, state, None, put),), reply)

    def report(self, reported: Reported) -> None:
        """The outputs of a component; the stack's own are recorded when everything else has succeeded."""
        state = self._census.registered[reported.urn]
        if state.type == urns.STACK_TYPE:
            self._progress.outputs = reported.outputs
            return
        self._record(replace(state, outputs=reported.outputs), state)

    def close(self) -> None:
        """Record the stack's outputs."""
        root = next((s for s in self._census.registered.values() if s.type == urns.STACK_TYPE), None)
        if root is not None and self._progress.outputs is not None:
            self._record(replace(root, outputs=self._progress.outputs), root)

    def _component(self, goal: Goal, reply: Reply) -> None:
        old = goal.old
        diff = component_diff(old.inputs, goal.state.inputs) if old else Diff()
        step = self._step(decide(old, diff, goal.wanted), goal.state, old)
        self._progress.decided(step)
        self._record(replace(goal.state, outputs=old.outputs if old else {}), old)
        self._progress.carried(step)
        reply(Answer(goal.state.urn))

    def _provider(self, goal: Goal, reply: Reply) -> None:
        old = goal.old
        inputs = {**goal.state.inputs, **({"version": goal.wanted.version} if goal.wanted.version else {})}
        decision = decide(old, component_diff(old.inputs, inputs) if old else Diff(), goal.wanted)
        if old and _elsewhere(old.inputs, inputs):
            decision = Decision(Op.REPLACE, IDENTITY_INPUTS)
        own = old.id if old and decision.op is not Op.REPLACE else str(uuid.uuid4())
        state = replace(goal.state, inputs=inputs, outputs=inputs, id=own)
        step = self._step(decision, state, old)
        self._progress.decided(step)
        self._scene.providers.register(state.urn, inputs)
        if old and decision.op is Op.REPLACE:
            self._census.replaced.add(state.urn)
            self._carrier.note((Put(replace(old, urn=state.urn, delete=True)),))
        self._record(state, old)
        self._progress.carried(step)
        reply(Answer(state.urn, own, inputs))

    def _resource(self, goal: Goal, reply: Reply) -> None:
        provider = self._scene.providers.for_resource(goal.state.urn, goal.state.type, goal.state.provider)
        old = self._doomed.get(goal.state.urn, goal.old)
        if old is not None and old.external:
            old = None
        wanted = (
            with_ignored(goal.state.inputs, old.inputs, goal.wanted.ignore_changes)
            if old
            else goal.state.inputs
        )
        checked = self._check(provider, goal.state, old, wanted)
        if checked.problems:
            self._refuse(goal.state, checked, reply)
            return
        decision = self._decision(provider, goal, old, checked)
        if decision.op is Op.REPLACE:
            checked = self._check(provider, goal.state, None, wanted)
        state = replace(goal.state, inputs=remarked(checked.inputs, wanted))
        step = self._step(decision, state, old)
        if decision.op is Op.REPLACE and old and old.protect and state.protect:
            self._progress.protected.append(state.urn)
        self._progress.decided(step)
        if decision.op is Op.SAME and old:
            self._keep(step, replace(state, id=old.id, outputs=old.outputs), old, reply)
        else:
            self._carry(step, self._parts(decision, provider, state, old), reply)

    def _check(
        self, provider: Provider, state: ResourceState, old: ResourceState | None, wanted: Properties
    ) -> Checked:
        before = revealed(dict(old.inputs)) if old else None
        name = urns.name_of(state.urn)
        return provider.check(state.type, name, before, revealed(dict(wanted)), self._scene.seed)

    def _refuse(self, state: ResourceState, checked: Checked, reply: Reply) -> None:
        """Every problem of the whole program is collected; the plan fails when it is complete."""
        self._progress.problems += [
            (state.urn, problem.property, problem.reason) for problem in checked.problems
        ]
        reply(Answer(state.urn, "", state.inputs))

    def _decision(
        self, provider: Provider, goal: Goal, old: ResourceState | None, checked: Checked
    ) -> Decision:
        if old is None or old.pending_replacement:
            return Decision(Op.CREATE)
        diff = provider.diff(goal.state.type, as_object(old), checked.inputs)
        if goal.state.urn in self._doomed:
            return Decision(Op.REPLACE, diff.replaces or ("dependency",), delete_first=True)
        forced = ("provider",) if self._moved(old, goal.state) else ()
        return decide(old, diff, goal.wanted, forced)

    def _moved(self, old: ResourceState, new: ResourceState) -> bool:
        if old.provider == new.provider:
            return False
        inputs = self._scene.providers.inputs
        former = self._scene.base.live(urns.provider_urn(old.provider))
        return former is not None and _elsewhere(former.inputs, inputs(urns.provider_urn(new.provider)))

    def _parts(
        self, decision: Decision, provider: Provider, state: ResourceState, old: ResourceState | None
    ) -> tuple[Part, ...]:
        if decision.op is Op.UPDATE and old is not None:
            return (Part(Call.UPDATE, provider, replace(state, id=old.id), old, put),)
        if decision.op is not Op.REPLACE or old is None:
            return (Part(Call.CREATE, provider, state, None, put),)
        old = replace(old, urn=state.urn)
        if state.urn in self._doomed:
            return (Part(Call.CREATE, provider, state, old, put, "new"),)
        if not decision.delete_first:
            condemned = Put(replace(old, delete=True))
            self._census.replaced.add(state.urn)
            return (Part(Call.CREATE, provider, state, old, lambda made: (condemned, Put(made)), "new"),)
        return (*self._clearing(old), Part(Call.CREATE, provider, state, old, put, "new"))

    def _clearing(self, old: ResourceState) -> tuple[Part, ...]:
        """The deletions that make room for a new object: what cannot outlive the old one, and it."""
        records = [r for r in self._scene.base.records() if r.urn not in self._census.registered]
        dependents = dependents_to_replace(old, records, self._what_if)
        self._doomed.update({record.urn: record for record in dependents})
        self._progress.protected += [record.urn for record in dependents if record.protect]
        return tuple(self._clear(record) for record in (*dependents, old) if not record.retain_on_delete)

    def _clear(self, record: ResourceState) -> Part:
        provider = self._scene.providers.for_resource(record.urn, record.type, record.provider)
        return Part(Call.DELETE, provider, record, record, _cleared, "old")

    def _what_if(self, record: ResourceState, names: tuple[str, ...]) -> Diff:
        provider = self._scene.providers.for_resource(record.urn, record.type, record.provider)
        inputs = with_unknown(revealed(dict(record.inputs)), names)
        return provider.diff(record.type, as_object(record), inputs)

    def _carry(self, step: Step, parts: tuple[Part, ...], reply: Reply) -> None:
        def done(outcome: Outcome) -> None:
            if outcome.refusal or outcome.state is None:
                self._progress.refused(step, outcome)
                return
            self._census.registered[step.urn] = outcome.state
            self._progress.carried(step)
            reply(Answer(step.urn, outcome.state.id, outcome.state.outputs))

        self._carrier.carry(Work(step.op, step.urn, parts), done)

    def _keep(self, step: Step, state: ResourceState, old: ResourceState, reply: Reply) -> None:
        self._record(state, old)
        self._progress.carried(step)
        reply(Answer(state.urn, state.id, state.outputs))

    def _record(self, state: ResourceState, old: ResourceState | None) -> None:
        """Unchanged records cost nothing."""
        self._census.registered[state.urn] = state
        edits: tuple[Edit, ...] = (Put(state),) if state != old else ()
        self._carrier.note(edits)

    def _note_origin(self, state: ResourceState) -> None:
        own = state.inputs.get("origin") if not state.custom else None
        self._scene.origins[state.urn] = own or self._scene.origins.get(state.parent, "")

    def _step(self, decision: Decision, state: ResourceState, old: ResourceState | None) -> Step:
        before: Mapping[str, Any] = shown(old.inputs) if old else {}
        after = shown(state.inputs)
        differs = decision.op in (Op.UPDATE, Op.REPLACE)
        return Step(
            op=decision.op,
            urn=state.urn,
            type=state.type,
            name=urns.name_of(state.urn),
            parent=state.parent,
            custom=state.custom,
            id=old.id if old else "",
            old=before,
            new=after,
            changes=tuple(changes(before, after)) if differs else (),
            reasons=decision.reasons,
            delete_first=decision.delete_first,
            protect=state.protect,
            origin=self._scene.origins.get(state.urn, ""),
        )


def _elsewhere(old: Properties, new: Properties) -> bool:
    return any(revealed(old.get(name)) != revealed(new.get(name)) for name in IDENTITY_INPUTS)


def _cleared(state: ResourceState) -> tuple[Edit, ...]:
    return (Put(replace(state, pending_replacement=True)),)
