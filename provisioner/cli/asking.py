"""Asking the person at the terminal, and refusing where there is none."""

from __future__ import annotations

import sys

import click

from provisioner.engine.failures import NoTerminal


def must_be_able_to_ask(command: str, *, is_impossible: bool = False) -> None:
    """Raises `NoTerminal` where nobody could answer; `command` is what can be typed instead."""
    if is_impossible or not sys.stdin.isatty():
        raise NoTerminal(command)


def agreed(question: str, answer: str) -> bool:
    """Whether the person typed exactly `answer`. Ctrl-C and the end of input interrupt the command."""
    given: str = click.prompt(f"\n{question}\n  Type {answer} to go on", default="", show_default=False)
    return given.strip() == answer
