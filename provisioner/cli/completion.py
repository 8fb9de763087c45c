"""`provisioner completion`."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import err, out
from provisioner.report.message import PROGRAM

VARIABLE: Final = "_PROVISIONER_COMPLETE"
"""What the shell's function sets to ask for completions: the name that click derives."""

_SHELLS: Final = {
    "bash": "add this line to ~/.bashrc (bash 4.4 or later)",
    "zsh": "add this line to ~/.zshrc",
    "fish": "write this line to ~/.config/fish/completions/provisioner.fish",
}
_LINES: Final = {
    "bash": 'eval "$(provisioner completion bash)"',
    "zsh": 'eval "$(provisioner completion zsh)"',
    "fish": "provisioner completion fish | source",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def command(shell: str) -> ExitCode:
    """Print what lets SHELL complete commands, options and the names of environments."""
    found = get_completion_class(shell)
    assert found, f"click knows {shell}"
    script = found(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE).source()
    out().say(script)
    if out().stream.isatty():
        err().say(f"note: to have it in every shell, {_SHELLS[shell]}:\n\n  {_LINES[shell]}")
    return ExitCode.DONE
