"""`provisioner schema`."""

from __future__ import annotations

import click

from environments.documentation import json_schema
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import out
from provisioner.report.machine import document
from provisioner.report.published import NAMES, schema

_ENVIRONMENT = "environment"


@click.command("schema")
@click.argument("what", type=click.Choice([_ENVIRONMENT, *NAMES]), default=_ENVIRONMENT, required=False)
def command(what: str) -> ExitCode:
    """JSON Schema of environment files, for editors; or of `plan|apply|drift|keys --json`, `plan --out`."""
    out().write(json_schema() if what == _ENVIRONMENT else document(schema(what)))
    return ExitCode.DONE
