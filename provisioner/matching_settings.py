"""Which setting would have to say what, so that a program asks for a property as it already is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from environments.load import Loaded
from environments.origins import Origin, rows
from environments.rendering import inline
from provisioner.plan.diff import Change

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|\d+")
_UNIT: Final = re.compile(r"(\d+)([A-Za-z]+)")
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")
_TAG: Final = re.compile(r"tags(?:All)?\.([\w-]+)")
_TELLING: Final = 3
"""Characters that a text has to have, so that no other setting has the same by chance."""

_LARGE: Final = 10
"""The least number of which the same is to be said."""


@dataclass(frozen=True, slots=True)
class Match:
    """A setting, and the value with which the program asks for what is there."""

    setting: str
    value: str
    """As a file writes it."""

    place: str
    """`file:line` of the setting; empty: it is a default."""


class Matching:
    """Finds settings by the values that they have now."""

    def __init__(self, loaded: Loaded) -> None:
        self._rows = rows(loaded)

    def of(self, change: Change, origin: str) -> Match | None:
        """The setting that a property has its wanted value from; None if that cannot be told.

        `change` goes from what is to what is wanted, `origin` is the setting that the resource's component
        was made from. A setting below it, or else of the same section, is meant if it alone has the wanted
        value; where it could have it by chance, such as a small number, its name must have a word of the
        property's, too.
        """
        below = [row for row in self._rows if _is_below(row.path, origin)]
        beside = [row for row in self._rows if _is_below(row.path, _section(origin)) and "[" not in row.path]
        return _only(below, change) or _only(beside, change) or _only(self._of_tag(change.path), change)

    def _of_tag(self, path: str) -> list[Origin]:
        """The setting that a tag says: `owner`, `data-class`."""
        tag = _TAG.fullmatch(path)
        return [row for row in self._rows if tag and row.path == tag[1].replace("-", "_")]


def _only(rows: Iterable[Origin], change: Change) -> Match | None:
    """The setting among these that is meant."""
    found = [(row, value) for row in rows if (value := _spelt(row.value, change)) is not None]
    if len(found) != 1 or not _is_telling(found[0][0].value, change.new):
        words = _words(change.path)
        found = [(row, value) for row, value in found if words & _words(str(row.at[-1]))]
    if len(found) != 1:
        return None
    row, value = found[0]
    return Match(row.path, inline(value), row.place or "")


def _spelt(setting: Any, change: Change) -> Any:
    """The present value as the setting spells values, if it has the wanted one; else None."""
    is_now, wanted = change.old, change.new
    if type(is_now) is type(wanted) is type(setting) and setting == wanted:
        return is_now
    if not isinstance(setting, str) or not str(is_now).isdecimal():
        return None
    if (unit := _UNIT.fullmatch(setting)) and unit[1] == str(wanted):
        return f"{is_now}{unit[2]}"
    if found := _RANGE.fullmatch(setting):
        return _in_range(found[1], found[2], change)
    return None


def _in_range(least: str, most: str, change: Change) -> str | None:
    """`2..20` with another end, if the property is that end."""
    words = _words(change.path)
    if "min" in words and least == str(change.new):
        return f"{change.old}..{most}"
    if "max" in words and most == str(change.new):
        return f"{least}..{change.old}"
    return None


def _is_below(path: str, origin: str) -> bool:
    return bool(origin) and (path == origin or path.startswith((f"{origin}.", f"{origin}[")))


def _section(setting: str) -> str:
    return re.split(r"[.\[]", setting, maxsplit=1)[0]


def _is_telling(setting: Any, wanted: Any) -> bool:
    """Whether no other setting is likely to have this value by chance."""
    if isinstance(setting, str) and _RANGE.fullmatch(setting):
        return True
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        return wanted >= _LARGE
    return isinstance(wanted, str) and len(wanted) >= _TELLING


def _words(name: str) -> set[str]:
    """The words in a name, in their singular."""
    return {word.lower().removesuffix("s") for word in _WORDS.findall(name)}


def of_all(matching: Matching | None, changes: Sequence[Change], origin: str) -> dict[str, Match]:
    """By the path of each change whose setting can be told."""
    if matching is None:
        return {}
    return {change.path: match for change in changes if (match := matching.of(change, origin))}
