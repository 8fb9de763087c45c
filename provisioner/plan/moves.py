"""What is another than a saved plan was made for. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioner.plan.conform import deviation, identity
from provisioner.plan.model import StackPlan
from provisioner.plan.saved import Bound, Mark, SavedPlan


class Moved(enum.Enum):
    """The kinds; each has its own sentence in `report/explain_plans.py`."""

    EXPIRED = "expired"
    ABSENT = "absent"
    ENVIRONMENT = "environment"
    PROGRAM = "program"
    PACKAGE = "package"
    PROVIDER = "provider"
    CLOUD = "cloud"
    ACCOUNT = "account"
    LINEAGE = "lineage"
    STATE = "state"
    STACKS = "stacks"
    DRIFT = "drift"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that is another now."""

    what: Moved
    name: str = ""
    """Which one: a file, a package, a stack, a URN."""

    planned: str = ""
    now: str = ""


def since(saved: SavedPlan, now: Bound, moment: datetime) -> tuple[Move, ...]:
    """What has moved, as far as it shows without the state."""
    found = [Move(Moved.EXPIRED, planned=_minutes(saved.expires), now=_minutes(moment))]
    return (*(found if moment >= saved.expires else ()), *_bound(saved.bound, now))


def of_marks(stack: str, planned: Mark, now: Mark) -> tuple[Move, ...]:
    """What has moved of a stack's state."""
    if planned == now:
        return ()
    if planned.lineage and now.lineage and planned.lineage != now.lineage:
        return (Move(Moved.LINEAGE, stack, planned.lineage, now.lineage),)
    is_counted = planned.serial != now.serial
    return (Move(Moved.STATE, stack, *(_state(mark, is_counted=is_counted) for mark in (planned, now))),)


def of_stacks(planned: Mapping[str, object], now: Mapping[str, object]) -> tuple[Move, ...]:
    """Stacks that are there on one side only, by full name."""
    gone = (Move(Moved.STACKS, name, planned="planned") for name in sorted(planned.keys() - now.keys()))
    new = (Move(Moved.STACKS, name, now="there") for name in sorted(now.keys() - planned.keys()))
    return (*gone, *new)


def of_plans(planned: StackPlan, now: StackPlan) -> Move | None:
    """The first step that differs, or what was changed outside; None if both say the same."""
    approved = {identity(step): step for step in planned.steps}
    for step in now.steps:
        if (found := deviation(approved.pop(identity(step), None), step)) is not None:
            return Move(Moved.STEP, step.urn, *found)
    for step in approved.values():
        if step.op.changes_something:
            return Move(Moved.STEP, step.urn, step.op.value, "nothing")
    outside, is_outside = ({(drift.kind, drift.urn) for drift in plan.drift} for plan in (planned, now))
    return next((Move(Moved.DRIFT, urn) for _, urn in sorted(outside ^ is_outside, key=str)), None)


def _bound(then: Bound, now: Bound) -> Iterator[Move]:
    if then.environment != now.environment:
        yield Move(Moved.ENVIRONMENT, "", then.environment, now.environment)
    yield from _each(Moved.ENVIRONMENT, then.files, now.files)
    if then.cloud != now.cloud:
        yield Move(Moved.CLOUD, "", then.cloud, now.cloud)
    if then.account != now.account:
        yield Move(Moved.ACCOUNT, "", then.account, now.account)
    if then.program != now.program:
        yield Move(Moved.PROGRAM)
    yield from _each(Moved.PACKAGE, then.packages, now.packages)
    yield from _each(Moved.PROVIDER, then.providers, now.providers)


def _each(what: Moved, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Move]:
    for name in dict.fromkeys((*then, *now)):
        if then.get(name) != now.get(name):
            yield Move(what, name, then.get(name, ""), now.get(name, ""))


def _state(mark: Mark, *, is_counted: bool) -> str:
    if not mark.digest:
        return "not there"
    return f"version {mark.serial}" if is_counted else f"{mark.digest[:15]}…"


def _minutes(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
