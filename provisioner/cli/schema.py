"""`provisioner schema`."""

from __future__ import annotations

import click

from environments.documentation import json_schema
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import out


@click.command("schema")
def command() -> ExitCode:
    """JSON Schema of environment files, for editors."""
    out().write(json_schema())
    return ExitCode.DONE
