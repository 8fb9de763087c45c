"""Colours, for terminals that want them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from provisioner.plan.model import Op


class Colour(enum.Enum):
    """What a colour is for; the value is the terminal's own number for it."""

    GOOD = "32"
    CHANGED = "33"
    BAD = "31"
    REPLACED = "35"
    HEADING = "1"
    QUIET = "2"


@dataclass(frozen=True, slots=True)
class Style:
    """How text is marked."""

    colours: bool

    def paint(self, colour: Colour, text: str) -> str:
        """The text in a colour, or as it is."""
        return f"\x1b[{colour.value}m{text}\x1b[0m" if self.colours and text else text

    def as_bad(self, text: str) -> str:
        """The text as what went wrong looks."""
        return self.paint(Colour.BAD, text)


PLAIN = Style(colours=False)

COLOUR_OF: Mapping[Op, Colour] = {
    Op.SAME: Colour.QUIET,
    Op.CREATE: Colour.GOOD,
    Op.UPDATE: Colour.CHANGED,
    Op.REPLACE: Colour.REPLACED,
    Op.DELETE: Colour.BAD,
    Op.READ: Colour.QUIET,
    Op.IMPORT: Colour.GOOD,
}


def style_for(stream: IO[Any], variables: Mapping[str, str]) -> Style:
    """Colours if the stream is a terminal that can show them and `NO_COLOR` (no-color.org) is not set."""
    wanted = not variables.get("NO_COLOR") and variables.get("TERM") != "dumb"
    return Style(colours=wanted and stream.isatty())
