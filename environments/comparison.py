"""What differs between two environments, setting by setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from environments.load import Loaded
from environments.model import Environment
from environments.origins import Origin, rows

_NAMED_BY: Final = ("name", "region")
"""What tells an entry of a list from the others, whatever its place in the list."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in both; None where an environment does not have it."""

    setting: str
    one: Origin | None
    other: Origin | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The settings that differ, in the order of the model, and how many are the same."""

    differences: tuple[Difference, ...]
    same: int


def compare(one: Loaded, other: Loaded) -> Comparison:
    """Every setting of both, defaults included; entries of a list are matched by their names."""
    left, right = _settings(one), _settings(other)
    order = list(Environment.model_fields)
    settings = sorted({**left, **right}, key=lambda setting: order.index(_top(setting)))
    pairs = [(setting, left.get(setting), right.get(setting)) for setting in settings]
    pairs = [pair for pair in pairs if not _follows(pair[1], pair[2])]
    differing = [Difference(*pair) for pair in pairs if not _is_same(pair[1], pair[2])]
    return Comparison(tuple(differing), len(pairs) - len(differing))


def _settings(loaded: Loaded) -> Mapping[str, Origin]:
    found = rows(loaded)
    values = {row.at: row.value for row in found}
    # A section that is not there and a setting that is `null` say the same.
    return {"".join(_words(row, values)): row for row in found if row.value is not None}


def _words(row: Origin, values: Mapping[tuple[str | int, ...], object]) -> Iterator[str]:
    for place, key in enumerate(row.at):
        if isinstance(key, int):
            names = (values.get((*row.at[: place + 1], naming)) for naming in _NAMED_BY)
            yield f"[{next((name for name in names if name), key)}]"
        else:
            yield f".{key}" if place else key


def _top(setting: str) -> str:
    return setting.partition(".")[0].partition("[")[0]


def _follows(one: Origin | None, other: Origin | None) -> bool:
    """Whether it is a default inside of something that the other does not have, which is told anyway."""
    return (one is None and other is not None and other.place is None) or (
        other is None and one is not None and one.place is None
    )


def _is_same(one: Origin | None, other: Origin | None) -> bool:
    return one is not None and other is not None and one.value == other.value
