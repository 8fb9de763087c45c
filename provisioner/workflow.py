"""What a command does, in order: preview, agree, apply. Knows an engine, and not which one it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from provisioner.children import shared_out
from provisioner.engine.failures import Failure, WrongAccount
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
from provisioner.engine.outside import Looked
from provisioner.engine.plan_failures import PlanMoved
from provisioner.plan import moves
from provisioner.plan.model import ApprovedPlan, Source, StackPlan
from provisioner.plan.saved import SavedPlan, SavedStack
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import Properties
from provisioner.planning import Runs, Wish, ahead, planned
from provisioner.schedule import Phase, Task
from provisioner.side_by_side import one_at_a_time, side_by_side

Explain = Callable[[StackPlan], StackPlan]
"""Adds to a plan what people want to know about its steps; what is done stays the same."""

Agree = Callable[[Sequence[StackPlan]], str | None]
"""Shows the plans and answers who agreed to them; None: nobody did."""

Accept = Callable[[Sequence[Looked]], Collection[str] | None]
"""Shows how the cloud differs, and answers of which resources that is to be recorded; None: nobody agreed."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded of all stacks of an environment."""

    resources: tuple[Recorded, ...]
    outputs: Mapping[str, Properties]
    """By region; an output of a later layer hides an earlier one's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One stack's plan, as it is shown and as it goes into a file."""

    plan: StackPlan
    saved: SavedStack


@dataclass(frozen=True, slots=True)
class Carried:
    """What an apply or a destroy did."""

    applied: tuple[Applied, ...]
    recorded: Recording | Failure
    """What is recorded now, or why nobody can tell."""


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
    engine: Engine,
    phases: Sequence[Phase],
    source: Source,
    scope: Scope = WHOLE,
    *,
    processors: int = 1,
    idle: Callable[[], None] = lambda: None,
) -> tuple[StackPlan, ...]:
    """The plans of the stacks, in the order they would be applied. Changes nothing. Raises a `Failure`.

    `idle` is called, perhaps several times, while other processors are waited for.
    """
    wish = Wish(source, scope)
    with ExitStack() as opened:
        runs = _runs(engine, phases, Access.READ, opened)
        given = opened.enter_context(shared_out(ahead(phases, runs, wish), processors))
        return tuple(planned(engine, phases, runs, wish, given, idle).values())


def keep(
    engine: Engine, phases: Sequence[Phase], wish: Wish, explain: Explain, *, processors: int = 1
) -> tuple[Kept, ...]:
    """The same, each as it is shown and as it goes into a file. Raises a `Failure`."""
    with ExitStack() as opened:
        runs = _runs(engine, phases, Access.READ, opened)
        for run in runs.values():
            run.mark()  # before anybody reads: if it changes just now, the plan is of the older state
        given = opened.enter_context(shared_out(ahead(phases, runs, wish), processors))
        plans = {task: explain(plan) for task, plan in planned(engine, phases, runs, wish, given).items()}
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
        plans = planned(engine, phases, runs, Wish(source, scope))
        if change.saved:
            _must_agree(change.saved, kept, plans)
        approver = change.agree(tuple(plans.values()))
        if approver is None:
            return None
        change.begin()
        approved = _Approved({**plans, **kept}, approver, change.tell, change.pace)
        return _carried(engine, phases, runs, approved)


def carry_out_unseen(engine: Engine, phases: Sequence[Phase], source: Source, change: Change) -> Carried:
    """Do what the programs ask for, without a plan before. Nobody is asked to agree. Raises a `Failure`.

    It stops before the first step that deletes or replaces something: somebody has to see that first.
    """
    with ExitStack() as held:
        runs = _runs(engine, phases, Access.WRITE, held)
        change.begin()
        plans = {task: _unseen(task, Wish(source, change.scope)) for task in runs}
        approved = _Approved(plans, "--skip-preview", change.tell, change.pace, is_unseen=True)
        return _carried(engine, phases, runs, approved)


def moved_states(engine: Engine, phases: Sequence[Phase], saved: SavedPlan) -> tuple[moves.Move, ...]:
    """What has moved of the states that a saved plan is of. Takes no lock."""
    with ExitStack() as opened:
        return _moved_states(_runs(engine, phases, Access.READ, opened), saved)


def recording(engine: Engine, stacks: Sequence[Stack]) -> Recording:
    """What is recorded of the stacks, in their order."""

    def opened() -> Iterator[tuple[Stack, Run]]:
        for stack in stacks:
            with engine.open(stack, Access.READ) as run:
                yield stack, run

    return _recording(opened())


def look(engine: Engine, stacks: Sequence[Stack]) -> tuple[Looked, ...]:
    """How the cloud differs from what is recorded of each stack. Takes no lock and changes nothing.

    Raises `CloudNotRead`.
    """

    def looked(stack: Stack) -> Looked:
        with engine.open(stack, Access.READ) as run:
            return run.look()

    return tuple(side_by_side(engine, stacks, looked))


