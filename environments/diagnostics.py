"""What is wrong with an environment file, where, and how to fix it."""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


class Problem(enum.Enum):
    """Every kind of problem: its id, which is never used again for another, and its summary.

    A summary is the same text every time, so that people learn to recognise it.
    """

    NOT_FOUND = "ENV-001", "Environment not found"
    UNREADABLE = "ENV-002", "File cannot be read"
    SYNTAX = "ENV-003", "File is not YAML"
    TAB = "ENV-004", "Tab in the indentation"
    WRITTEN_TWICE = "ENV-005", "Setting is written twice"
    FOREIGN_YAML = "ENV-006", "Part of YAML that environment files do not use"
    NO_SETTINGS = "ENV-007", "File holds no settings"
    EXTENDS_NOTHING = "ENV-008", "Extended file does not exist"
    EXTENDS_CIRCLE = "ENV-009", "Files extend each other in a circle"
    UNKNOWN = "ENV-010", "Unknown setting"
    FORM = "ENV-011", "Setting has the wrong form"
    MISSING = "ENV-012", "Setting is missing"
    LIMITS = "ENV-013", "Setting is out of bounds"
    ADDRESSES = "ENV-014", "Address block cannot be used"
    REGION = "ENV-015", "Unknown region"
    ZONES = "ENV-016", "Region has fewer zones"
    CONTRADICTION = "ENV-017", "Settings contradict each other"
    LATER = "ENV-018", "Setting is known, not available yet"
    LISTED_TWICE = "ENV-019", "Entry is listed twice"

    @property
    def code(self) -> str:
        """The id, as `ENV-011`."""
        return self.value[0]

    @property
    def summary(self) -> str:
        """The text that never changes."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one line in one file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    width: int
    text: str

    def __str__(self) -> str:
        """The place as editors and terminals jump to it: `environments/prod.yaml:4`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message for the person at the keyboard.

    `detail` says what was wrong this time, with the reason if it is not obvious; `fix` says what to type.
    """

    problem: Problem
    detail: str
    fix: str
    place: Place | None = None


class InvalidEnvironment(Exception):
    """Every problem of an environment's files, sorted by place; nothing has been touched."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render_all(self.diagnostics)


WIDTH: Final = 100
"""Columns a message uses: details are wrapped, longer lines of a file are cut around the place."""


def render(diagnostic: Diagnostic) -> str:
    """The message as the terminal shows it."""
    lines = [f"error[{diagnostic.problem.code}]: {diagnostic.problem.summary}"]
    if place := diagnostic.place:
        text, column, width = _window(place)
        gutter = " " * len(str(place.line))
        lines += [
            f"{gutter}--> {place.file}:{place.line}:{place.column}",
            f"{gutter} |",
            f"{place.line} | {text}".rstrip(),
            f"{gutter} | {' ' * (column - 1)}{'^' * width}",
        ]
    lines += [
        "",
        *_wrapped(diagnostic.detail, "  ", "  "),
        "",
        *_wrapped(diagnostic.fix, "  fix: ", "       "),
    ]
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """All messages, a blank line between two."""
    return "\n\n".join(render(diagnostic) for diagnostic in diagnostics)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        _printable(text), WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _window(place: Place) -> tuple[str, int, int]:
    """The part of the line that fits, and column and width of the place in it."""
    start = 0 if len(place.text) <= WIDTH else max(0, place.column - 1 - WIDTH // 4)
    text = _printable(place.text[start : start + WIDTH])
    column = place.column - start
    return text, column, max(1, min(place.width, len(text) - column + 1))


def _printable(text: str) -> str:
    """The text without characters that would move the cursor or colour the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
