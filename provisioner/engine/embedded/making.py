"""Carries out what was decided of a registration: the calls it takes, what is recorded, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from provisioner.engine.embedded.clearing import Clearance, Clearing
from provisioner.engine.embedded.exchanges import Exchanges, Patience
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.planner import Decision
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Edit, Put, ResourceState
from provisioner.engine.embedded.steps import step_of
from provisioner.engine.embedded.wanted import Answer, Reply
from provisioner.engine.embedded.work import Call, Outcome, Part, Work, put
from provisioner.plan.concealment import masked, sealed_outputs
from provisioner.plan.model import Op, Step
from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem, Provider


class Making:
    """Turns decisions into work."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._census = scene.census
        self.clearance = Clearance(scene, progress)
        self.exchanges = Exchanges()
        self.patience = Patience()
        self.unfinished: set[str] = set()
        """URNs of the records of resources that are registered and not done."""

    def carry_out(self, decision: Decision, provider: Provider, goal: Goal, reply: Reply) -> None:
        """Do it. Raises a `Failure` if it is not what was approved."""
        state, old = goal.state, goal.old
        step = step_of(decision, state, old, self._scene.origin(state))
        if decision.op is Op.REPLACE and old and old.protect and state.protect:
            self._progress.protects(state.urn)
        self._progress.decided(step)
        if decision.op is Op.REPLACE:
            self._census.replacing.add(state.urn)
        if old is None or decision.op is Op.CREATE:
            self._make(step, provider, goal, None, reply)
        elif decision.op is Op.REPLACE:
            self._make(step, provider, goal, old, reply)
        elif decision.op is Op.UPDATE:
            self.carry(step, (Part(Call.UPDATE, provider, replace(state, id=old.id), old, put),), reply)
        else:
            self.keep(step, replace(state, id=old.id, outputs=_outputs(state, old)), old, reply)

    def _make(
        self, step: Step, provider: Provider, goal: Goal, before: ResourceState | None, reply: Reply
    ) -> None:
        """A new object; `before` is the record of the one whose place it takes."""
        state, base = goal.state, self._scene.base
        clearing, edits = Clearing(), put
        if step.delete_first and not self.doomed(goal):
            awaited = self.clearance.awaited(goal.names, self.unfinished)
            # What the record refers to may have new names by the time this goes on.
            if self.patience.has(
                state.urn,
                awaited,
                lambda: self._make(step, provider, goal, before and base.live(state.urn), reply),
            ):
                return
            clearing = self.clearance.of(state.urn, before and replace(before, urn=state.urn), goal.names)
        elif before is not None and not step.delete_first:
            condemned = replace(before, urn=state.urn, delete=True)
            self._census.replaced.add(condemned.key)
            edits = beside(condemned)

        def replaced(answer: Answer) -> None:
            for overdue in clearing.overdue:
                self._progress.carried(overdue)
            reply(answer)
            self.exchanges.ended(clearing.urns)

        create = Part(Call.CREATE, provider, state, before, edits, "new" if before else "")
        if before is None and not clearing.parts:
            self.carry(step, (create,), reply)
            return
        self.exchanges.began(clearing.urns)
        self.carry(step, (*clearing.parts, create), replaced)

    def superseding(self, goal: Goal, made: ResourceState) -> Callable[[ResourceState], tuple[Edit, ...]]:
        """What to record of an object that exists already; what had its place is deleted at the end."""
        old, urn = goal.old, goal.state.urn
        if old is None or old.external or old.pending_replacement or made.id in ("", old.id):
            return put
        if old.protect:
            self._progress.protects(urn)
        condemned = replace(old, urn=urn, delete=True)
        self._census.released[condemned.key] = condemned
        return beside(condemned)

    def carry(self, step: Step, parts: tuple[Part, ...], reply: Reply) -> None:
        """Make these calls; the last one leaves the record."""

        def done(outcome: Outcome) -> None:
            if outcome.refusal or outcome.state is None:
                # Half of an exchange is nothing that others could go on from.
                if self._progress.refused(step, outcome, is_whole=_is_whole(parts)):
                    self._scene.reach.miss(step.urn)
                    reply(Answer(step.urn, is_missing=True))
                return
            self._census.registered[step.urn] = outcome.state
            self._progress.carried(step, outcome.state)
            if outcome.complaint:
                self._progress.complain(step, outcome.complaint)
            reply(Answer(step.urn, outcome.state.id, outcome.state.outputs))

        self._carrier.carry(Work(step.op, step.urn, parts), done)

    def keep(self, step: Step, state: ResourceState, old: ResourceState, reply: Reply) -> None:
        """Nothing to do but to record what is said of it now."""
        self.record(state, old)
        self._progress.carried(step, state)
        reply(Answer(state.urn, state.id, state.outputs))

    def refuse(self, state: ResourceState, problems: Iterable[Problem], reply: Reply) -> None:
        """Every problem of the whole program is collected; the plan fails when it is complete."""
        if origin := self._scene.origin(state):
            self._progress.settings[state.urn] = origin
        self._progress.refuse(
            (state.urn, found.property, masked(found.reason, state.inputs)) for found in problems
        )
        reply(Answer(state.urn, "", state.inputs))

    def record(self, state: ResourceState, old: ResourceState | None) -> None:
        """Unchanged records cost nothing."""
        self._census.registered[state.urn] = state
        edits: tuple[Edit, ...] = (Put(state),) if state != old else ()
        self._carrier.note(edits)

    def doomed(self, goal: Goal) -> ResourceState | None:
        """The record of the object, if it is deleted because it cannot outlive another."""
        return self.clearance.doomed(goal.former)


def _outputs(state: ResourceState, old: ResourceState) -> Properties:
    """Those of an object that stays; more of them may be secret now."""
    if state.inputs == old.inputs and state.additional_secret_outputs == old.additional_secret_outputs:
        return old.outputs
    return sealed_outputs(old.outputs, state.inputs, state.additional_secret_outputs)


def cannot_replace(reasons: Iterable[str]) -> tuple[Problem, ...]:
    """What is wrong with making an object anew which the program says exists already."""
    why = "differs from the object that `import_` names, and a change of it would need a new object"
    return tuple(Problem(reason, why) for reason in reasons)


def _is_whole(parts: tuple[Part, ...]) -> bool:
    """Whether nothing was done if the last of them is refused."""
    return all(part.call is Call.RECORD for part in parts[:-1])


def beside(condemned: ResourceState) -> Callable[[ResourceState], tuple[Edit, ...]]:
    """What to record of a new object while the old one still exists."""
    return lambda made: (Put(condemned), Put(made))
