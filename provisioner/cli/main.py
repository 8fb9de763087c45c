"""The command line: finds the command, runs it, and turns however it ends into an exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click
from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "init": "Write a first environment file, by questions",
    "plan": "Show what apply would do",
    "apply": "Make the cloud what the environment file says",
    "destroy": "Remove everything that the environment has",
    "drift": "What was changed outside; put it back, or keep it",
    "refresh": "Record everything as it is in the cloud",
    "policy": "What rules say of an environment, and what they are for",
    "output": "Values that other tools need",
    "crds": "Definitions of custom kinds on this machine: fetch, list",
    "kubeconfig": "Access to the clusters of an environment, for kubectl",
    "state": "What is recorded, its versions and its locks",
    "secrets": "What seals the secrets in the state: check, rotate, migrate",
    "keys": "The keys of an environment: what needs them, their age, rotating them",
    "model": "Models that only their servers can open: seal, sign, verify, open",
    "export": "A pipeline for CI; objects for Pulumi's Kubernetes operator",
    "import": "Make objects that exist resources of an environment",
    "images": "What an environment runs, and its digests in an air gap's mirror",
    "graph": "The resources as a picture: Mermaid, DOT",
    "engine": "The two engines: which one has a stack, and installing Pulumi's",
    "provider": "The drivers as a plugin of Pulumi's engine",
    "local": "The cloud on a desk: start, stop, status",
    "validate": "Check environment files",
    "show": "All settings of an environment, and where each was set",
    "changed": "Which environments a change of files is about, for CI",
    "compare": "What differs between two environments",
    "schema": "JSON Schema of environment files, for editors",
    "doctor": "What is wrong here, and a support bundle without secrets",
    "completion": "Completion for bash, zsh and fish",
}
"""Each command is in the module of its name, and is imported when it is called."""

_MODULES: Final = {"import": "importing"}
"""Where that name is a word of Python's."""

_FAILED: Final = 1
_INTERRUPTED: Final = 9


class Commands(click.Group):
    """The commands by name; asking for help imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command in the module of its name."""
        if cmd_name not in COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        found: click.Command = importlib.import_module(f"provisioner.cli.{module}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the line begins with, or what was probably meant."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            for near in difflib.get_close_matches(args[0], COMMANDS, n=1):
                ctx.fail(f"No such command '{args[0]}'. Did you mean '{near}'?")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands whose names begin like this, or options; no command is imported."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        found = [(name, text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [CompletionItem(name, help=text) for name, text in found]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands on the help page."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="provisioner", message="provisioner %(version)s")
def commands() -> None:
    """One YAML file per environment becomes a running ML platform.

    ENV is the name of an environment in ./environments/, or the path of its file.
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code (see `exit_code.py`)."""
    try:
        result = commands.main(list(arguments), prog_name="provisioner", standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return _INTERRUPTED
    except click.ClickException as wrong:
        wrong.show()
        # An explained failure has a code of ours; click's own for wrong usage, 2, means `changes` here.
        return int(getattr(wrong, "code", _FAILED))
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except Exception as bug:  # noqa: BLE001 - the one place that may: it writes the report
        importlib.import_module("provisioner.cli.bug").report(bug)
        return _FAILED
    return int(result or 0)
