"""Carries out steps in thought: a preview. Nothing is called but what reads, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from provisioner.engine.embedded.planner import remarked, sealed_outputs
from provisioner.engine.embedded.state import Drop, Edit, Put, Rename, ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, Work
from provisioner.engine.failures import CloudNotRead
from provisioner.plan.values import UNKNOWN, Properties, has_unknown, revealed
from provisioner.providers.interface import NO_CREDENTIALS, Identity, Object, Refused


def as_object(state: ResourceState) -> Object:
    """A record as a provider sees it: in plain."""
    return Object(state.id, revealed(dict(state.inputs)), revealed(dict(state.outputs)))


class Rehearsal:
    """A carrier that answers each step at once, as far as the future is known."""

    in_flight = 0
    """Nothing ever is."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.noted: set[str] = set()
        """URNs whose records an apply would change without asking a provider."""

    def note(self, edits: Sequence[Edit]) -> None:
        """Nothing is recorded."""
        self.noted.update(_urn(edit) for edit in edits)

    def carry(self, work: Work, done: Callable[[Outcome], None]) -> None:
        """Answer what the last call would leave. Raises `CloudNotRead`."""
        done(Outcome((), self._state(work.parts[-1])))

    def halt(self) -> None:
        """Nothing is waiting."""

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

    def _read(self, part: Part) -> ResourceState:
        """Reading is allowed in a preview; without credentials the answer is that it is not known yet."""
        goal = part.goal
        if has_unknown(goal.inputs) or not goal.id:
            return replace(goal, id="", outputs={"id": UNKNOWN})
        try:
            found = part.provider.read(goal.type, Identity(goal.id, revealed(dict(goal.inputs))))
        except Refused as refused:
            if refused.code != NO_CREDENTIALS:
                raise CloudNotRead(goal.type, refused.reason, refused.code) from refused
            self.notes.append(f"{goal.type} with id {goal.id} was not read: {refused.reason}")
            return replace(goal, outputs={})
        if found is None:
            raise CloudNotRead(goal.type, f"there is none with id {goal.id}")
        return replace(goal, outputs=_marked(found.outputs, goal))


def _foreseen(part: Part, old: ResourceState | None) -> ResourceState:
    before = as_object(old) if old else None
    outputs = part.provider.planned(part.goal.type, before, revealed(dict(part.goal.inputs)))
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
