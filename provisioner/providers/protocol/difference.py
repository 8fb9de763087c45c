"""A driver's diff in the words of the protocol: what differs, where in it, and what that means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from pulumi.runtime.proto import provider_pb2

from provisioner.plan.diff import MISSING, Diff
from provisioner.plan.values import Properties

_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")


def response(
    diff: Diff, old: Properties, new: Properties, *, is_recorded: bool = True
) -> provider_pb2.DiffResponse:
    """The answer to `Diff` and `DiffConfig`; `old` and `new` are inputs in plain.

    If `old` is not what the engine has recorded as inputs, it shows people the recorded outputs instead.
    """
    changed = sorted({*diff.replaces, *diff.updates})
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if diff else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=changed,
        replaces=diff.replaces,
        deleteBeforeReplace=diff.delete_before_replace,
        detailedDiff={
            path: detail
            for name in changed
            for path, detail in _details(
                name, old, new, replaces=name in diff.replaces, is_recorded=is_recorded
            )
        },
        hasDetailedDiff=True,
    )


def _details(
    name: str, old: Properties, new: Properties, *, replaces: bool, is_recorded: bool
) -> Iterator[tuple[str, provider_pb2.PropertyDiff]]:
    leaves = list(_leaves(name, old.get(name, MISSING), new.get(name, MISSING)))
    if not leaves:
        # Equal as inputs: the object itself makes the difference, such as its status.
        kind = provider_pb2.PropertyDiff.UPDATE_REPLACE if replaces else provider_pb2.PropertyDiff.UPDATE
        yield name, provider_pb2.PropertyDiff(kind=kind, inputDiff=False)
    for path, before, after in leaves:
        kind = _kind(before, after, replaces=replaces)
        yield path, provider_pb2.PropertyDiff(kind=kind, inputDiff=is_recorded)


def _kind(old: Any, new: Any, *, replaces: bool) -> provider_pb2.PropertyDiff.Kind.ValueType:
    if old is MISSING:
        return provider_pb2.PropertyDiff.ADD_REPLACE if replaces else provider_pb2.PropertyDiff.ADD
    if new is MISSING:
        return provider_pb2.PropertyDiff.DELETE_REPLACE if replaces else provider_pb2.PropertyDiff.DELETE
    return provider_pb2.PropertyDiff.UPDATE_REPLACE if replaces else provider_pb2.PropertyDiff.UPDATE


def _leaves(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every place that differs, with its path as Pulumi reads it back (`tags["a.b"]`)."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for key in sorted(olds.keys() | news.keys()):
            below = f"{path}.{key}" if _PLAIN.fullmatch(key) else f"{path}[{json.dumps(key)}]"
            yield from _leaves(below, olds.get(key, MISSING), news.get(key, MISSING))
    elif isinstance(old, list) and isinstance(new, list):
        before, after = cast("list[Any]", old), cast("list[Any]", new)
        for index in range(max(len(before), len(after))):
            yield from _leaves(f"{path}[{index}]", _at(before, index), _at(after, index))
    elif old != new:
        yield path, old, new


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else MISSING
