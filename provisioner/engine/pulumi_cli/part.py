"""A part of an environment as Pulumi's engine is told: every URN by its name. Pure.

Its own patterns mean something else than ours, and naming a component there does not mean what is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from provisioner.plan.model import Step
from provisioner.plan.scope import Scope, around


class Options(TypedDict, total=False):
    """What the Automation API is told besides."""

    target: list[str]
    replace: list[str]


NO_OPTIONS: Final[Options] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """What may change, and what not."""

    options: Options
    left_out: tuple[str, ...]


def part_of(scope: Scope, steps: Sequence[Step]) -> Part:
    """What a scope means for these steps, which are those of a plan of the whole."""
    parents = {step.urn: step.parent for step in steps}
    inside: set[str] = set()
    waiting = list(steps)
    while True:  # whoever depends on a target may be one, and so on
        found = [step for step in waiting if _is_inside(scope, step, parents, inside)]
        if not found:
            break
        inside |= {step.urn for step in found}
        waiting = [step for step in waiting if step.urn not in inside]
    replaced = [step.urn for step in steps if step.custom and scope.replaces_by_name(step.urn)]
    options = Options()
    if not scope.is_whole:
        # Nothing happens to components, and children need theirs.
        options["target"] = sorted(inside | {step.urn for step in steps if not step.custom})
    if replaced:
        options["replace"] = sorted(replaced)
    left_out = sorted(step.urn for step in waiting if step.custom) if not scope.is_whole else []
    return Part(options, tuple(left_out))


def _is_inside(scope: Scope, step: Step, parents: dict[str, str], inside: set[str]) -> bool:
    needs = inside.intersection(step.dependencies)
    return scope.covers(step.urn, around(step.urn, lambda urn: parents.get(urn, "")), needs)
