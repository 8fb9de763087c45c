"""Whether what happens is what was approved. Apply may only turn an unknown into a known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from provisioner.plan.model import Op, Step
from provisioner.plan.values import REST, UNKNOWN, Reference, Secret

_ALLOWED: Mapping[Op, frozenset[Op]] = {
    Op.SAME: frozenset({Op.SAME}),
    Op.CREATE: frozenset({Op.CREATE}),
    Op.UPDATE: frozenset({Op.UPDATE, Op.SAME}),
    Op.REPLACE: frozenset({Op.REPLACE, Op.UPDATE, Op.SAME}),
    Op.DELETE: frozenset({Op.DELETE}),
    Op.READ: frozenset({Op.READ}),
    Op.IMPORT: frozenset({Op.IMPORT}),
}
"""What a planned step may turn into: a value that was unknown may turn out to be the old one."""


def identity(step: Step) -> tuple[str, str]:
    """What tells steps apart. A deletion is of an object, whatever it is called when it comes to that."""
    return (step.type, step.id) if step.op is Op.DELETE and step.id else (step.urn, "")


def deviation(planned: Step | None, actual: Step) -> tuple[str, str] | None:
    """(planned, actual) in words if the step is not the approved one, else None."""
    if planned is None:
        return "nothing", actual.op.value
    if actual.op not in _ALLOWED[planned.op]:
        return planned.op.value, actual.op.value
    if actual.op is Op.REPLACE and actual.delete_first and not planned.delete_first:
        return planned.op.value, f"{actual.op.value}, the old object first"
    if actual.op is Op.IMPORT and (more := sorted({*actual.reasons}.difference(planned.reasons))):
        return planned.op.value, f"{actual.op.value} with a change of `{more[0]}`"
    if actual.op not in (Op.DELETE, Op.SAME) and (path := differing(planned.new, actual.new)) is not None:
        return f"{planned.op.value} with the planned `{path}`", f"another value of `{path}`"
    return None


def makes_room(approved: Step) -> bool:
    """Whether a step agrees to its object's deletion before its successor, if any, is there."""
    return approved.op is Op.DELETE or (approved.op is Op.REPLACE and approved.delete_first)


def differing(planned: Any, actual: Any, path: str = "") -> str | None:
    """The path of the first value that is not the planned one; an unknown stands for any value."""
    match planned, actual:
        case _ if planned is UNKNOWN:
            return None
        case (Secret(before), Secret(after)):
            return differing(before, after, path)
        case (Reference(urn, id), Reference(now, now_id)) if urn == now:
            return differing(id, now_id, path)
        case (dict(), dict()):
            return _in_dicts(cast("dict[str, Any]", planned), cast("dict[str, Any]", actual), path)
        case (list(), list()):
            return _in_lists(cast("list[Any]", planned), cast("list[Any]", actual), path)
        case _:
            return None if planned == actual else path


def _in_dicts(planned: dict[str, Any], actual: dict[str, Any], path: str) -> str | None:
    for key in sorted(planned.keys() | actual.keys()):
        below = f"{path}.{key}" if path else key
        if key not in planned:
            if planned.get(REST) is UNKNOWN:
                continue
            return below
        # A property that was unknown and turned out to be nothing is left out by the program.
        if (found := differing(planned[key], actual.get(key), below)) is not None:
            return found
    return None


def _in_lists(planned: list[Any], actual: list[Any], path: str) -> str | None:
    if len(planned) != len(actual):
        return path
    found = (
        differing(old, new, f"{path}[{i}]") for i, (old, new) in enumerate(zip(planned, actual, strict=True))
    )
    return next((place for place in found if place is not None), None)
