"""`provisioner doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from provisioner.asked import Asked
from provisioner.cli.called import program
from provisioner.cli.environment_names import environment_names
from provisioner.cli.examining import examined
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import out
from provisioner.cli.writing import OWNER_ONLY, write_new
from provisioner.report.examination import bundle, examination_document, findings_text
from provisioner.report.machine import document


@click.command("doctor", cls=Explaining)
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=environment_names)
@click.option("--cloud", type=click.Choice(["local"]), help="Its state in the cloud on a desk.")
@click.option("--out", "file", type=click.Path(path_type=Path), help="Write a support bundle, F.zip.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(
    environment: str | None, *, cloud: Literal["local"] | None, file: Path | None, as_json: bool
) -> ExitCode:
    """What is wrong here: versions, files, state, local cloud, last errors. Changes nothing.

    A cloud is asked only where the state of ENV lies in one: for its bucket and its key.
    Findings and bundle quote nothing that a person, a cloud or a log has written, so no secret is in them.
    """
    examination = examined(Asked(environment, cloud) if environment else None)
    if file:
        write_new(file, bundle(examination), OWNER_ONLY)
    if as_json:
        out().write(document(examination_document(examination)))
    else:
        out().write(findings_text(examination.findings, out().style, program()))
        if file:
            out().say(f"\nWrote {file}. Look into it before you send it; it is text.")
    return ExitCode.DONE
