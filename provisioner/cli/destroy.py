"""`provisioner destroy`."""

from __future__ import annotations

import click

from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.plan.model import Mode, Source
from provisioner.wiring import destroying


@click.command("destroy", cls=Explaining)
@ENVIRONMENT
@click.option("--yes", is_flag=True, help="Do not ask. Never agrees to the loss of data.")
def command(environment: str, *, yes: bool) -> ExitCode:
    """Remove everything that the environment has."""
    if not yes:
        must_be_able_to_ask(f"provisioner destroy {environment} --yes")
    return change(destroying(environment, out().say), Mode.DESTROY, Source.STATE, yes=yes)
