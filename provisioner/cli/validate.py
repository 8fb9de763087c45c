"""`provisioner validate`."""

from __future__ import annotations

import click

from environments.diagnostics import InvalidEnvironment, render_all
from environments.load import find, load
from provisioner.cli.environment_names import environment_names
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import err, out


@click.command("validate")
@click.argument("environments", metavar="ENV...", nargs=-1, required=True, shell_complete=environment_names)
def command(environments: tuple[str, ...]) -> ExitCode:
    """Check environment files. Every problem is told at once; nothing but the files is read."""
    code = ExitCode.DONE
    for name in environments:
        try:
            out().say(f"{load(find(name)).files[0]} is valid")
        except InvalidEnvironment as invalid:
            err().say(f"{render_all(invalid.diagnostics, err().style.as_bad)}\n")
            code = ExitCode.FAILED
    return code
