"""`provisioner engine`: which engine there is, and which one has a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from provisioner.asked import Asked
from provisioner.cli.called import as_typed
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.engine.engines import Engines, Held
from provisioner.providers.protocol.finding import Attached, Installed, here
from provisioner.report.engine_text import engine_document, engine_text, installed_text
from provisioner.report.machine import document


class _Commands(click.Group):
    """Those below, and `run`, which is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """By name."""
        return sorted((*super().list_commands(ctx), "run"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name != "run":
            return super().get_command(ctx, cmd_name)
        from provisioner.cli.engine_run import command as run  # noqa: PLC0415 - it brings the engine along

        return run


@click.group("engine", cls=_Commands)
def command() -> None:
    """The engine in this process, and Pulumi's own beside it."""


@command.command("status", cls=Explaining, short_help="Which engine each stack has, and what is installed.")
@ENVIRONMENT
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(environment: Asked, *, as_json: bool) -> ExitCode:
    """Which engine each stack has, which `pulumi` there is, and which plugins."""
    engines = _engines(environment)
    out().write(document(engine_document(engines)) if as_json else as_typed(engine_text(engines)))
    return ExitCode.DONE


@command.command("install", cls=Explaining, short_help="Install Pulumi's engine for this user.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Not from the network: an archive `pulumi-v….tar.gz` of its publisher.",
)
def install(**options: Any) -> ExitCode:
    """Install the `pulumi` that goes with the SDK in the folder where the SDK looks for it.

    From the network, by the SDK's own installer; or out of an archive that was brought here.
    """
    from provisioner.engine.pulumi_cli.installed import fetch, unpack  # noqa: PLC0415 - the Automation API

    archive: Path | None = options["archive"]
    out().write(installed_text(unpack(archive) if archive else fetch()))
    return ExitCode.DONE


def _engines(asked: Asked) -> Engines:
    from provisioner.engine.pulumi_cli import installed  # noqa: PLC0415 - the Automation API
    from provisioner.engine_wiring import holder  # noqa: PLC0415 - `run` knows no environments
    from provisioner.ledger_wiring import ledgers  # noqa: PLC0415

    found = ledgers(asked)
    stacks = found.workspace.stacks
    return Engines(
        environment=str(asked),
        asked=asked.engine or found.workspace.environment.engine,
        sdk=installed.SDK_VERSION,
        pulumi=installed.found(),
        plugins=tuple((name, _place(name)) for name in found.workspace.providers),
        stacks=tuple(Held(stack.project, stack.name, holder(found.backend, stack)) for stack in stacks),
    )


def _place(package: str) -> str:
    """Where the plugin of a package is; empty if there is none."""
    match here().find(package):
        case Installed(file=file, version=version):
            return f"{file} {version}".strip()
        case Attached(port=port):
            return f"attached at port {port}"
        case None:
            return ""
