"""`provisioner show`."""

from __future__ import annotations

from pathlib import Path

import click

from environments.load import Loaded
from environments.origins import resolved, rows
from provisioner.asked import Asked
from provisioner.cli import showing
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT_OR_PLAN, Explaining
from provisioner.cli.plan_files import plan_in
from provisioner.cli.screen import out
from provisioner.report.machine import SETTINGS_SCHEMA, document
from provisioner.report.plan_view import saved_view
from provisioner.wiring import loaded


@click.command("show", cls=Explaining)
@ENVIRONMENT_OR_PLAN
@click.option("--origin", is_flag=True, help="Say where each setting was set.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="A kept plan as a page.")
def command(environment: Asked, *, origin: bool, as_json: bool, html: Path | None) -> ExitCode:
    """All settings of an environment, defaults and what it extends included; or the plan in a file.

    A plan file is shown as `plan` showed it. That takes no credentials, no passphrase and no state.
    """
    if (saved := plan_in(environment.name)) is not None:
        if origin:
            raise click.UsageError("--origin is for environments: a plan says where each step comes from.")
        showing.show(saved_view(saved), as_json=as_json, page=html)
        return ExitCode.DONE
    if html is not None:
        raise click.UsageError("--html is for the plan in a file.")
    found = loaded(environment)
    if as_json:
        settings = found.environment.model_dump(mode="json")
        origins = {row.path: row.place for row in rows(found)}
        out().write(document({"schema": SETTINGS_SCHEMA, "settings": settings, "origins": origins}))
    else:
        out().write(_with_origins(found) if origin else resolved(found.environment))
    return ExitCode.DONE


def _with_origins(found: Loaded) -> str:
    settings = [(f"{row.path}: {row.text}", row.place or "default") for row in rows(found)]
    width = max(len(setting) for setting, _ in settings)
    return "".join(f"{setting:{width}}  # {place}\n" for setting, place in settings)
