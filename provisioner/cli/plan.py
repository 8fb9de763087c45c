"""`provisioner plan`."""

from __future__ import annotations

import click

from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.plan.model import Mode, Source
from provisioner.plan.risk import losses
from provisioner.report.machine import document, plan_document
from provisioner.report.plan_text import plan_text
from provisioner.wiring import planning
from provisioner.workflow import preview


@click.command("plan", cls=Explaining)
@ENVIRONMENT
@click.option("--refresh", is_flag=True, help="Compare with the cloud, not only with what is recorded.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
def command(environment: str, *, refresh: bool, as_json: bool, detailed_exitcode: bool) -> ExitCode:
    """Show what apply would do. Changes nothing."""
    with planning(environment) as workspace:
        for notice in workspace.notices:
            err().say(f"note: {notice}")
        source = Source.CLOUD if refresh else Source.STATE
        plans = preview(workspace.engine, workspace.stacks, Mode.UPDATE, source)
        if as_json:
            out().write(document(plan_document(workspace.environment.name, plans, workspace.notices)))
        else:
            lost = () if workspace.is_disposable else [loss for plan in plans for loss in losses(plan)]
            out().write(plan_text(plans, out().style, lost))
    is_empty = all(plan.is_empty for plan in plans)
    return ExitCode.CHANGES if detailed_exitcode and not is_empty else ExitCode.DONE
