"""Whether a state in a file continues that of a stack, and what an import would change.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.engine.amending import Kind, Misfit, Remark, stacks_in
from provisioner.engine.embedded.checkpoint import lineage_of
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.engine.embedded.surgery import Records


@dataclass(frozen=True, slots=True)
class Origin:
    """Which state this is."""

    stacks: tuple[str, ...]
    """`<project>/<stack>` of its resources; none for a file that holds no resource."""

    lineage: str
    """Empty if it is not said: Pulumi drops it."""

    serial: int

    @staticmethod
    def of(raw: Mapping[str, Any]) -> Origin:
        """Of a raw deployment."""
        return Origin(stacks_in(raw), *lineage_of(raw))


def misfits(theirs: Origin, ours: Origin, *, is_empty: bool) -> tuple[tuple[Misfit, str, str], ...]:
    """Why the file is not a state of this stack: (why, what it says, what the stack has).

    An empty stack has nothing that could be lost, so only whose state it is matters.
    """
    (own,) = ours.stacks
    found = [(Misfit.STACK, stack, own) for stack in theirs.stacks if stack != own]
    if is_empty or theirs.lineage == ours.lineage == "":
        return tuple(found)
    if not theirs.lineage:
        found.append((Misfit.NO_LINEAGE, "", ours.lineage))
    elif theirs.lineage != ours.lineage:
        found.append((Misfit.LINEAGE, theirs.lineage, ours.lineage))
    elif theirs.serial < ours.serial:
        found.append((Misfit.SERIAL, str(theirs.serial), str(ours.serial)))
    return tuple(found)


def is_of_another_stack(found: Sequence[tuple[Misfit, str, str]]) -> bool:
    """Whether the names of its resources are those of another stack: nobody can force them on this one."""
    return any(why is Misfit.STACK for why, _, _ in found)


def differences(now: Records, then: Records) -> tuple[Remark, ...]:
    """What is recorded otherwise after the import."""
    old, new = _by_key(now), _by_key(then)
    notes = [Remark(Kind.FORGOTTEN, each.urn, "", each.id) for key, each in old.items() if key not in new]
    for key, each in new.items():
        if key not in old:
            notes.append(Remark(Kind.ADDED, each.urn, "", each.id))
        elif each != old[key]:
            notes.append(Remark(Kind.CHANGED, each.urn, "it is recorded as the file has it", each.id))
    known = {began.goal.urn for began in then.pending}
    notes += [
        Remark(Kind.DISMISSED, began.goal.urn, began.kind, began.goal.id)
        for began in now.pending
        if began.goal.urn not in known
    ]
    return tuple(notes)


def _by_key(records: Records) -> Mapping[Key, ResourceState]:
    return {each.key: each for each in records.resources}
