"""Carries out steps in thought: a preview. Nothing is called but what reads, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from provisioner.engine.embedded.hooks import Hooks
from provisioner.engine.embedded.state import Drop, Edit, Put, Rename, ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, Work
from provisioner.engine.failures import CloudNotRead, HookFailed
from provisioner.plan.concealment import masked, remarked, sealed_outputs
from provisioner.plan.values import UNKNOWN, Properties, has_unknown, revealed
from provisioner.providers.interface import NO_CREDENTIALS, Identity, Object, Provider, Refused, given


def as_object(state: ResourceState, provider: Provider) -> Object:
    """A record as this provider sees it."""
    return Object(state.id, given(provider, state.inputs), given(provider, state.outputs))


T = TypeVar("T")


class Rehearsal:
    """A carrier that answers each step at once, as far as the future is known."""

    in_flight = 0
    """Nothing ever is."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.noted: set[str] = set()
        """URNs whose records an apply would change without asking a provider."""

        self.hooks = Hooks()

    def note(self, edits: Sequence[Edit]) -> None:
        """Nothing is recorded."""
        self.noted.update(_urn(edit) for edit in edits)

    def carry(self, work: Work, done: Callable[[Outcome], None]) -> None:
        """Answer what the last call would leave. Raises `CloudNotRead`, and `HookFailed`."""
        for part in work.parts[:-1]:
            if part.goal.hooks:
                self._attended(part, lambda part: part.goal)
        last = work.parts[-1]
        done(Outcome((), self._attended(last, self._state) if last.goal.hooks else self._state(last)))

    def aside(self, look: Callable[[], T], done: Callable[[T], None]) -> None:
        """Looking is allowed."""
        done(look())

    def halt(self) -> None:
        """Nothing is waiting."""

    def _attended(self, part: Part, state_of: Callable[[Part], ResourceState | None]) -> ResourceState | None:
        """With those of the program's functions around it that want to see plans."""
        if trouble := self.hooks.before(part):
            raise HookFailed(part.goal.urn, trouble)
        state = state_of(part)
        if trouble := self.hooks.after(part, state or part.goal):
            raise HookFailed(part.goal.urn, trouble)
        return state

    def _state(self, part: Part) -> ResourceState | None:
        match part.call:
            case Call.DELETE:
                return None
            case Call.READ:
                return self._read(part)
            case Call.CREATE:
                return _foreseen(part, None)
            case Call.UPDATE:
                return _foreseen(part, part.old)
            case Call.RECORD:
                return part.goal

    def _read(self, part: Part) -> ResourceState:
        """Reading is allowed in a preview; without credentials the answer is that it is not known yet."""
        goal = part.goal
        if has_unknown(goal.inputs) or not goal.id:
            return replace(goal, id="", outputs={"id": UNKNOWN})
        try:
            found = part.provider.read(goal.type, Identity(goal.id, revealed(dict(goal.inputs))))
        except Refused as refused:
            if refused.code != NO_CREDENTIALS:
                raise CloudNotRead(goal.type, masked(refused.reason, goal.inputs), refused.code) from refused
            self.notes.append(f"{goal.type} with id {goal.id} was not read: {refused.reason}")
            return replace(goal, outputs={})
        if found is None:
            raise CloudNotRead(goal.type, f"there is none with id {goal.id}")
        return replace(goal, outputs=_marked(found.outputs, goal))


def _foreseen(part: Part, old: ResourceState | None) -> ResourceState:
    before = as_object(old, part.provider) if old else None
    outputs = part.provider.planned(part.goal.type, before, given(part.provider, part.goal.inputs))
    return replace(part.goal, id=old.id if old else "", outputs=_marked(outputs, part.goal))


def _marked(outputs: Properties, goal: ResourceState) -> Properties:
    return sealed_outputs(remarked(outputs, goal.inputs), goal.inputs, goal.additional_secret_outputs)


def _urn(edit: Edit) -> str:
    match edit:
        case Put(state):
            return state.urn
        case Drop(key):
            return key.urn
        case Rename(_, new):
            return new
