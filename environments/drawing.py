"""How a message to the person at the keyboard is drawn, whoever says it: summary, place, reason, fix."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 100
"""Columns a sentence uses; longer lines of a file are cut around the place."""

Paint = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The parts of one message."""

    code: str
    """The id of its kind, as `ENV-011`."""

    summary: str
    detail: str
    """What was wrong this time. Paragraphs are wrapped; lines that begin with a space stay as they are."""

    fix: str
    excerpt: tuple[str, ...] = ()
    """Lines that show the place in a file."""

    commands: tuple[str, ...] = ()
    """What to type; each stands alone on a line, so that it can be copied."""


def drawn(drawing: Drawing, paint: Paint = str) -> str:
    """The message as the terminal shows it, without a line break at its end; `paint` colours its head."""
    lines = [f"{paint(f'error[{drawing.code}]')}: {drawing.summary}", *drawing.excerpt]
    lines += ["", *_wrapped(drawing.detail, "  ", "  ")]
    lines += ["", *_wrapped(drawing.fix, "  fix: ", "       ")]
    if drawing.commands:
        lines += ["", *(f"      {printable(command)}" for command in drawing.commands)]
    return "\n".join(lines)


def printable(text: str) -> str:
    """The text without characters that would move the cursor or colour the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    found: list[str] = []
    for line in map(printable, text.splitlines()):
        margin = rest if found else first
        if line.startswith(" ") or not line:
            found.append(f"{margin}{line}".rstrip())
        else:
            found += textwrap.wrap(
                line, WIDTH, initial_indent=margin, subsequent_indent=rest, break_on_hyphens=False
            )
    return found
