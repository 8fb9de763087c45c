"""What differs between two environments, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from environments.comparison import Comparison, Difference
from environments.origins import Origin
from provisioner.report.style import Colour, Style

COMPARISON_SCHEMA: Final = "provisioner/comparison/1"
NOT_SET: Final = "(not set)"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two environments: what it is called in the text, and its file."""

    name: str
    file: str


def comparison_text(comparison: Comparison, sides: tuple[Side, Side], style: Style) -> str:
    """Both values of each setting that differs, with their places; ends with a line break."""
    count, same = len(comparison.differences), comparison.same
    names = " and ".join(side.name for side in sides)
    if not count:
        return f"{names} are the same in all {same} settings.\n"
    lines = [f"{names} differ in {count} of {count + same} settings."]
    for difference in comparison.differences:
        lines += ["", style.paint(Colour.HEADING, difference.setting), *_lines(difference, sides)]
    return "\n".join(lines) + "\n"


def comparison_document(comparison: Comparison, sides: tuple[Side, Side]) -> dict[str, Any]:
    """The same as JSON; `null` stands for a setting that is not there, and for the place of a default."""
    return {
        "schema": COMPARISON_SCHEMA,
        "environments": [{"name": side.name, "file": side.file} for side in sides],
        "same": comparison.same,
        "differences": [
            {"setting": each.setting, "values": [_row(each.one), _row(each.other)]}
            for each in comparison.differences
        ],
    }


def _lines(difference: Difference, sides: tuple[Side, Side]) -> Iterator[str]:
    found = [_shown(difference.one), _shown(difference.other)]
    widths = max(len(side.name) for side in sides), max(len(value) for value, _ in found)
    for side, (value, place) in zip(sides, found, strict=True):
        yield f"  {side.name:{widths[0]}}  {value:{widths[1]}}  {place}".rstrip()


def _shown(origin: Origin | None) -> tuple[str, str]:
    return (NOT_SET, "") if origin is None else (origin.text, origin.place or "default")


def _row(origin: Origin | None) -> dict[str, Any] | None:
    return None if origin is None else {"value": origin.value, "place": origin.place}
