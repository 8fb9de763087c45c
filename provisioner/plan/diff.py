"""The result of comparing what is wanted with what is known, and the comparison of nested values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast


class Missing:
    """Stands for a value that is not there at all, which differs from `None`."""

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        # There is one: a plan that comes from another process has the same.
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Diff:
    """The top-level properties that differ, split by what the difference means."""

    replaces: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    delete_before_replace: bool = False
    """A new object could not exist beside the old one (a name that people chose), if there is to be one."""

    def __bool__(self) -> bool:
        return bool(self.replaces or self.updates)


@dataclass(frozen=True, slots=True)
class Change:
    """One differing leaf. `path` is spelt as Pulumi does: `tags.owner`, `ingress[0].fromPort`."""

    path: str
    old: Any
    new: Any


def changes(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Every leaf that differs between two nested values, in sorted order of paths."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for key in sorted(olds.keys() | news.keys()):
            below = f"{path}.{key}" if path else key
            yield from changes(olds.get(key, MISSING), news.get(key, MISSING), below)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(cast("list[Any]", old), cast("list[Any]", new), path)
    elif old != new:
        yield Change(path, old, new)


def _list_changes(old: list[Any], new: list[Any], path: str) -> Iterator[Change]:
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else MISSING
        after = new[index] if index < len(new) else MISSING
        yield from changes(before, after, f"{path}[{index}]")
