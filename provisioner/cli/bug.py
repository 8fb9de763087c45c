"""What is said when the fault is ours."""

from __future__ import annotations

import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

FOLDER: Final = Path(".provisioner/bugs")


def report(bug: Exception) -> None:
    """Write the traceback to a file, and tell the person where it is."""
    head = f"provisioner: {type(bug).__name__}"
    text = "".join(traceback.format_exception(bug))
    click.echo(f"error[BUG]: This is a bug in provisioner\n\n  {type(bug).__name__}: {bug}\n", err=True)
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.txt"
        file.write_text(
            f"{head}\nPython {platform.python_version()} on {platform.platform()}\n"
            f"command: {' '.join(sys.argv)}\n\n{text}"
        )
    except OSError:
        click.echo(text, err=True)
        return
    click.echo(f"  fix: please report it, with this file:\n\n      {file}", err=True)
