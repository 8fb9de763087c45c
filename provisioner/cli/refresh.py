"""`provisioner refresh`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click

from provisioner.asked import Asked
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.outside import record, tell, viewed
from provisioner.cli.screen import out
from provisioner.engine.outside import Looked
from provisioner.report.drift_text import refresh_text
from provisioner.report.drift_view import DriftView, refresh_document
from provisioner.report.machine import document
from provisioner.wiring import looking


@click.command("refresh", cls=Explaining)
@ENVIRONMENT
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(environment: Asked, *, yes: bool, as_json: bool) -> ExitCode:
    """Record everything as it is in the cloud. Changes nothing there; the next plan tells what it undoes."""
    if not yes:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=as_json)
    workspace = looking(environment)

    def view(looked: Sequence[Looked]) -> DriftView:
        return viewed(workspace, environment, looked)

    if not as_json:
        return record(workspace, view, _show, yes=yes)
    seen: list[DriftView] = []

    def see(found: DriftView) -> Collection[str]:
        tell(found)
        seen.append(found)
        return _of_all(found)

    def told(backups: Sequence[str] | None) -> None:
        out().write(document(refresh_document(seen[-1], backups)))

    return record(workspace, view, see, yes=yes, told=told)


def _show(view: DriftView) -> Collection[str]:
    tell(view)
    out().write(refresh_text(view, out().style))
    return _of_all(view)


def _of_all(view: DriftView) -> Collection[str]:
    return frozenset[str]().union(*(looked.urns for looked in view.looked))
