"""The two streams a command writes to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import IO, Any

import click

from provisioner.report.style import Style, style_for


@dataclass(frozen=True, slots=True)
class Screen:
    """A stream, and how text looks on it."""

    stream: IO[Any]
    style: Style

    def say(self, text: str) -> None:
        """Write a line."""
        click.echo(text, file=self.stream, color=self.style.colours)

    def write(self, text: str) -> None:
        """Write text that has its own line breaks."""
        click.echo(text, file=self.stream, color=self.style.colours, nl=False)


def out() -> Screen:
    """Standard output: what the command was called for."""
    return Screen(sys.stdout, style_for(sys.stdout, os.environ))


def err() -> Screen:
    """Standard error: what is said beside it."""
    return Screen(sys.stderr, style_for(sys.stderr, os.environ))
