"""`provisioner show`."""

from __future__ import annotations

import click

from environments.load import Loaded, find, leaves, load
from environments.rendering import document as yaml_document
from environments.rendering import inline
from environments.source import dotted
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.report.machine import SETTINGS_SCHEMA, document


@click.command("show", cls=Explaining)
@ENVIRONMENT
@click.option("--origin", is_flag=True, help="Say where each setting was set.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(environment: str, *, origin: bool, as_json: bool) -> ExitCode:
    """All settings of an environment, defaults and what it extends included."""
    found = load(find(environment))
    settings = found.environment.model_dump(mode="json")
    if as_json:
        origins = {dotted(path): str(place) if place else None for path, place in found.origins.items()}
        out().write(document({"schema": SETTINGS_SCHEMA, "settings": settings, "origins": origins}))
    else:
        out().write(_with_origins(found) if origin else yaml_document(settings))
    return ExitCode.DONE


def _with_origins(found: Loaded) -> str:
    places = found.origins
    rows = [(f"{dotted(path)}: {inline(value)}", places[path]) for path, value in leaves(found.environment)]
    width = max(len(setting) for setting, _ in rows)
    return "".join(f"{setting:{width}}  # {place or 'default'}\n" for setting, place in rows)
