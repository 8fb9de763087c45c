"""Plans as JSON that another machine can read back: secrets sealed, unknowns and resources marked. Pure.

`{"$secret": TEXT}` is a sealed value, `{"$unknown": true}` one that is known after apply,
`{"$resource": URN}` a resource, `{"$number": "nan"}` a number that JSON lacks, and `{"$plain": {…}}` a
mapping with a key that begins with `$`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import (
    Cause,
    Drift,
    DriftKind,
    Mode,
    Op,
    Renamed,
    Risk,
    Source,
    StackPlan,
    Step,
    Unfinished,
)
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN, Reference, Secret

Seal = Callable[[str], str]
"""Turns a text into one that tells nothing about it."""

Open = Callable[[str], Any]
"""What a sealed text stands for; `opening` makes one of what opens texts."""

_TEXTS: Final = ("urn", "type", "name", "parent", "id", "origin")
_LISTS: Final = ("reasons", "dependencies")


def closed(sealed: str) -> Any:
    """For whoever may not look: a sealed text stands for itself."""
    return sealed


def opening(unseal: Callable[[str], str]) -> Open:
    """For whoever may: the value in a sealed text."""
    return lambda sealed: value_of(json.loads(unseal(sealed)), closed)


def value_json(value: Any, seal: Seal) -> Any:
    """A property value; the same value always gives the same text."""
    match value:
        case Secret(inner):
            text = json.dumps(value_json(inner, _as_it_is), sort_keys=True, ensure_ascii=False)
            return {"$secret": seal(text)}
        case Reference(urn, id, version):
            known = {} if id is None else {"id": value_json(id, seal)}
            return {"$resource": urn, **known, **({"version": version} if version else {})}
        case dict():
            items = cast("dict[str, Any]", value)
            plain = {key: value_json(item, seal) for key, item in items.items()}
            return {"$plain": plain} if any(key.startswith("$") for key in plain) else plain
        case list() | tuple():
            return [value_json(item, seal) for item in cast("Sequence[Any]", value)]
        case float() if not math.isfinite(value):
            return {"$number": repr(value)}
        case _:
            return {"$unknown": True} if value is UNKNOWN else value


def value_of(raw: Any, unseal: Open) -> Any:  # noqa: PLR0911 - a case for each kind of value
    """The value of its JSON form."""
    match raw:
        case {"$secret": str(sealed)}:
            return Secret(unseal(sealed))
        case {"$resource": str(urn)}:
            known = value_of(raw["id"], unseal) if "id" in raw else None
            return Reference(urn, known, raw.get("version", ""))
        case {"$number": str(number)}:
            return float(number)
        case {"$unknown": True}:
            return UNKNOWN
        case {"$plain": dict()}:
            return _values(cast("dict[str, dict[str, Any]]", raw)["$plain"], unseal)
        case dict():
            return _values(cast("dict[str, Any]", raw), unseal)
        case list():
            return [value_of(item, unseal) for item in cast("list[Any]", raw)]
        case _:
            return raw


def plan_json(plan: StackPlan, seal: Seal) -> dict[str, Any]:
    """One stack's plan."""
    return {
        "stack": plan.stack,
        "layer": plan.layer,
        "region": plan.region,
        "mode": plan.mode.value,
        "source": plan.source.value,
        "scope": scope_json(plan.scope),
        "steps": [_step_json(step, seal) for step in plan.steps],
        "drift": [_drift_json(drift, seal) for drift in plan.drift],
        "unfinished": [
            {"op": found.op, "urn": found.urn, "type": found.type, "found": found.found}
            for found in plan.unfinished
        ],
        "notes": list(plan.notes),
        "recorded": list(plan.recorded),
        "left_out": list(plan.left_out),
        "renames": [asdict(each) for each in plan.renames],
        "outputs": value_json(dict(plan.outputs), seal),
        "old_outputs": value_json(dict(plan.old_outputs), seal),
    }


