"""Paths to parts of a resource's inputs, as Pulumi spells them: `rules[0].port`, `tags["a.b"]`, `*`.

Source: pulumi/pulumi, `sdk/go/common/resource/property_path.go`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from provisioner.plan.diff import MISSING
from provisioner.plan.values import Secret, revealed

Path = tuple[str | int, ...]
EVERY = "*"
"""Stands for every key or every index."""

_PART = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\*)\]|\.?([^.\[\]]+)')


def parsed(text: str) -> Path:
    """The parts of a path."""
    parts: list[str | int] = []
    for index, quoted, every, name in _PART.findall(text):
        if index:
            parts.append(int(index))
        elif quoted:
            parts.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            parts.append(every or name)
    return tuple(parts)


def leads_to(one: Path, other: Path) -> bool:
    """Whether the second path leads to what the first leads to, or to a part of it."""
    return len(one) <= len(other) and overlap(one, other)


def overlap(one: Path, other: Path) -> bool:
    """Whether one of the paths leads to a part of what the other leads to."""
    return all(a == b or EVERY in (a, b) for a, b in zip(one, other, strict=False))


def with_old(new: Any, old: Any, path: Path) -> Any:
    """The new value, with what the path leads to as it was in `old`; `MISSING` for what was not there."""
    if not path:
        return old
    if isinstance(new, Secret) or isinstance(old, Secret):
        before = old.value if isinstance(old, Secret) else old
        return _secret(with_old(new.value if isinstance(new, Secret) else new, before, path))
    match new:
        case dict():
            return _in_dict(cast("dict[str, Any]", new), old, path)
        case list():
            return _in_list(cast("list[Any]", new), old, path)
        case _:
            return new


def _secret(value: Any) -> Any:
    return value if value is MISSING else Secret(revealed(value))


def _in_dict(new: dict[str, Any], old: Any, path: Path) -> dict[str, Any]:
    olds = cast("Mapping[str, Any]", old if isinstance(old, Mapping) else {})
    head, *rest = path
    result = dict(new)
    for key in sorted(new.keys() | olds.keys()) if head == EVERY else [str(head)]:
        if rest and key not in new:
            continue
        value = with_old(new.get(key), olds.get(key, MISSING), tuple(rest))
        if value is MISSING:
            result.pop(key, None)
        else:
            result[key] = value
    return result


def _in_list(new: list[Any], old: Any, path: Path) -> list[Any]:
    """Elements keep their places: what was not there stays as it is now."""
    head, *rest = path
    olds = cast("list[Any]", old if isinstance(old, list) else [])
    if head == EVERY and not rest:
        return list(olds)
    result = list(new)
    for index in range(len(new)) if head == EVERY else [head]:
        if isinstance(index, int) and index < len(new):
            value = with_old(new[index], olds[index] if index < len(olds) else MISSING, tuple(rest))
            result[index] = new[index] if value is MISSING else value
    return result
