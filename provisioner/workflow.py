"""What a command does, in order: preview, agree, apply. Knows an engine, and not which one it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from provisioner.engine.events import Event, Interrupted
from provisioner.engine.failures import WrongAccount
from provisioner.engine.interface import (
    STEADY,
    Access,
    Applied,
    Engine,
    Pace,
    Recorded,
    Result,
    Run,
    Stack,
    Tell,
)
from provisioner.engine.plan_failures import NothingMatches, PlanMoved
from provisioner.plan import moves
from provisioner.plan.model import ApprovedPlan, Source, StackPlan
from provisioner.plan.saved import SavedPlan, SavedStack
from provisioner.plan.scope import WHOLE, Scope, unmatched
from provisioner.plan.values import Properties
from provisioner.schedule import Phase, Task

T = TypeVar("T")

Explain = Callable[[StackPlan], StackPlan]
"""Adds to a plan what people want to know about its steps; what is done stays the same."""

Agree = Callable[[Sequence[StackPlan]], str | None]
"""Shows the plans and answers who agreed to them; None: nobody did."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded of all stacks of an environment."""

    resources: tuple[Recorded, ...]
    outputs: Mapping[str, Properties]
    """By region; an output of a later layer hides an earlier one's."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned."""

    source: Source
    scope: Scope = WHOLE


@dataclass(frozen=True, slots=True)
class Kept:
    """One stack's plan, as it is shown and as it goes into a file."""

    plan: StackPlan
    saved: SavedStack


