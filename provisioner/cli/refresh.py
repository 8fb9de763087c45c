"""`provisioner refresh`."""

from __future__ import annotations

from collections.abc import Collection

import click

from provisioner.asked import Asked
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.outside import record, tell, viewed
from provisioner.cli.screen import out
from provisioner.report.drift_text import refresh_text
from provisioner.report.drift_view import DriftView
from provisioner.wiring import looking


@click.command("refresh", cls=Explaining)
@ENVIRONMENT
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(environment: Asked, *, yes: bool) -> ExitCode:
    """Record everything as it is in the cloud. Changes nothing there; the next plan tells what it undoes."""
    if not yes:
        must_be_able_to_ask(typed_again("--yes"))
    workspace = looking(environment)
    return record(workspace, lambda looked: viewed(workspace, environment, looked), _show, yes=yes)


def _show(view: DriftView) -> Collection[str]:
    tell(view)
    out().write(refresh_text(view, out().style))
    return frozenset[str]().union(*(looked.urns for looked in view.looked))
