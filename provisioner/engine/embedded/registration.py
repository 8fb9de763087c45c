"""What each registration of the program comes to: a step, its work, its record and the program's answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from provisioner.engine.embedded import configuring
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.attending import Attending
from provisioner.engine.embedded.gate import Gate
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.judgement import Judge
from provisioner.engine.embedded.making import Making, cannot_replace
from provisioner.engine.embedded.planner import Decision, component_diff, decide, with_ignored
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Put, Rename, ResourceState
from provisioner.engine.embedded.steps import step_of
from provisioner.engine.embedded.wanted import Answer, Lookup, Reply, Reported, Wanted
from provisioner.engine.embedded.work import Call, Part
from provisioner.plan.concealment import remarked
from provisioner.plan.diff import Diff
from provisioner.plan.model import Op
from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Provider


class Registrar:
    """Turns registrations into steps."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._census = scene.census
        self._making = Making(scene, carrier, progress)
        self._judge = Judge(scene, self._making.clearance)
        self._attending = Attending(carrier, progress)
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
            self._making.record(made := replace(state, outputs=outputs), state)
            if state.hooks:
                self._attending.ends(made)

    def close(self, needs: Mapping[str, Collection[str]]) -> None:
        """Record the stack's outputs; `needs` are the URNs of what each comes from."""
        root = next((s for s in self._census.registered.values() if s.type == urns.STACK_TYPE), None)
        if root is None or self._progress.outputs is None:
            return
        if self._progress.is_preview and self._scene.reach.is_short:
            found = self._gate.foreseen(root.urn, self._progress.outputs, needs)
            self._progress.outputs, self._progress.withheld = found
        self._making.record(replace(root, outputs=self._progress.outputs), root)

    @property
    def late(self) -> tuple[str, ...]:
        """URNs of what others wait for, and the program has not asked for yet."""
        return self._making.patience.late({*self._census.registered, *self._making.unfinished})

    def stop(self) -> None:
        """Registrations that wait for others do not go on."""
        self._making.exchanges.stop()
        self._making.patience.stop()

    def _enter(self, goal: Goal, go: Callable[[], None]) -> None:
        self._census.registered[goal.state.urn] = goal.state
        self._note_origin(goal.state)
        self._making.unfinished.add(goal.former)
        self._making.exchanges.admit(goal, go)

    def _finishing(self, goal: Goal, reply: Reply) -> Reply:
        def finished(answer: Answer) -> None:
            reply(answer)
            self._making.unfinished.discard(goal.state.urn)
            self._making.patience.try_again()

        return finished

    def _proceed(self, goal: Goal, reply: Reply) -> None:
        goal = self._renamed(goal)
        if (kept := self._gate.kept(goal)) is not None:
            self._progress.decided(step := step_of(Decision(Op.SAME), kept, kept, self._scene.origin(kept)))
            self._making.keep(step, kept, goal.old or kept, reply)
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
        self._making.unfinished.discard(former)
        self._making.unfinished.add(goal.state.urn)
        self._carrier.note((Rename(former, goal.state.urn),))
        return replace(goal, old=old)

    def _read(self, goal: Goal, reply: Reply) -> None:
        goal, state = self._renamed(goal), goal.state
        provider = self._scene.providers.for_resource(state.urn, state.type, state.provider)
        step = step_of(Decision(Op.READ), state, None, self._scene.origin(state))
        self._progress.decided(step)
        edits = self._making.superseding(goal, state)
        self._making.carry(step, (Part(Call.READ, provider, state, None, edits),), reply)

    def _component(self, goal: Goal, reply: Reply) -> None:
        old = goal.old
        diff = component_diff(old.inputs, goal.state.inputs) if old else Diff()
        step = step_of(decide(old, diff, goal.wanted), goal.state, old, self._scene.origin(goal.state))
        self._progress.decided(step)

        def go() -> None:
            self._making.record(replace(goal.state, outputs=old.outputs if old else {}), old)
            self._progress.carried(step)
            reply(Answer(goal.state.urn))

        def stay() -> None:
            self._scene.reach.miss(step.urn)
            reply(Answer(step.urn, is_missing=True))

        if goal.state.hooks and step.op is not Op.SAME:
            self._attending.begins(step, goal.state, old, go, stay)
        else:
            go()

    def _provider(self, goal: Goal, reply: Reply) -> None:
        old = goal.old
        inputs = {**goal.state.inputs, **({"version": goal.wanted.version} if goal.wanted.version else {})}
        package = self._scene.providers.package(goal.state.urn, inputs)
        checked = configuring.checked(package, goal.state.urn, old.inputs if old else None, inputs)
        if checked.problems:
            self._scene.reach.miss(goal.state.urn)  # nobody can be asked about what it would hold
            self._making.refuse(goal.state, checked.problems, reply)
            return
        inputs = checked.inputs
        diff = configuring.compared(package, goal.state.urn, old.inputs, inputs) if old else Diff()
        decision = decide(old, diff, goal.wanted)
        if decision.op is Op.REPLACE:
            decision = replace(decision, delete_first=False)
        own = old.id if old and decision.op is not Op.REPLACE else str(uuid.uuid4())
        state = replace(goal.state, inputs=inputs, outputs=inputs, id=own)
        step = step_of(decision, state, old, self._scene.origin(state))
        self._progress.decided(step)
        if old:
            self._scene.providers.register(urns.reference(state.urn, old.id), old.inputs)
        self._scene.providers.register(urns.reference(state.urn, own), inputs)
        if old and decision.op is Op.REPLACE:
            condemned = replace(old, urn=state.urn, delete=True)
            self._census.replaced.add(condemned.key)
            self._carrier.note((Put(condemned),))
        self._making.record(state, old)
        self._progress.carried(step)
        reply(Answer(state.urn, own, inputs))

    def _resource(self, goal: Goal, reply: Reply) -> None:
        provider = self._scene.providers.for_resource(goal.state.urn, goal.state.type, goal.state.provider)
        if goal.wanted.import_id and self._is_taken_over(provider, goal, reply):
            return
        old = self._making.doomed(goal) or goal.old
        if old is not None and old.external:
            old = None
        wanted = goal.state.inputs
        if old is not None and not old.is_lost:  # what is made anew is as the program says
            wanted = with_ignored(wanted, old.inputs, goal.wanted.ignore_changes)
        checked = self._judge.check(provider, goal.state, old, wanted)
        if checked.problems:
            self._making.refuse(goal.state, checked.problems, reply)
            return
        decision = self._judge.decision(provider, goal, old, checked)
        if decision.op is Op.REPLACE and goal.wanted.import_id:
            self._making.refuse(goal.state, cannot_replace(decision.reasons), reply)
            return
        if decision.op is Op.REPLACE:
            wanted = goal.state.inputs  # a new object has nothing to ignore
            checked = self._judge.check(provider, goal.state, None, wanted)
        if decision.op in (Op.CREATE, Op.REPLACE) and not decision.delete_first:
            in_the_way = self._making.clearance.is_needed(
                provider, goal.names, goal.state.type, checked.inputs
            )
            decision = replace(decision, delete_first=in_the_way)
        state = replace(goal.state, inputs=remarked(checked.inputs, wanted))
        self._making.carry_out(decision, provider, replace(goal, state=state, old=old), reply)

    def _is_taken_over(self, provider: Provider, goal: Goal, reply: Reply) -> bool:
        """Whether an object is imported that the program names and that is not recorded as this one."""
        from provisioner.engine.embedded.import_option import ImportOption  # noqa: PLC0415 - few import

        return ImportOption(self._scene, self._carrier, self._progress, self._making).takes_over(
            provider, goal, reply
        )

    def _note_origin(self, state: ResourceState) -> None:
        own = state.inputs.get("origin") if not state.custom else None
        self._scene.origins[state.urn] = own or self._scene.origins.get(state.parent, "")
