"""What a command does, in order: preview, agree, apply. Knows an engine, and not which one it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from provisioner.engine.failures import WrongAccount
from provisioner.engine.interface import Access, Applied, Engine, Recorded, Result, Stack, Tell
from provisioner.plan.model import ApprovedPlan, Mode, Source, StackPlan
from provisioner.plan.values import Properties

Agree = Callable[[Sequence[StackPlan]], str | None]
"""Shows the plans and answers who agreed to them; None: nobody did."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded of all stacks of an environment."""

    resources: tuple[Recorded, ...]
    outputs: Properties


@dataclass(frozen=True, slots=True)
class Carried:
    """What an apply or a destroy did, and what is recorded now."""

    applied: tuple[Applied, ...]
    recording: Recording


@dataclass(frozen=True, slots=True)
class Change:
    """What a command that changes things needs beyond the stacks."""

    agree: Agree
    tell: Tell
    begin: Callable[[], None] = lambda: None
    """Called once, when everything is agreed and nothing is changed yet."""


def preview(engine: Engine, stacks: Sequence[Stack], mode: Mode, source: Source) -> tuple[StackPlan, ...]:
    """The plans of the stacks, in the order they would be applied. Changes nothing. Raises a `Failure`."""
    plans: list[StackPlan] = []
    for stack in _ordered(stacks, mode):
        with engine.open(stack, Access.READ) as run:
            plans.append(run.preview(mode, source))
    return tuple(plans)


def carry_out(
    engine: Engine, stacks: Sequence[Stack], mode: Mode, source: Source, change: Change
) -> Carried | None:
    """Preview, ask, and do exactly what was agreed to; None if nobody agreed. Raises a `Failure`.

    All locks are held from the first look to the last change, so that what was shown is what is done.
    A stack is not begun if the one before it did not end well.
    """
    ordered = _ordered(stacks, mode)
    with ExitStack() as held:
        runs = [held.enter_context(engine.open(stack, Access.WRITE)) for stack in ordered]
        plans = [run.preview(mode, source) for run in runs]
        approver = change.agree(plans)
        if approver is None:
            return None
        change.begin()
        applied: list[Applied] = []
        for run, plan in zip(runs, plans, strict=True):
            applied.append(run.apply(ApprovedPlan(plan, approver), change.tell))
            if applied[-1].result is not Result.DONE:
                break
    return Carried(tuple(applied), recording(engine, stacks))


def recording(engine: Engine, stacks: Sequence[Stack]) -> Recording:
    """What is recorded of the stacks, in their order; an output of a later stack hides an earlier one's."""
    resources: list[Recorded] = []
    outputs: dict[str, object] = {}
    for stack in stacks:
        with engine.open(stack, Access.READ) as run:
            resources += run.resources()
            outputs |= run.outputs()
    return Recording(tuple(resources), outputs)


def check_account(wanted: str, caller: Callable[[], str]) -> None:
    """Raises `WrongAccount` unless the credentials belong to the account, and what `caller` raises."""
    if (actual := caller()) != wanted:
        raise WrongAccount(wanted, actual)


def _ordered(stacks: Sequence[Stack], mode: Mode) -> tuple[Stack, ...]:
    """What depends on others goes last when it is made, and first when it is removed."""
    return tuple(reversed(stacks)) if mode is Mode.DESTROY else tuple(stacks)
