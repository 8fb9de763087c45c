"""`provisioner apply`."""

from __future__ import annotations

import click

from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.plan.model import Mode, Source
from provisioner.wiring import applying


@click.command("apply", cls=Explaining)
@ENVIRONMENT
@click.option("--refresh", is_flag=True, help="Compare with the cloud, not only with what is recorded.")
@click.option("--yes", is_flag=True, help="Do not ask. Never agrees to the loss of data.")
def command(environment: str, *, refresh: bool, yes: bool) -> ExitCode:
    """Make the cloud what the environment file says."""
    if not yes:
        must_be_able_to_ask(f"provisioner apply {environment} --yes")
    workspace = applying(environment, out().say)
    source = Source.CLOUD if refresh else Source.STATE
    return change(workspace, Mode.UPDATE, source, yes=yes)
