"""The names of environments that a shell can complete: in ./environments/, and those that come with us."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

SUFFIXES: Final = (".yaml", ".yml")
_NAMED: Final = re.compile(r"^name\s*:", re.MULTILINE)
"""What a file that others extend does not have."""


def environment_names(
    ctx: click.Context,  # noqa: ARG001 - as click calls it
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """The environments whose names begin like this; for anything with a slash or a dot, files."""
    if "/" in incomplete or "." in incomplete:
        return [CompletionItem(incomplete, type="file")]
    names = {name for folder in _folders() for name in names_in(folder) if name.startswith(incomplete)}
    return [CompletionItem(name) for name in sorted(names)]


def _folders() -> tuple[Path, ...]:
    # Found and not imported: the models behind it would take longer than a person waits for a completion.
    packaged = importlib.util.find_spec("environments")
    return (Path("environments"), *map(Path, packaged.submodule_search_locations or () if packaged else ()))


def names_in(folder: Path) -> list[str]:
    """The names of the environments in a folder, sorted; none for a folder that is not there."""
    files = [file for suffix in SUFFIXES for file in folder.glob(f"*{suffix}")]
    return sorted(file.stem for file in files if _is_environment(file))


def _is_environment(file: Path) -> bool:
    try:
        return _NAMED.search(file.read_text(errors="replace")) is not None
    except OSError:
        return False
