"""`provisioner destroy`."""

from __future__ import annotations

import click

from provisioner.asked import Asked
from provisioner.cli.approving import APPROVING, Intent, approved_losses
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.limiting import PACED, SCOPED, pace, scope
from provisioner.cli.screen import err, out
from provisioner.cli.streaming import announcing
from provisioner.plan.model import Mode
from provisioner.wiring import destroying


@click.command("destroy", cls=Explaining)
@ENVIRONMENT
@APPROVING
@SCOPED
@PACED
@click.option("--json", "as_json", is_flag=True, help="What happens, for programs: one object a line.")
def command(environment: Asked, *, yes: bool, as_json: bool) -> ExitCode:
    """Remove everything that the environment has."""
    if scope().replaces:
        raise click.UsageError("--replace makes new objects, and destroy makes none.")
    if not yes:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=as_json)
    intent = Intent(
        command=typed_again(),
        mode=Mode.DESTROY,
        scope=scope(),
        pace=pace(),
        yes=yes,
        as_json=as_json,
        approved_losses=approved_losses(),
    )
    with announcing(environment, as_json=as_json):
        workspace = destroying(environment, err().say if as_json else out().say)
    return change(workspace, intent)
