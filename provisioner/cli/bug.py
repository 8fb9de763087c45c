"""What is said when the fault is ours."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import traceback
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from provisioner.plan.concealment import TELLING, texts_in, without
from provisioner.plan.values import Secret

FOLDER: Final = Path(".provisioner/bugs")

_TELLING: Final = re.compile(r"PASSPHRASE$|PASSWORD|SECRET|TOKEN$|ACCESS_KEY$")
"""Names of variables whose values nobody is to see."""

_SEALS: Final = "provisioner.engine.embedded.secrets"


def report(bug: Exception) -> None:
    """Write the traceback to a file, and tell the person where it is."""
    head = f"provisioner: {type(bug).__name__}"
    hidden = _secrets()
    text = without("".join(traceback.format_exception(bug)), hidden)
    said = without(f"{type(bug).__name__}: {bug}", hidden)
    click.echo(f"error[BUG]: This is a bug in provisioner\n\n  {said}\n", err=True)
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.txt"
        file.write_text(
            f"{head}\nPython {platform.python_version()} on {platform.platform()}\n"
            f"command: {without(' '.join(sys.argv), hidden)}\n\n{text}"
        )
    except OSError:
        click.echo(text, err=True)
        return
    click.echo(f"  fix: please report it, with this file:\n\n      {file}", err=True)


def _secrets() -> frozenset[str]:
    """The secrets that this process knows of: what it has sealed or opened, and what variables hold."""
    around = {value for name, value in os.environ.items() if _TELLING.search(name) and len(value) >= TELLING}
    seals = sys.modules.get(_SEALS)  # it is not there if nothing was opened
    sealed: frozenset[str] = seals.known_texts() if seals else frozenset()
    return frozenset(around.union(*(_texts(text) for text in sealed)))


def _texts(sealed: str) -> Collection[str]:
    """The texts in a value that is sealed as JSON."""
    try:
        value: Any = json.loads(sealed)
    except ValueError:
        value = sealed
    return texts_in({"sealed": Secret(value)})
