"""Plans of all stacks of an environment, each on the planned outputs of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from provisioner.children import Given, Work
from provisioner.engine.failures import Failure, ProgramFailed
from provisioner.engine.interface import Engine, Run, Upstream
from provisioner.engine.plan_failures import OutputOutsideScope
from provisioner.named import must_match
from provisioner.plan.model import Mode, Op, Source, StackPlan
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import UNKNOWN, Properties
from provisioner.schedule import Phase, Task
from provisioner.side_by_side import side_by_side

Runs = Mapping[Task, Run]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned."""

    source: Source
    scope: Scope = WHOLE


class _Early(NamedTuple):
    """A plan that was made before those it builds on."""

    plan: StackPlan
    supposed: Upstream
    """The outputs it builds on."""


WorkOf = Work[_Early | None, Upstream, StackPlan]
GivenOf = Given[_Early | None, Upstream, StackPlan]


def ahead(phases: Sequence[Phase], runs: Runs, wish: Wish) -> Mapping[Task, WorkOf]:
    """How each stack is planned on the recorded outputs of those before it: few plans change any.

    What was never applied has none. Its plan is tried on unknown ones all the same: when the outputs are
    there, everything that it needs has been loaded.
    """
    is_recorded = any(runs[task].outputs() for task in chain(*phases[:1]))

    def plan(task: Task, before: Sequence[Task]) -> _Early | None:
        if any(each.mode is Mode.DESTROY for each in before):
            return None  # what goes comes out without outputs
        supposed = {each.stack.full_name: runs[each].outputs() if is_recorded else UNKNOWN for each in before}
        try:
            made = _plan_of(runs[task], task.mode, wish, supposed)
            return _Early(made, supposed) if is_recorded else None
        except ProgramFailed:
            return None  # it may need an output that only the plan before it has

    work: dict[Task, WorkOf] = {}
    for number, phase in enumerate(phases):
        before = tuple(chain(*phases[:number]))
        for task in phase:
            answer = partial(_plan_of, runs[task], task.mode, wish)
            work[task] = Work(partial(plan, task, before), answer)
    return work


def planned(
    engine: Engine,
    phases: Sequence[Phase],
    runs: Runs,
    wish: Wish,
    given: Mapping[Task, GivenOf] = MappingProxyType({}),
    idle: Callable[[], None] = lambda: None,
) -> dict[Task, StackPlan]:
    """Each stack is planned on the planned outputs of those before it. Raises `NothingMatches`, too.

    `idle` is called, perhaps several times, while a child is waited for.
    """
    plans: dict[Task, StackPlan] = {}
    upstream: dict[str, Properties] = {}
    withheld: dict[tuple[str, str], str] = {}

    def plan_of(task: Task) -> StackPlan:
        if task in given and (made := _made_elsewhere(given[task], upstream, idle)):
            return made
        try:
            return _plan_of(runs[task], task.mode, wish, dict(upstream))
        except ProgramFailed as failed:
            stack, output = failed.missing_output or ("", "")
            if (urn := withheld.get((stack, output))) is None:
                raise
            name = f"{task.stack.project} {task.stack.name}"
            raise OutputOutsideScope(name, output, urn) from failed

    for phase in phases:
        made = side_by_side(engine, phase, plan_of)
        for task, plan in zip(phase, made, strict=True):
            plans[task] = plan
            name = task.stack.full_name
            upstream[name] = plan.outputs
            withheld.update({(name, output): urn for output, urn in plan.withheld.items()})
    must_match(wish.scope, plans.values(), runs.values())
    return plans


def _made_elsewhere(given: GivenOf, upstream: Upstream, idle: Callable[[], None]) -> StackPlan | None:
    """The plan that a child has made or makes; None if it cannot, and it has to be made, and told, here."""
    early = given.early.result()
    if early and early.supposed == upstream:
        return early.plan
    answer = given.ask(dict(upstream))
    idle()
    return answer.result()


def _plan_of(run: Run, mode: Mode, wish: Wish, upstream: Upstream) -> StackPlan:
    """The plan, with what would stay if it got its new name in the state: tried on the records, in memory."""
    plan = run.preview(mode, wish.source, upstream, wish.scope)
    if not {Op.CREATE, Op.DELETE} <= {step.op for step in plan.steps}:
        return plan
    from provisioner.plan import renames  # noqa: PLC0415 - few plans need it

    if not (found := renames.candidates(plan)):
        return plan
    try:
        trial = run.preview(mode, wish.source, upstream, wish.scope, renames.as_names(found))
    except Failure:  # what cannot be planned is not offered
        return plan
    return replace(plan, renames=renames.confirmed(found, plan, trial))
