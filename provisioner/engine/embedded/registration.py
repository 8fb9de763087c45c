"""What each registration of the program comes to: a step, its work, its record and the program's answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.clearing import Clearance, Clearing
from provisioner.engine.embedded.concealment import masked
from provisioner.engine.embedded.exchanges import Exchanges, Patience
from provisioner.engine.embedded.gate import Gate
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.planner import (
    Decision,
    component_diff,
    decide,
    remarked,
    replaced_by_option,
    with_ignored,
)
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Edit, Put, Rename, ResourceState
from provisioner.engine.embedded.steps import step_of
from provisioner.engine.embedded.wanted import Answer, Lookup, Reply, Reported, Wanted
from provisioner.engine.embedded.work import Call, Outcome, Part, Work, put
from provisioner.plan.diff import Diff
from provisioner.plan.model import BY_NAME, Op, Step
from provisioner.plan.values import UNKNOWN, Properties, revealed
from provisioner.providers.interface import Checked, Provider

IDENTITY_INPUTS = ("region",)
"""Inputs of a provider that say which cloud it means: with others, everything it holds is elsewhere."""


class Registrar:
    """Turns registrations into steps."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._census = scene.census
        self._exchanges = Exchanges()
        self._clearance = Clearance(scene, progress)
        self._unfinished: set[str] = set()
        """URNs of the records of resources that are registered and not done."""

        self._patience = Patience()
        self._gate = Gate(scene, progress)

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure`."""
        goal = self._census.goal(wanted)
        self._enter(goal, lambda: self._proceed(goal, self._finishing(goal, reply)))

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed. Raises a `Failure`."""
        goal = self._census.goal(lookup.as_wanted())
        state = replace(goal.state, external=True, id="" if lookup.id is UNKNOWN else lookup.id)
        goal = replace(goal, state=state)
        self._enter(goal, lambda: self._read(goal, self._finishing(goal, reply)))

    def report(self, reported: Reported) -> None:
        """The outputs of a component; the stack's own are recorded when everything else has succeeded."""
        state = self._census.registered[reported.urn]
        outputs = self._gate.known(state.urn, reported.outputs)
        if state.type == urns.STACK_TYPE:
            self._progress.outputs = outputs
        elif not self._scene.reach.is_missing(state.urn):
            self._record(replace(state, outputs=outputs), state)

    def close(self, needs: Mapping[str, Collection[str]]) -> None:
        """Record the stack's outputs; `needs` are the URNs of what each comes from."""
        root = next((s for s in self._census.registered.values() if s.type == urns.STACK_TYPE), None)
        if root is None or self._progress.outputs is None:
            return
        if self._progress.is_preview and self._scene.reach.is_short:
            found = self._gate.foreseen(root.urn, self._progress.outputs, needs)
            self._progress.outputs, self._progress.withheld = found
        self._record(replace(root, outputs=self._progress.outputs), root)

    @property
    def late(self) -> tuple[str, ...]:
        """URNs of what others wait for, and the program has not asked for yet."""
        return self._patience.late({*self._census.registered, *self._unfinished})

    def stop(self) -> None:
        """Registrations that wait for others do not go on."""
        self._exchanges.stop()
        self._patience.stop()

    def _enter(self, goal: Goal, go: Callable[[], None]) -> None:
        self._census.registered[goal.state.urn] = goal.state
        self._note_origin(goal.state)
        self._unfinished.add(goal.renamed_from or goal.state.urn)
        self._exchanges.admit(goal, go)

    def _finishing(self, goal: Goal, reply: Reply) -> Reply:
        def finished(answer: Answer) -> None:
            reply(answer)
            self._unfinished.discard(goal.state.urn)
            self._patience.try_again()

        return finished

    def _proceed(self, goal: Goal, reply: Reply) -> None:
        goal = self._renamed(goal)
        if (kept := self._gate.kept(goal)) is not None:
            self._progress.decided(step := step_of(Decision(Op.SAME), kept, kept, self._origin(kept)))
            self._keep(step, kept, goal.old or kept, reply)
        elif self._gate.turns_away(goal):
            reply(Answer(goal.state.urn, is_missing=True))
        elif urns.is_provider(goal.state.type):
            self._provider(goal, reply)
        elif goal.state.custom:
            self._resource(goal, reply)
        else:
            self._component(goal, reply)

    def _renamed(self, goal: Goal) -> Goal:
        """Give the record its new name, if it has one."""
        former = goal.renamed_from
        if former is None:
            return goal
        old = self._scene.base.live(former)  # what it refers to may have new names, too
        self._unfinished.discard(former)
        self._unfinished.add(goal.state.urn)
        self._carrier.note((Rename(former, goal.state.urn),))
        return replace(goal, old=old)

    def _read(self, goal: Goal, reply: Reply) -> None:
        goal, state = self._renamed(goal), goal.state
        provider = self._scene.providers.for_resource(state.urn, state.type, state.provider)
        step = step_of(Decision(Op.READ), state, None, self._origin(state))
        self._progress.decided(step)
        self._carry(step, (Part(Call.READ, provider, state, None, self._released(goal)),), reply)

    def _released(self, goal: Goal) -> Callable[[ResourceState], tuple[Edit, ...]]:
        """What to record of a lookup. The object that was managed under its name is deleted at the end."""
        old, state = goal.old, goal.state
        if old is None or old.external or old.pending_replacement or state.id in ("", old.id):
            return put
        if old.protect:
            self._progress.protects(state.urn)
        condemned = replace(old, urn=state.urn, delete=True)
        self._census.released[condemned.key] = condemned
        return _beside(condemned)

    def _component(self, goal: Goal, reply: Reply) -> None:
        old = goal.old
        diff = component_diff(old.inputs, goal.state.inputs) if old else Diff()
        step = step_of(decide(old, diff, goal.wanted), goal.state, old, self._origin(goal.state))
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
        step = step_of(decision, state, old, self._origin(state))
        self._progress.decided(step)
        if old:
            self._scene.providers.register(urns.reference(state.urn, old.id), old.inputs)
        self._scene.providers.register(urns.reference(state.urn, own), inputs)
        if old and decision.op is Op.REPLACE:
            condemned = replace(old, urn=state.urn, delete=True)
            self._census.replaced.add(condemned.key)
            self._carrier.note((Put(condemned),))
        self._record(state, old)
        self._progress.carried(step)
        reply(Answer(state.urn, own, inputs))

    def _resource(self, goal: Goal, reply: Reply) -> None:
        provider = self._scene.providers.for_resource(goal.state.urn, goal.state.type, goal.state.provider)
        old = self._doomed_record(goal) or goal.old
        if old is not None and old.external:
            old = None
        wanted = goal.state.inputs
        if old is not None:
            wanted = with_ignored(wanted, old.inputs, goal.wanted.ignore_changes)
        checked = self._check(provider, goal.state, old, wanted)
        if checked.problems:
            self._refuse(goal.state, checked, reply)
            return
        decision = self._decision(provider, goal, old, checked)
        if decision.op is Op.REPLACE:
            checked = self._check(provider, goal.state, None, wanted)
        if decision.op in (Op.CREATE, Op.REPLACE) and not decision.delete_first:
            in_the_way = self._clearance.is_needed(provider, goal.names, goal.state.type, checked.inputs)
            decision = replace(decision, delete_first=in_the_way)
        state = replace(goal.state, inputs=remarked(checked.inputs, wanted))
        self._carry_out(decision, provider, replace(goal, state=state, old=old), reply)

    def _carry_out(self, decision: Decision, provider: Provider, goal: Goal, reply: Reply) -> None:
        state, old = goal.state, goal.old
        step = step_of(decision, state, old, self._origin(state))
        if decision.op is Op.REPLACE and old and old.protect and state.protect:
            self._progress.protects(state.urn)
        self._progress.decided(step)
        if old is None or decision.op is Op.CREATE:
            self._make(step, provider, goal, None, reply)
        elif decision.op is Op.REPLACE:
            self._make(step, provider, goal, old, reply)
        elif decision.op is Op.UPDATE:
            self._carry(step, (Part(Call.UPDATE, provider, replace(state, id=old.id), old, put),), reply)
        else:
            self._keep(step, replace(state, id=old.id, outputs=old.outputs), old, reply)

    def _check(
        self, provider: Provider, state: ResourceState, old: ResourceState | None, wanted: Properties
    ) -> Checked:
        before = revealed(dict(old.inputs)) if old else None
        name = urns.name_of(state.urn)
        return provider.check(state.type, name, before, revealed(dict(wanted)), self._scene.seed)

    def _refuse(self, state: ResourceState, checked: Checked, reply: Reply) -> None:
        """Every problem of the whole program is collected; the plan fails when it is complete."""
        self._progress.refuse(
            (state.urn, found.property, masked(found.reason, state.inputs)) for found in checked.problems
        )
        reply(Answer(state.urn, "", state.inputs))

    def _decision(
        self, provider: Provider, goal: Goal, old: ResourceState | None, checked: Checked
    ) -> Decision:
        if old is None or old.pending_replacement:
            return Decision(Op.CREATE)
        diff = provider.diff(goal.state.type, as_object(old), checked.inputs)
        if self._doomed_record(goal):
            return Decision(Op.REPLACE, diff.replaces or ("dependency",), delete_first=True)
        options = goal.wanted.replace_on_changes
        forced = replaced_by_option(old.inputs, checked.inputs, diff, options) if options else ()
        asked = (BY_NAME,) if self._scene.reach.scope.replaces_by_name(goal.state.urn) else ()
        return decide(old, diff, goal.wanted, (*asked, *self._moved(old, goal.state), *forced))

    def _moved(self, old: ResourceState, new: ResourceState) -> tuple[str, ...]:
        """A reason to replace, if the resource's provider is in another place than it was."""
        inputs = self._scene.providers.inputs
        if old.provider == new.provider or not _elsewhere(inputs(old.provider), inputs(new.provider)):
            return ()
        return ("provider",)

    def _make(
        self, step: Step, provider: Provider, goal: Goal, before: ResourceState | None, reply: Reply
    ) -> None:
        """A new object; `before` is the record of the one whose place it takes."""
        state, base = goal.state, self._scene.base
        clearing, edits = Clearing(), put
        if step.delete_first and not self._doomed_record(goal):
            awaited = self._clearance.awaited(goal.names, self._unfinished)
            # What the record refers to may have new names by the time this goes on.
            if self._patience.has(
                state.urn,
                awaited,
                lambda: self._make(step, provider, goal, before and base.live(state.urn), reply),
            ):
                return
            clearing = self._clearance.of(state.urn, before and replace(before, urn=state.urn), goal.names)
        elif before is not None and not step.delete_first:
            condemned = replace(before, urn=state.urn, delete=True)
            self._census.replaced.add(condemned.key)
            edits = _beside(condemned)

        def replaced(answer: Answer) -> None:
            for overdue in clearing.overdue:
                self._progress.carried(overdue)
            reply(answer)
            self._exchanges.ended(clearing.urns)

        create = Part(Call.CREATE, provider, state, before, edits, "new" if before else "")
        if before is None and not clearing.parts:
            self._carry(step, (create,), reply)
            return
        self._exchanges.began(clearing.urns)
        self._carry(step, (*clearing.parts, create), replaced)

    def _carry(self, step: Step, parts: tuple[Part, ...], reply: Reply) -> None:
        def done(outcome: Outcome) -> None:
            if outcome.refusal or outcome.state is None:
                # Half of an exchange is nothing that others could go on from.
                if self._progress.refused(step, outcome, is_whole=len(parts) == 1):
                    self._scene.reach.miss(step.urn)
                    reply(Answer(step.urn, is_missing=True))
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

    def _doomed_record(self, goal: Goal) -> ResourceState | None:
        return self._clearance.doomed(goal.renamed_from or goal.state.urn)

    def _note_origin(self, state: ResourceState) -> None:
        own = state.inputs.get("origin") if not state.custom else None
        self._scene.origins[state.urn] = own or self._scene.origins.get(state.parent, "")

    def _origin(self, state: ResourceState) -> str:
        return self._scene.origins.get(state.urn, "")


def _beside(condemned: ResourceState) -> Callable[[ResourceState], tuple[Edit, ...]]:
    """What to record of a new object while the old one still exists."""
    return lambda made: (Put(condemned), Put(made))


def _elsewhere(old: Properties, new: Properties) -> bool:
    return any(revealed(old.get(name)) != revealed(new.get(name)) for name in IDENTITY_INPUTS)
