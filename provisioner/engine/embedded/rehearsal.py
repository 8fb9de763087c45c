"""Carries out steps in thought: a preview. Nothing is called but what reads, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from provisioner.engine.embedded.planner import remarked, sealed_outputs
from provisioner.engine.embedded.state import Edit, ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, Work
from provisioner.plan.values import UNKNOWN, has_unknown, revealed
from provisioner.providers.interface import Identity, Object, Refused


def as_object(state: ResourceState) -> Object:
    """A record as a provider sees it: in plain."""
    return Object(state.id, revealed(dict(state.inputs)), revealed(dict(state.outputs)))


class Rehearsal:
    """A carrier that answers each step at once, as far as the future is known."""

    def note(self, edits: Sequence[Edit]) -> None:
        """Nothing is recorded."""

    def carry(self, work: Work, done: Callable[[Outcome], None]) -> None:
        """Answer what the last call would leave."""
        done(self._outcome(work.parts[-1]))

    def _outcome(self, part: Part) -> Outcome:
        match part.call:
            case Call.DELETE:
                return Outcome((), None)
            case Call.READ:
                return _read(part)
            case Call.CREATE:
                return Outcome((), _foreseen(part, None))
            case Call.UPDATE:
                return Outcome((), _foreseen(part, part.old))


def _foreseen(part: Part, old: ResourceState | None) -> ResourceState:
    before = as_object(old) if old else None
    outputs = part.provider.planned(part.goal.type, before, revealed(dict(part.goal.inputs)))
    outputs = remarked(outputs, part.goal.inputs)
    outputs = sealed_outputs(outputs, part.goal.inputs, part.goal.additional_secret_outputs)
    return replace(part.goal, id=old.id if old else "", outputs=outputs)


def _read(part: Part) -> Outcome:
    """Reading is allowed in a preview; without credentials the answer is that it is not known yet."""
    if has_unknown(part.goal.inputs) or not part.goal.id:
        return Outcome((), replace(part.goal, id="", outputs={"id": UNKNOWN}))
    identity = Identity(part.goal.id, revealed(dict(part.goal.inputs)))
    try:
        found = part.provider.read(part.goal.type, identity)
    except Refused as refused:
        return Outcome((), None, refused.reason, refused.code)
    if found is None:
        return Outcome((), None, f"{part.goal.type} with id {part.goal.id} does not exist")
    return Outcome((), replace(part.goal, outputs=found.outputs))
