"""Layers and regions on the command line: a misspelt one is no empty choice."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import click


def must_be_there(what: str, said: str | None, known: Sequence[str]) -> None:
    """Raises click's `UsageError` with the nearest name, and all there are."""
    if said is None or said in known:
        return
    near = difflib.get_close_matches(said, known, n=1)
    meant = f" Did you mean '{near[0]}'?" if near else ""
    there = ", ".join(dict.fromkeys(known))
    raise click.UsageError(f"The environment has no {what} '{said}'.{meant} What it has: {there}.")
