"""`provisioner apply`."""

from __future__ import annotations

from collections.abc import Callable

import click

from provisioner.asked import Asked
from provisioner.cli.approving import APPROVING, Intent, approved_losses
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT_OR_PLAN, Explaining, typed_again
from provisioner.cli.limiting import PACED, SCOPED, pace, scope
from provisioner.cli.plan_files import (
    account_moved,
    asked_in,
    moved,
    must_have_providers,
    must_still_hold,
    plan_in,
)
from provisioner.cli.screen import err, out
from provisioner.cli.streaming import announcing
from provisioner.engine.failures import WrongAccount
from provisioner.plan.model import Mode, Source
from provisioner.plan.saved import SavedPlan
from provisioner.wiring import Workspace, applying, destroying


@click.command("apply", cls=Explaining)
@ENVIRONMENT_OR_PLAN
@click.option("--refresh", is_flag=True, help="Compare with the cloud, not only with what is recorded.")
@APPROVING
@SCOPED
@PACED
@click.option("--json", "as_json", is_flag=True, help="What happens, for programs: one object a line.")
def command(environment: Asked, *, refresh: bool, yes: bool, as_json: bool) -> ExitCode:
    """Make the cloud what the environment file says; or do what a kept plan says, and nothing else."""
    if not yes:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=as_json)
    saved = plan_in(environment.name)
    if saved is not None and (refresh or not scope().is_empty):
        raise click.UsageError("What a kept plan is about, and what it compares, was said when it was made.")
    intent = Intent(
        command=typed_again(),
        mode=saved.mode if saved else Mode.UPDATE,
        source=saved.source if saved else Source.CLOUD if refresh else Source.STATE,
        scope=scope(),
        pace=pace(),
        saved=saved,
        yes=yes,
        as_json=as_json,
        approved_losses=approved_losses(),
    )
    say = err().say if as_json else out().say
    with announcing(environment, as_json=as_json):
        workspace = applying(environment, say) if saved is None else _kept(saved, say)
    return change(workspace, intent)


def _kept(saved: SavedPlan, say: Callable[[str], None]) -> Workspace:
    """What a kept plan is carried out with. Raises `PlanMoved` if it no longer holds."""
    must_still_hold(saved)
    asked = asked_in(saved)
    # From here on what goes wrong is about the environment, not about the file.
    click.get_current_context().params["environment"] = asked
    try:
        if saved.mode is Mode.DESTROY:
            workspace = destroying(asked, say)
        else:
            workspace = applying(asked, say, puts_back=saved.puts_back)
    except WrongAccount as wrong:
        raise moved(saved, (account_moved(saved, wrong),)) from wrong
    must_have_providers(saved, workspace)
    return workspace
