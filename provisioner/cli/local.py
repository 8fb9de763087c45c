"""`provisioner local`: the cloud on a desk."""

from __future__ import annotations

from typing import Any, Final

import click

from environments.diagnostics import InvalidEnvironment
from environments.load import find, load
from provisioner.cli.called import program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import out
from provisioner.local.desk import Desk
from provisioner.local.record import Record
from provisioner.report.machine import LOCAL_SCHEMA, document

_REGION: Final = "us-east-1"
"""Where to look if no environment called `local` says so: the default of most clients."""


@click.group("local")
def command() -> None:
    """The cloud on a desk: AWS as far as moto's server goes, on this machine."""


@command.command("start", cls=Explaining)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def start(*, as_json: bool) -> ExitCode:
    """Start it, if it does not run."""
    _tell(Desk().start(), as_json=as_json)
    return ExitCode.DONE


@command.command("stop", cls=Explaining)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def stop(*, as_json: bool) -> ExitCode:
    """End it, and every object in it."""
    was_running = Desk().stop()
    if as_json:
        _tell(None, as_json=True)
    else:
        out().say("The local cloud was stopped." if was_running else "The local cloud was not running.")
    return ExitCode.DONE


@command.command("status", cls=Explaining)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, as_json: bool) -> ExitCode:
    """Whether it runs, and where."""
    _tell(Desk().status(), as_json=as_json)
    return ExitCode.DONE


def _tell(running: Record | None, *, as_json: bool) -> None:
    if as_json:
        out().write(document(_status(running)))
    elif running is None:
        out().say(f"The local cloud is not running. `{program()} apply local` starts it when it is needed.")
    else:
        out().say(
            f"The local cloud is at {running.endpoint} (process {running.pid}, since {running.started})."
        )


def _status(running: Record | None) -> dict[str, Any]:
    return {
        "schema": LOCAL_SCHEMA,
        "running": running is not None,
        "endpoint": running.endpoint if running else None,
        "region": _region(),
        "id": running.id if running else None,
        "pid": running.pid if running else None,
        "started": running.started if running else None,
    }


def _region() -> str:
    """The region in which the environment `local` has its objects: every region of the cloud is there."""
    try:
        return load(find("local")).environment.region
    except InvalidEnvironment:
        return _REGION
