"""`provisioner validate`."""

from __future__ import annotations

import click

from environments.diagnostics import InvalidEnvironment
from environments.load import find, load
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import err, out


@click.command("validate")
@click.argument("environments", metavar="ENV...", nargs=-1, required=True)
def command(environments: tuple[str, ...]) -> ExitCode:
    """Check environment files. Every problem is told at once; nothing but the files is read."""
    code = ExitCode.DONE
    for name in environments:
        try:
            out().say(f"{load(find(name)).files[0]} is valid")
        except InvalidEnvironment as invalid:
            err().say(f"{invalid}\n")
            code = ExitCode.FAILED
    return code
