"""A message about a command that failed: what went wrong, why, and what to type."""

from __future__ import annotations

import enum
import textwrap
from dataclasses import dataclass
from typing import Final

from provisioner.report.style import PLAIN, Colour, Style

WIDTH: Final = 100
"""Columns a sentence uses."""


class Trouble(enum.Enum):
    """Every kind of failure: its id, which is never used again for another, and its summary.

    A summary is the same text every time, so that people learn to recognise it.
    """

    PROTECTED = "RUN-001", "Protected resources would be removed"
    PROGRAM = "RUN-002", "The stack's program failed"
    INPUTS = "RUN-003", "Provider refuses properties"
    TYPE = "RUN-004", "Unknown resource type"
    PROVIDER = "RUN-005", "Resource has no provider"
    URN_TWICE = "RUN-006", "Resource is registered twice"
    ALIAS = "RUN-007", "Alias belongs to another resource"
    PARENT = "RUN-008", "Parent does not exist"
    LOCKED = "RUN-009", "State is locked"
    DAMAGED = "RUN-010", "State is damaged"
    ILL_FORMED = "RUN-011", "State would not be well-formed"
    NOT_WRITTEN = "RUN-012", "State cannot be written"
    NEWER = "RUN-013", "State is of a newer version"
    NO_PASSPHRASE = "RUN-014", "Passphrase is missing"
    WRONG_PASSPHRASE = "RUN-015", "Passphrase is wrong"
    CHANGED = "RUN-016", "Plan no longer holds"
    AMBIGUOUS = "RUN-017", "Object of an interrupted run cannot be told from others"
    NOT_READ = "RUN-018", "Cloud cannot be read"
    REFUSED = "RUN-019", "Provider refused"
    LOCAL_START = "RUN-020", "Local cloud did not start"
    LOCAL_STOP = "RUN-021", "Local cloud did not stop"
    ACCOUNT = "RUN-022", "Credentials belong to another account"
    CREDENTIALS = "RUN-023", "No credentials"
    LOSS = "RUN-024", "Loss of data was not approved"
    TERMINAL = "RUN-025", "Nobody can be asked"
    RESOURCE = "RUN-026", "Resource is not in the state"
    OUTPUT = "RUN-027", "Output does not exist"
    UNEXPLAINED = "RUN-028", "Command failed"

    @property
    def code(self) -> str:
        """The id, as `RUN-009`."""
        return self.value[0]

    @property
    def summary(self) -> str:
        """The text that never changes."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Message:
    """One message for the person at the keyboard."""

    trouble: Trouble
    detail: str
    """What was wrong this time, and why that is a problem. Paragraphs are wrapped, indented lines are not."""

    fix: str
    """What to do, as a sentence."""

    commands: tuple[str, ...] = ()
    """What to type; each stands alone on a line, so that it can be copied."""


def render(message: Message, style: Style = PLAIN) -> str:
    """The message as the terminal shows it; ends with a line break."""
    head = style.paint(Colour.BAD, f"error[{message.trouble.code}]")
    lines = [f"{head}: {message.trouble.summary}", "", *_wrapped(message.detail, "  ", "  ")]
    lines += ["", *_wrapped(message.fix, "  fix: ", "       ")]
    if message.commands:
        lines += ["", *(f"      {command}" for command in message.commands)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        margin = rest if found else first
        if line.startswith(" ") or not line:
            found.append(f"{margin}{line}".rstrip())
        else:
            found += textwrap.wrap(line, WIDTH, initial_indent=margin, subsequent_indent=rest)
    return found
