"""Deletes what the program no longer asks for, dependents first, once everything else has succeeded."""

from __future__ import annotations

from collections import deque

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.attending import Attending
from provisioner.engine.embedded.deletion import Demolition, without
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Put, ResourceState
from provisioner.engine.embedded.steps import deletion_of
from provisioner.engine.embedded.work import Call, Outcome, Part, Work, drop
from provisioner.plan.model import Op, Step


class Teardown:
    """The deletions of one run."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._attending = Attending(carrier, progress)
        self._condemned = scene.reach.spared(_condemned(scene))
        self._leaving = {state.urn for state in self._condemned}
        self._steps = {state.key: self._step(state) for state in self._condemned}
        self._demolition = Demolition(self._condemned)
        self._ready: deque[ResourceState] = deque()
        self._is_stopped = False

    def begin(self) -> None:
        """Decide every deletion before the first one is carried out. Raises a `Failure`."""
        for state in self._condemned:
            if state.protect and _is_object(state) and not (state.delete or _is_gone(state)):
                self._progress.protects(state.urn)
            if (step := self._steps[state.key]) is not None:
                self._progress.decided(step)
        steps = self._progress.steps
        self._scene.reach.check(
            deleted={step.urn for step in steps if step.op is Op.DELETE},
            replaced={step.urn for step in steps if step.op is Op.REPLACE},
        )
        self._ready.extend(self._demolition.first())

    def advance(self) -> None:
        """Start every deletion that nothing stands in the way of."""
        while self._ready and not self._is_stopped:
            self._delete(self._ready.popleft())

    def stop(self) -> None:
        """Start nothing more."""
        self._is_stopped = True

    def _delete(self, state: ResourceState) -> None:
        self._strip(state)
        if not self._needs_a_call(state):
            if state.hooks and not _is_gone(state):
                step, go = self._plain_step(state), lambda: self._forget(state)
                self._attending.begins(step, state, None, go, lambda: None)
            else:
                self._forget(state)
            return
        provider = self._scene.providers.for_resource(state.urn, state.type, state.provider)
        part = Part(Call.DELETE, provider, state, state, drop, "old" if state.delete else "")
        step = self._steps[state.key]

        def done(outcome: Outcome) -> None:
            if outcome.refusal:
                self._progress.refused(step or self._plain_step(state), outcome)
                return
            if outcome.complaint:
                self._progress.complain(step or self._plain_step(state), outcome.complaint)
            self._gone(state)

        self._carrier.carry(Work(step.op if step else Op.REPLACE, state.urn, (part,)), done)

    def _forget(self, state: ResourceState) -> None:
        self._carrier.note(drop(state))
        self._gone(state)
        if state.hooks:
            self._attending.ends(state)

    def _strip(self, state: ResourceState) -> None:
        """Records whose need of this one does not count must not name it when it is forgotten."""
        if disregarded := self._demolition.disregarded(state.key):
            users = {each.key: each for each in self._scene.base.records()}
            left = [users[key] for key in disregarded if key in users]
            self._carrier.note([Put(without(user, state.urn)) for user in left])

    def _gone(self, state: ResourceState) -> None:
        if (step := self._steps[state.key]) is not None:
            self._progress.carried(step)
        self._ready.extend(self._demolition.deleted(state.key))

    def _needs_a_call(self, state: ResourceState) -> bool:
        if not _is_object(state) or _is_gone(state) or state.retain_on_delete:
            return False
        return state.deleted_with not in self._leaving

    def _step(self, state: ResourceState) -> Step | None:
        """The step people see; none for what is only forgotten, or is the old half of a replacement."""
        if _is_gone(state) and state.urn not in self._scene.census.evicted:
            return None
        if state.key in self._scene.census.replaced:
            return None
        if state.retain_on_delete:
            self._progress.notes.append(
                f"{state.urn} stays in the cloud and is no longer managed (retainOnDelete)"
            )
            return None
        return self._plain_step(state)

    def _plain_step(self, state: ResourceState) -> Step:
        return deletion_of(state, self._scene.origin_of(state))


def _is_object(state: ResourceState) -> bool:
    """Whether there is something in the cloud, and not only in the records."""
    return state.custom and not urns.is_provider(state.type)


def _is_gone(state: ResourceState) -> bool:
    """Whether the object was deleted already, or never was ours."""
    return state.pending_replacement or state.external


def _condemned(scene: Scene) -> tuple[ResourceState, ...]:
    """Dependents first."""
    census = scene.census
    found = {
        state.key: state
        for state in scene.base.records()
        if state.delete or not (census.is_claimed(state.urn) or state.urn in census.registered)
    }
    for key in census.cleared:
        found.pop(key, None)
    return tuple(reversed({**census.released, **found}.values()))
