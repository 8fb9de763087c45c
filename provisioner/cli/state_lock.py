"""`provisioner state unlock` and `provisioner state push`: after a run that went silent, or was cut off."""

from __future__ import annotations

import click

from provisioner.asked import Asked
from provisioner.cli.every_stack import every_stack
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.engine.interface import Stack
from provisioner.report.versions_text import pushed_text
from provisioner.wiring import recorded


@click.command("unlock", cls=Explaining)
@ENVIRONMENT
def unlock(environment: Asked) -> ExitCode:
    """Free the locks of runs that went silent. The lock of one that lives is left to it."""
    workspace = recorded(environment)

    def unlocked(stack: Stack) -> ExitCode:
        holder = workspace.engine.unlock(stack)
        what = f"freed; it was held by {holder}" if holder else "not locked"
        out().say(f"{stack.project} {stack.name}: {what}.")
        return ExitCode.DONE

    return every_stack(workspace, environment, unlocked)


@click.command("push", cls=Explaining)
@ENVIRONMENT
def push(environment: Asked) -> ExitCode:
    """Add to the state what a run had to keep on this machine when it was cut off from it."""
    workspace = recorded(environment)

    def pushed(stack: Stack) -> ExitCode:
        out().write(pushed_text(stack.project, stack.name, workspace.engine.push(stack)))
        return ExitCode.DONE

    return every_stack(workspace, environment, pushed)