@dataclass(frozen=True, slots=True)
class Carried:
    """What an apply or a destroy did."""

    applied: tuple[Applied, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a command that changes things needs beyond the stacks."""

    agree: Agree
    tell: Tell
    begin: Callable[[], None] = lambda: None
    """Called once, when everything is agreed and nothing is changed yet."""

    scope: Scope = WHOLE
    pace: Pace = STEADY
    saved: SavedPlan | None = None
    """The only plan that may come out; its scope counts then."""


def preview(
    engine: Engine, phases: Sequence[Phase], source: Source, scope: Scope = WHOLE
) -> tuple[StackPlan, ...]:
    """The plans of the stacks, in the order they would be applied. Changes nothing. Raises a `Failure`."""
    with ExitStack() as opened:
        runs = _runs(engine, phases, Access.READ, opened)
        return tuple(_plans(engine, phases, runs, Wish(source, scope)).values())


def keep(engine: Engine, phases: Sequence[Phase], wish: Wish, explain: Explain) -> tuple[Kept, ...]:
    """The same, each as it is shown and as it goes into a file. Raises a `Failure`."""
    with ExitStack() as opened:
        runs = _runs(engine, phases, Access.READ, opened)
        plans = {task: explain(plan) for task, plan in _plans(engine, phases, runs, wish).items()}
        return tuple(Kept(plan, runs[task].kept(plan)) for task, plan in plans.items())


def carry_out(engine: Engine, phases: Sequence[Phase], source: Source, change: Change) -> Carried | None:
    """Preview, ask, and do exactly what was agreed to; None if nobody agreed. Raises a `Failure`.

    All locks are held from the first look to the last change, so that what was shown is what is done.
    A stack is not begun if one before it did not end well.
    """
    with ExitStack() as held:
        runs = _runs(engine, phases, Access.WRITE, held)
        kept = _reopened(runs, change.saved) if change.saved else {}
        scope = next((plan.scope for plan in kept.values()), change.scope)
        plans = _plans(engine, phases, runs, Wish(source, scope))
        if change.saved:
            _must_agree(change.saved, kept, plans)
        approver = change.agree(tuple(plans.values()))
        if approver is None:
            return None
        change.begin()
        approved = _Approved({**plans, **kept}, approver, change.tell, change.pace)
        return Carried(_applied(engine, phases, runs, approved))


def recording(engine: Engine, stacks: Sequence[Stack]) -> Recording:
    """What is recorded of the stacks, in their order."""
    resources: list[Recorded] = []
    outputs: dict[str, dict[str, object]] = {}
    for stack in stacks:
        with engine.open(stack, Access.READ) as run:
            resources += run.resources()
            outputs.setdefault(stack.region, {}).update(run.outputs())
    return Recording(tuple(resources), outputs)


def check_account(wanted: str, caller: Callable[[], str]) -> None:
    """Raises `WrongAccount` unless the credentials belong to the account, and what `caller` raises."""
    if (actual := caller()) != wanted:
        raise WrongAccount(wanted, actual)


Runs = Mapping[Task, Run]


@dataclass(frozen=True, slots=True)
class _Approved:
    """What was agreed to."""

    plans: Mapping[Task, StackPlan]
    approver: str
    tell: Tell
    pace: Pace


def _runs(engine: Engine, phases: Sequence[Phase], access: Access, held: ExitStack) -> Runs:
    """A run for each task. Locks are taken in one order whatever is done: of two, one gets them all."""
    tasks = [task for phase in phases for task in phase]
    in_order = sorted(tasks, key=lambda task: task.stack.full_name)
    opened = {task: held.enter_context(engine.open(task.stack, access)) for task in in_order}
    return {task: opened[task] for task in tasks}


def _reopened(runs: Runs, saved: SavedPlan) -> dict[Task, StackPlan]:
    """The saved plans, in the order of the tasks. Raises `PlanMoved` if they are of other states."""
    tasks = {task.stack.full_name: task for task in runs}
    stacks = {stack.full_name: stack for stack in saved.stacks}
    found = list(moves.of_stacks(stacks, tasks))
    for name in tasks.keys() & stacks.keys():
        found += moves.of_marks(name, stacks[name].mark, runs[tasks[name]].mark())
    if found:
        raise PlanMoved(saved.asked, tuple(found))
    return {task: run.reopened(stacks[task.stack.full_name]) for task, run in runs.items()}


def _must_agree(saved: SavedPlan, kept: Mapping[Task, StackPlan], plans: Mapping[Task, StackPlan]) -> None:
    """Raises `PlanMoved` if the plans that come out now are others than the saved ones."""
    found = [moves.of_plans(kept[task], plan) for task, plan in plans.items()]
    if moved := tuple(move for move in found if move is not None):
        raise PlanMoved(saved.asked, moved)


def _plans(engine: Engine, phases: Sequence[Phase], runs: Runs, wish: Wish) -> dict[Task, StackPlan]:
    """Each stack is planned on the planned outputs of those before it. Raises `NothingMatches`, too."""
    plans: dict[Task, StackPlan] = {}
    upstream: dict[str, Properties] = {}
    for phase in phases:
        made = _side_by_side(
            engine,
            phase,
            lambda task: runs[task].preview(task.mode, wish.source, dict(upstream), wish.scope),
        )
        for task, plan in zip(phase, made, strict=True):
            plans[task] = plan
            upstream[task.stack.full_name] = plan.outputs
    if wish.scope.patterns:
        known = {urn for plan in plans.values() for urn in (*plan.left_out, *_urns(plan))}
        if missed := tuple(unmatched(wish.scope.patterns, known)):
            raise NothingMatches(missed)
    return plans


def _urns(plan: StackPlan) -> Iterator[str]:
    return (step.urn for step in plan.steps)


def _applied(engine: Engine, phases: Sequence[Phase], runs: Runs, approved: _Approved) -> tuple[Applied, ...]:
    """Each stack is applied with the outputs that those before it really have."""
    applied: list[Applied] = []
    upstream: dict[str, Properties] = {}
    tell = _one_at_a_time(approved.tell)

    def apply(task: Task) -> Applied:
        plan = ApprovedPlan(approved.plans[task], approved.approver)
        return runs[task].apply(plan, tell, dict(upstream), approved.pace)

    for phase in phases:
        applied += _side_by_side(engine, phase, apply)
        if any(each.result is not Result.DONE for each in applied):
            break
        upstream |= {task.stack.full_name: runs[task].outputs() for task in phase}
    return tuple(applied)


def _side_by_side(engine: Engine, phase: Phase, do: Callable[[Task], T]) -> list[T]:
    """What `do` returns for each task; when all have ended, what the first of them raised."""
    if len(phase) == 1:
        return [do(phase[0])]
    with engine.catching(), ThreadPoolExecutor(len(phase), thread_name_prefix="stack") as threads:
        futures = [threads.submit(do, task) for task in phase]
    _tell_all([failed for future in futures if (failed := future.exception()) is not None])
    return [future.result() for future in futures]


def _tell_all(failed: Sequence[BaseException]) -> None:
    """Raise the first failure, with a note of each other."""
    if failed:
        for other in failed[1:]:
            failed[0].add_note(f"{type(other).__name__}: {other}")
        raise failed[0]


def _one_at_a_time(tell: Tell) -> Tell:
    """The same for stacks side by side. One press of Ctrl-C reaches all of them, and is told once."""
    lock = threading.Lock()
    interrupted = False

    def told(event: Event) -> None:
        nonlocal interrupted
        with lock:
            if not (interrupted and isinstance(event, Interrupted)):
                tell(event)
            interrupted = interrupted or isinstance(event, Interrupted)

    return told
