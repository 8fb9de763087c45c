"""What an import does, in order: look at every object, agree, record them. Knows an engine, not which one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from provisioner.engine.interface import Access, Engine, Run, Stack
from provisioner.plan.importing import (
    Accepted,
    Hindrance,
    Import,
    ImportPlan,
    Obstacle,
    differences,
    name_of,
    owned,
)
from provisioner.plan.model import Mode
from provisioner.plan.values import Properties
from provisioner.schedule import Phase

_NEAREST: Final = 3
_ALIKE: Final = 0.4
"""The least likeness of what is suggested, as difflib measures it."""


@dataclass(frozen=True, slots=True)
class Imports:
    """What an import comes to in all stacks."""

    plans: tuple[ImportPlan, ...]
    """In the order in which stacks are applied."""

    obstacles: tuple[Obstacle, ...] = ()
    """Everything that stands in the way, in the order of the wishes."""

    @property
    def count(self) -> int:
        """How many objects would be recorded."""
        return sum(len(each.plan.steps) for each in self.plans)


Agree = Callable[[Imports], bool]
"""Shows what was found, and answers whether to record it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a stack's state as it was before."""

    stack: str
    place: str


def look(engine: Engine, phases: Sequence[Phase], wishes: Sequence[Import], accepted: Accepted) -> Imports:
    """What it would come to. Changes nothing, takes no lock. Raises a `Failure`."""
    with ExitStack() as opened:
        return _looked(_runs(engine, phases, Access.READ, opened), wishes, accepted)


def take_over(
    engine: Engine,
    phases: Sequence[Phase],
    wishes: Sequence[Import],
    accepted: Accepted,
    agree: Agree,
) -> tuple[Backup, ...] | None:
    """Look, ask, and record exactly what was shown; None if nobody agreed. Raises a `Failure`.

    All locks are held from the first look to the last record. Each stack is recorded by one write: who is
    killed between two of them calls the same command again, and what is recorded then is left as it is.
    """
    with ExitStack() as held:
        runs = _runs(engine, phases, Access.WRITE, held)
        found = _looked(runs, wishes, accepted)
        if not agree(found):
            return None
        backups: list[Backup] = []
        for (stack, run), planned in zip(runs, found.plans, strict=True):
            if planned.plan.steps and (place := run.take_over()):
                backups.append(Backup(stack.full_name, place))
        return tuple(backups)


Runs = Sequence[tuple[Stack, Run]]


def _runs(engine: Engine, phases: Sequence[Phase], access: Access, held: ExitStack) -> Runs:
    """A run for each stack that the environment has. Locks are taken in the order in which an apply does."""
    stacks = [task.stack for phase in phases for task in phase if task.mode is Mode.UPDATE]
    opened = {
        stack.full_name: held.enter_context(engine.open(stack, access))
        for stack in sorted(stacks, key=lambda stack: stack.full_name)
    }
    return [(stack, opened[stack.full_name]) for stack in stacks]


def _looked(runs: Runs, wishes: Sequence[Import], accepted: Accepted) -> Imports:
    """Each stack is looked at with what is known of those before it."""
    plans: list[ImportPlan] = []
    upstream: dict[str, Properties] = {}
    for stack, run in runs:
        planned = run.importing(wishes, dict(upstream))
        upstream[stack.full_name] = planned.plan.outputs
        plans.append(planned)
    unclear = tuple(_unclear(plans, wishes))
    found = [*unclear, *_held_elsewhere(runs, plans)]
    for planned in plans:
        found += [*planned.obstacles, *owned(planned), *differences(planned, accepted)]
    is_unclear = {obstacle.wish for obstacle in unclear}
    clear = [each for each in found if each in unclear or each.wish not in is_unclear]
    order = {wish: number for number, wish in enumerate(wishes)}
    shown = tuple(_without(planned, is_unclear) for planned in plans)
    return Imports(shown, tuple(sorted(clear, key=lambda each: order[each.wish])))


def _unclear(plans: Sequence[ImportPlan], wishes: Sequence[Import]) -> Iterator[Obstacle]:
    """The wishes of which it is not clear which resource is meant."""
    first: dict[str, Import] = {}
    for wish in wishes:
        urns = [urn for planned in plans for urn in planned.meant.get(wish, ())]
        if not urns:
            yield Obstacle(kind=Hindrance.UNKNOWN, wish=wish, about=_nearest(plans, wish.resource))
        elif len(urns) > 1:
            yield Obstacle(kind=Hindrance.AMBIGUOUS, wish=wish, about=tuple(urns))
        elif (other := first.setdefault(urns[0], wish)) is not wish:
            yield Obstacle(kind=Hindrance.TWICE, wish=wish, urn=urns[0], about=(other.id, other.place))


def _without(planned: ImportPlan, unclear: Container[Import]) -> ImportPlan:
    """Without the steps for what nobody asked for clearly: which of them is meant is not known."""
    steps = tuple(step for step in planned.plan.steps if planned.wishes[step.urn] not in unclear)
    return replace(planned, plan=replace(planned.plan, steps=steps))


def _nearest(plans: Sequence[ImportPlan], resource: str) -> tuple[str, ...]:
    """The URNs that look most like a URN, or whose names look most like a name."""
    called = {
        urn if resource.startswith("urn:") else name_of(urn): urn
        for planned in plans
        for urn in planned.resources
    }
    inside = [name for name in called if resource.lower() in name.lower()]
    near = inside or difflib.get_close_matches(resource, called, n=_NEAREST, cutoff=_ALIKE)
    return tuple(called[name] for name in near[:_NEAREST])


def _held_elsewhere(runs: Runs, plans: Sequence[ImportPlan]) -> Iterator[Obstacle]:
    """The objects that are recorded in another stack of the same region, or would be."""
    holders = {
        (stack.region, one.type, one.id): one.urn
        for stack, run in runs
        for one in run.resources()
        if one.custom and one.id
    }
    for planned in plans:
        for step in planned.plan.steps:
            holder = holders.setdefault((planned.plan.region, step.type, step.id), step.urn)
            if holder != step.urn:
                yield Obstacle(
                    kind=Hindrance.HELD,
                    wish=planned.wishes[step.urn],
                    urn=step.urn,
                    type=step.type,
                    about=(holder,),
                )
