"""`provisioner changed`: which environments a change of files is about."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from environments.diagnostics import InvalidEnvironment
from environments.load import Loaded, load
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import err, out

_BASES: Final = ("*.yaml", "*.yml")


@click.command("changed", cls=Explaining)
@click.option("--since", default="origin/main", show_default=True, metavar="REF", help="A commit or branch.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("environments"),
    show_default=True,
    help="Where the environment files are.",
)
@click.option("--json", "as_json", is_flag=True, help="A list of names, such as a matrix in CI takes.")
def command(since: str, folder: Path, *, as_json: bool) -> ExitCode:
    """The environments whose files, or files that those name, differ from a commit. Reads git, nothing else.

    Beside the file and what it extends these are its rules, waivers and baseline. A file that is not valid
    counts as changed, so that whoever checks it is told.
    """
    files = _differing(since)
    found = [name for name, used in _environments(folder) if any(_is_in(file, used) for file in files)]
    if as_json:
        out().write(json.dumps(found) + "\n")
    else:
        out().write("".join(f"{name}\n" for name in found))
    return ExitCode.DONE


def _differing(since: str) -> list[Path]:
    """What differs between this folder and the commit where its branch left the other one."""
    try:
        base = _git("merge-base", since, "HEAD").strip()
        top = Path(_git("rev-parse", "--show-toplevel").strip())
        names = _git("diff", "--name-only", "-z", base).split("\0")
        names += _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z").split("\0")
    except (OSError, subprocess.CalledProcessError) as failed:
        reason = str(getattr(failed, "stderr", "") or failed).strip()
        raise click.UsageError(f"git does not say what differs from {since}: {reason}") from failed
    return [top / name for name in names if name]


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)  # noqa: S603, S607
    return ran.stdout


def _environments(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    for file in sorted(file for base in _BASES for file in folder.glob(base)):
        try:
            yield file.stem, _used(load(file))
        except InvalidEnvironment as invalid:
            if any(each.problem.name != "MISSING" for each in invalid.diagnostics):
                err().say(f"note: {file} is not valid: `provisioner validate {file}` says why")
                yield file.stem, [file.resolve()]


def _used(loaded: Loaded) -> list[Path]:
    """Every file and folder that decides what the environment is, or what its rules say."""
    env, folder = loaded.environment, loaded.files[0].parent
    named = (*env.policies.rules, *env.governance.waivers, *filter(None, [env.policies.baseline]))
    return [each.resolve() for each in (*loaded.files, *(folder / name for name in named))]


def _is_in(file: Path, used: list[Path]) -> bool:
    found = file.resolve()
    return any(found == each or each in found.parents for each in used)
