"""`provisioner output`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.engine.failures import NoSuchOutput
from provisioner.plan.values import Properties, revealed
from provisioner.report.machine import OUTPUT_SCHEMA, document
from provisioner.report.state_text import outputs_text
from provisioner.report.value_text import plain
from provisioner.wiring import recorded
from provisioner.workflow import recording


@click.command("output", cls=Explaining)
@ENVIRONMENT
@click.argument("name", required=False)
@click.option("--region", help="Only of this region; with NAME, the primary one if nothing is said.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(environment: Asked, name: str | None, *, region: str | None, as_json: bool) -> ExitCode:
    """Values that other tools need. A secret is shown only if it is asked for by NAME."""
    workspace = recorded(environment)
    for notice in workspace.notices:
        err().say(f"note: {notice}")
    primary = workspace.environment.region
    outputs = recording(workspace.engine, workspace.stacks).outputs
    if region is not None:
        outputs = {region: _of(region, outputs)}
    if name is None:
        out().write(document(_document(region or primary, outputs)) if as_json else outputs_text(outputs))
        return ExitCode.DONE
    values = outputs.get(region or primary, {})
    if name not in values:
        raise NoSuchOutput(name, tuple(sorted(values)))
    value = plain(revealed(values[name]))
    if as_json:
        out().write(document({"schema": OUTPUT_SCHEMA, "outputs": {name: value}}))
    else:
        out().say(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return ExitCode.DONE


def _of(region: str, outputs: Mapping[str, Properties]) -> Properties:
    if region not in outputs:
        raise NoSuchOutput(region, tuple(sorted(outputs)))
    return outputs[region]


def _document(region: str, outputs: Mapping[str, Properties]) -> dict[str, object]:
    """`outputs` are the region's; `regions` has those of all, if there are several."""
    told = {each: plain(dict(values)) for each, values in outputs.items()}
    several: dict[str, object] = {"regions": told} if len(told) > 1 else {}
    return {"schema": OUTPUT_SCHEMA, "outputs": told.get(region, {}), **several}
