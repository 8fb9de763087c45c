"""`provisioner validate`."""

from __future__ import annotations

import click

from environments.diagnostics import InvalidEnvironment, render_all
from environments.load import Loaded, find, load
from provisioner.cli.environment_names import environment_names
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import err, out


@click.command("validate")
@click.argument("environments", metavar="ENV...", nargs=-1, required=True, shell_complete=environment_names)
def command(environments: tuple[str, ...]) -> ExitCode:
    """Check environment files, and what they name: rules of one's own, waivers, a baseline.

    Every problem is told at once; nothing but the files is read.
    """
    code = ExitCode.DONE
    for name in environments:
        try:
            found = load(find(name))
            _must_name_what_is_right(found)
            out().say(f"{found.files[0]} is valid")
        except InvalidEnvironment as invalid:
            err().say(f"{render_all(invalid.diagnostics, err().style.as_bad)}\n")
            code = ExitCode.FAILED
    return code


def _must_name_what_is_right(found: Loaded) -> None:
    """Raises `InvalidEnvironment` with everything that is wrong with the files it names for its rules."""
    environment = found.environment
    policies = environment.policies
    if not (policies.rules or policies.baseline or environment.governance.waivers):
        return
    from provisioner.cli.policy_files import problems  # noqa: PLC0415 - few environments name any

    if wrong := problems(found):
        raise InvalidEnvironment(wrong)
