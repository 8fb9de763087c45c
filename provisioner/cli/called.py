"""How this program was called, for the commands that people are told to type next."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from provisioner.report.message import PROGRAM, typed


def program() -> str:
    """What to type for `provisioner`: the name where a shell finds it, else the path it was called by."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py" and called.parent.name == PROGRAM:
        return f"{_shown(Path(sys.executable))} -m {PROGRAM}"
    found = shutil.which(PROGRAM)
    is_ours = called.name == PROGRAM and called.is_file()
    is_found = is_ours and found is not None and called.samefile(found)
    return _shown(called) if is_ours and not is_found else PROGRAM


def this_program() -> tuple[str, ...]:
    """What others call for `provisioner`, wherever they run."""
    called = Path(sys.argv[0])
    if called.name == PROGRAM and (found := shutil.which(str(called))):
        return (str(Path(found).absolute()),)
    return (sys.executable, "-m", PROGRAM)


def as_typed(command: str) -> str:
    """A command line with what people type in place of `provisioner`."""
    return typed(command, program())


def _shown(file: Path) -> str:
    """Relative where that is shorter to read; a shell takes a path only if it has a slash."""
    absolute = file.absolute()
    here = Path.cwd()
    if not absolute.is_relative_to(here):
        return str(absolute)
    relative = str(absolute.relative_to(here))
    return relative if "/" in relative else f"./{relative}"