def accept(engine: Engine, stacks: Sequence[Stack], agree: Accept) -> tuple[str, ...] | None:
    """Look, ask, and record what was agreed to; where the backups of the states before lie.

    None if nobody agreed. The cloud stays as it is. All locks are held from the first look to the last write.
    """
    with ExitStack() as held:
        in_order = sorted(stacks, key=lambda stack: stack.full_name)
        runs = {stack.full_name: held.enter_context(engine.open(stack, Access.WRITE)) for stack in in_order}
        found = side_by_side(engine, stacks, lambda stack: runs[stack.full_name].look())
        urns = agree(found)
        if urns is None:
            return None
        return tuple(
            runs[stack.full_name].accept(mine)
            for stack, looked in zip(stacks, found, strict=True)
            if (mine := looked.urns.intersection(urns)) or looked.unfinished
        )


def check_account(wanted: str, caller: Callable[[], str]) -> None:
    """Raises `WrongAccount` unless the credentials belong to the account, and what `caller` raises."""
    if (actual := caller()) != wanted:
        raise WrongAccount(wanted, actual)


@dataclass(frozen=True, slots=True)
class _Approved:
    """What was agreed to."""

    plans: Mapping[Task, StackPlan]
    approver: str
    tell: Tell
    pace: Pace
    is_unseen: bool = False


def _unseen(task: Task, wish: Wish) -> StackPlan:
    stack = task.stack
    return StackPlan(
        stack.name, stack.project, stack.region, task.mode, wish.source, steps=(), scope=wish.scope
    )


def _runs(engine: Engine, phases: Sequence[Phase], access: Access, held: ExitStack) -> Runs:
    """A run for each task. Locks are taken in one order whatever is done: of two, one gets them all."""
    tasks = [task for phase in phases for task in phase]
    in_order = sorted(tasks, key=lambda task: task.stack.full_name)
    opened = {task: held.enter_context(engine.open(task.stack, access)) for task in in_order}
    return {task: opened[task] for task in tasks}


def _reopened(runs: Runs, saved: SavedPlan) -> dict[Task, StackPlan]:
    """The saved plans, in the order of the tasks. Raises `PlanMoved` if they are of other states."""
    if found := _moved_states(runs, saved):
        raise PlanMoved(saved.called, found, saved.command)
    stacks = {stack.full_name: stack for stack in saved.stacks}
    return {task: run.reopened(stacks[task.stack.full_name]) for task, run in runs.items()}


def _moved_states(runs: Runs, saved: SavedPlan) -> tuple[moves.Move, ...]:
    tasks = {task.stack.full_name: task for task in runs}
    stacks = {stack.full_name: stack for stack in saved.stacks}
    found = list(moves.of_stacks(stacks, tasks))
    for name in sorted(tasks.keys() & stacks.keys()):
        found += moves.of_marks(name, stacks[name].mark, runs[tasks[name]].mark())
    return tuple(found)


def _must_agree(saved: SavedPlan, kept: Mapping[Task, StackPlan], plans: Mapping[Task, StackPlan]) -> None:
    """Raises `PlanMoved` if the plans that come out now are others than the saved ones."""
    found = [moves.of_plans(kept[task], plan) for task, plan in plans.items()]
    if moved := tuple(move for move in found if move is not None):
        raise PlanMoved(saved.called, moved, saved.command)


def _carried(engine: Engine, phases: Sequence[Phase], runs: Runs, approved: _Approved) -> Carried:
    applied = _applied(engine, phases, runs, approved)
    try:
        return Carried(applied, _recording((task.stack, run) for task, run in runs.items()))
    except Failure as failure:
        return Carried(applied, failure)


def _recording(runs: Iterable[tuple[Stack, Run]]) -> Recording:
    resources: list[Recorded] = []
    outputs: dict[str, dict[str, object]] = {}
    for stack, run in runs:
        resources += run.resources()
        outputs.setdefault(stack.region, {}).update(run.outputs())
    return Recording(tuple(resources), outputs)


def _applied(engine: Engine, phases: Sequence[Phase], runs: Runs, approved: _Approved) -> tuple[Applied, ...]:
    """Each stack is applied with the outputs that those before it really have."""
    applied: list[Applied] = []
    upstream: dict[str, Properties] = {}
    tell = one_at_a_time(approved.tell)

    def apply(task: Task) -> Applied:
        plan = ApprovedPlan(approved.plans[task], approved.approver, approved.is_unseen)
        return runs[task].apply(plan, tell, dict(upstream), approved.pace)

    for phase in phases:
        applied += side_by_side(engine, phase, apply)
        if any(each.result is not Result.DONE for each in applied):
            break
        upstream |= {task.stack.full_name: runs[task].outputs() for task in phase}
    return tuple(applied)