def plan_of(raw: Mapping[str, Any], unseal: Open = closed) -> StackPlan:
    """The plan of its JSON form. Raises `KeyError`, `TypeError` or `ValueError` if it is none."""
    return StackPlan(
        stack=raw["stack"],
        layer=raw["layer"],
        region=raw["region"],
        mode=Mode(raw["mode"]),
        source=Source(raw["source"]),
        scope=scope_of(raw["scope"]),
        steps=tuple(_step_of(step, unseal) for step in raw["steps"]),
        drift=tuple(_drift_of(drift, unseal) for drift in raw["drift"]),
        unfinished=tuple(Unfinished(**found) for found in raw["unfinished"]),
        notes=tuple(raw["notes"]),
        recorded=tuple(raw["recorded"]),
        left_out=tuple(raw["left_out"]),
        renames=tuple(map(_renamed_of, raw.get("renames", ()))),  # older files have none
        outputs=value_of(raw["outputs"], unseal),
        old_outputs=value_of(raw["old_outputs"], unseal),
    )


def scope_json(scope: Scope) -> dict[str, Any]:
    """What a plan was limited to."""
    return {
        "targets": list(scope.targets),
        "excludes": list(scope.excludes),
        "replaces": list(scope.replaces),
        "target_dependents": scope.target_dependents,
    }


def scope_of(raw: Mapping[str, Any]) -> Scope:
    """The scope of its JSON form."""
    return Scope(
        targets=tuple(raw["targets"]),
        excludes=tuple(raw["excludes"]),
        replaces=tuple(raw["replaces"]),
        target_dependents=raw["target_dependents"],
    )


def _as_it_is(text: str) -> str:
    """Inside a sealed value nothing is sealed again."""
    return text


def _values(raw: dict[str, Any], unseal: Open) -> dict[str, Any]:
    return {key: value_of(item, unseal) for key, item in raw.items()}


def _step_json(step: Step, seal: Seal) -> dict[str, Any]:
    return {
        "op": step.op.value,
        **{name: getattr(step, name) for name in _TEXTS},
        **{name: list(getattr(step, name)) for name in _LISTS},
        "custom": step.custom,
        "delete_first": step.delete_first,
        "protect": step.protect,
        "risk": step.risk.value,
        "causes": [cause_json(cause) for cause in step.causes],
        "old": value_json(dict(step.old), seal),
        "new": value_json(dict(step.new), seal),
        "changes": [_change_json(change, seal) for change in step.changes],
    }


def _step_of(raw: Mapping[str, Any], unseal: Open) -> Step:
    return Step(
        op=Op(raw["op"]),
        urn=raw["urn"],
        type=raw["type"],
        name=raw["name"],
        parent=raw["parent"],
        id=raw["id"],
        origin=raw["origin"],
        reasons=tuple(raw["reasons"]),
        dependencies=tuple(raw["dependencies"]),
        custom=raw["custom"],
        delete_first=raw["delete_first"],
        protect=raw["protect"],
        risk=Risk(raw["risk"]),
        causes=tuple(Cause(**cause) for cause in raw["causes"]),
        old=value_of(raw["old"], unseal),
        new=value_of(raw["new"], unseal),
        changes=tuple(_change_of(change, unseal) for change in raw["changes"]),
    )


def _renamed_of(raw: Mapping[str, Any]) -> Renamed:
    pairs = {name: tuple((old, new) for old, new in raw[name]) for name in ("pairs", "names")}
    urns = {name: tuple(raw[name]) for name in ("kept", "removed")}
    return Renamed(
        old=raw["old"], new=raw["new"], parent=raw["parent"], updates=raw["updates"], **pairs, **urns
    )


def cause_json(cause: Cause) -> dict[str, Any]:
    """Why a step is in a plan."""
    return {
        "property": cause.property,
        "setting": cause.setting,
        "place": cause.place,
        "upstream": cause.upstream,
    }


def _drift_json(drift: Drift, seal: Seal) -> dict[str, Any]:
    return {
        "kind": drift.kind.value,
        "urn": drift.urn,
        "type": drift.type,
        "changes": [_change_json(change, seal) for change in drift.changes],
    }


def _drift_of(raw: Mapping[str, Any], unseal: Open) -> Drift:
    changes = tuple(_change_of(change, unseal) for change in raw["changes"])
    return Drift(DriftKind(raw["kind"]), raw["urn"], raw["type"], changes)


def _change_json(change: Change, seal: Seal) -> dict[str, Any]:
    """`old` and `new` are left out where there was or will be nothing."""
    sides = {"old": change.old, "new": change.new}
    there = {name: value_json(value, seal) for name, value in sides.items() if value is not MISSING}
    return {"path": change.path, **there}


def _change_of(raw: Mapping[str, Any], unseal: Open) -> Change:
    old, new = (value_of(raw[name], unseal) if name in raw else MISSING for name in ("old", "new"))
    return Change(raw["path"], old, new)
