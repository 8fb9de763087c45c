"""What people want to know about each step of a plan: what it may cost, and which setting it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from environments.source import Path, SourceMap
from provisioner.plan.diff import MISSING, Change
from provisioner.plan.kept_data import kept
from provisioner.plan.model import Cause, Op, StackPlan, Step
from provisioner.plan.risk import risk_of
from provisioner.plan.values import has_unknown

_KEYS: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def explained(plan: StackPlan, source: SourceMap | None, *, is_disposable: bool) -> StackPlan:
    """The plan with risk and causes of each step that changes something."""
    by_urn = {step.urn: step for step in plan.steps if step.op is not Op.DELETE}
    places: dict[str, str] = {}
    stays = kept(plan)

    def place(setting: str) -> str:
        if setting not in places:
            places[setting] = place_of(source, setting) if source and setting else ""
        return places[setting]

    def told(step: Step) -> Step:
        if not step.op.changes_something:
            return step
        told = Cause(setting=step.origin, place=place(step.origin))
        causes = tuple(replace(told, property=name, upstream=up) for name, up in _reasons(step, by_urn))
        risk = risk_of(step, is_disposable=is_disposable or step.urn in stays)
        return replace(step, risk=risk, causes=causes or (told,))

    return replace(plan, steps=tuple(map(told, plan.steps)))


def place_of(source: SourceMap, setting: str) -> str:
    """`file:line` of a setting, or of the nearest one around it that is written; empty: a default."""
    path = _path(setting)
    for length in range(len(path), 0, -1):
        if source.node(path[:length]) is not None:
            place = source.place(path[:length])
            return f"{place.file}:{place.line}"
    return ""


def _path(setting: str) -> Path:
    return tuple(int(number) if number else name for name, number in _KEYS.findall(setting))


def _reasons(step: Step, steps: Mapping[str, Step]) -> Iterator[tuple[str, str]]:
    """(property, the URN of the resource whose change it follows from) for each property that differs."""
    changes: dict[str, list[Change]] = {}
    for change in step.changes:
        changes.setdefault(_top(change.path), []).append(change)
    for name in dict.fromkeys((*step.reasons, *changes)):
        follows = any(
            change.new is not MISSING and has_unknown(change.new) for change in changes.get(name, ())
        )
        yield name, _upstream(step, steps) if follows or name == "dependency" else ""


def _upstream(step: Step, steps: Mapping[str, Step]) -> str:
    """The first of its dependencies whose own values are not known before the apply."""
    made = (Op.CREATE, Op.REPLACE)
    known = (steps[urn] for urn in step.dependencies if urn in steps)
    return next((needed.urn for needed in known if needed.op in made), "")


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]
