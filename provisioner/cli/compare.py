"""`provisioner compare`."""

from __future__ import annotations

import click

from environments.comparison import compare
from environments.load import Loaded, find, load
from environments.source import shown
from provisioner.cli.environment_names import environment_names
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import out
from provisioner.report.comparison_text import Side, comparison_document, comparison_text
from provisioner.report.machine import document


@click.command("compare", cls=Explaining)
@click.argument("one", metavar="ENV", shell_complete=environment_names)
@click.argument("other", metavar="ENV", shell_complete=environment_names)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(one: str, other: str, *, as_json: bool) -> ExitCode:
    """What differs between two environments, setting by setting, and where each value was set."""
    both = load(find(one)), load(find(other))
    comparison = compare(*both)
    sides = _sides(*both)
    if as_json:
        out().write(document(comparison_document(comparison, sides)))
    else:
        out().write(comparison_text(comparison, sides, out().style))
    return ExitCode.DONE


def _sides(one: Loaded, other: Loaded) -> tuple[Side, Side]:
    """Two files may describe an environment of the same name: then they are called by their files."""
    files = shown(one.files[0]), shown(other.files[0])
    names = one.environment.name, other.environment.name
    called = files if names[0] == names[1] else names
    return Side(called[0], files[0]), Side(called[1], files[1])
