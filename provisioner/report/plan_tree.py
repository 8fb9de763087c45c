"""The steps of a plan as a tree: each below the component that it is part of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from provisioner.plan.model import StackPlan, Step

_TOP: Final = -1


@dataclass(frozen=True, slots=True)
class Node:
    """A step, and what changes below it."""

    step: Step
    below: tuple[Node, ...]


def tree(plan: StackPlan) -> tuple[Node, ...]:
    """What changes, with the unchanged components around it; siblings by type and name, objects first."""
    owners: dict[str, int] = {}
    for number, step in enumerate(plan.steps):
        # An older object of the same URN, which is deleted, comes later and owns nothing.
        owners.setdefault(step.urn, number)
    children: defaultdict[int, list[int]] = defaultdict(list)
    for number, step in enumerate(plan.steps):
        children[owners.get(step.parent, _TOP)].append(number)

    def nodes(owner: int) -> tuple[Node, ...]:
        found = [Node(plan.steps[number], nodes(number)) for number in children[owner]]
        kept = [node for node in found if node.below or node.step.op.changes_something]
        return tuple(sorted(kept, key=_place))

    return nodes(_TOP)


def _place(node: Node) -> tuple[bool, str, str, str]:
    step = node.step
    return not step.custom, step.type, step.name, step.id
