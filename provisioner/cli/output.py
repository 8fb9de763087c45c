"""`provisioner output`."""

from __future__ import annotations

import json

import click

from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.engine.failures import NoSuchOutput
from provisioner.plan.values import revealed
from provisioner.report.machine import OUTPUT_SCHEMA, document
from provisioner.report.state_text import outputs_text
from provisioner.report.value_text import plain
from provisioner.wiring import recorded
from provisioner.workflow import recording


@click.command("output", cls=Explaining)
@ENVIRONMENT
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(environment: str, name: str | None, *, as_json: bool) -> ExitCode:
    """Values that other tools need. A secret is shown only if it is asked for by NAME."""
    workspace = recorded(environment)
    for notice in workspace.notices:
        err().say(f"note: {notice}")
    outputs = recording(workspace.engine, workspace.stacks).outputs
    if name is None:
        listed = {"schema": OUTPUT_SCHEMA, "outputs": plain(dict(outputs))}
        out().write(document(listed) if as_json else outputs_text(outputs))
        return ExitCode.DONE
    if name not in outputs:
        raise NoSuchOutput(name, tuple(sorted(outputs)))
    value = plain(revealed(outputs[name]))
    if as_json:
        out().write(document({"schema": OUTPUT_SCHEMA, "outputs": {name: value}}))
    else:
        out().say(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return ExitCode.DONE
