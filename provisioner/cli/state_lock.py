"""`provisioner state unlock` and `provisioner state push`: after a run that went silent, or was cut off."""

from __future__ import annotations

import click

from provisioner.asked import Asked
from provisioner.cli.every_stack import every_stack
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.engine.interface import Access, Stack
from provisioner.report.versions_text import pushed_text, unlocked_text
from provisioner.wiring import recorded


@click.command("unlock", cls=Explaining)
@ENVIRONMENT
@click.option("--dry-run", is_flag=True, help="Show whose locks would be freed, and change nothing.")
def unlock(environment: Asked, *, dry_run: bool) -> ExitCode:
    """Free the locks of runs that went silent. The lock of one that lives is left to it."""
    workspace = recorded(environment)
    access = Access.READ if dry_run else Access.WRITE

    def unlocked(stack: Stack) -> ExitCode:
        holder = workspace.engine.unlock(stack, access)
        out().write(unlocked_text(stack.project, stack.name, holder, is_done=not dry_run))
        return ExitCode.DONE

    return every_stack(workspace, environment, unlocked)


@click.command("push", cls=Explaining)
@ENVIRONMENT
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
def push(environment: Asked, *, dry_run: bool) -> ExitCode:
    """Add to the state what a run had to keep on this machine when it was cut off from it."""
    workspace = recorded(environment)
    access = Access.READ if dry_run else Access.WRITE

    def pushed(stack: Stack) -> ExitCode:
        found = workspace.engine.push(stack, access)
        out().write(pushed_text(stack.project, stack.name, found, is_done=not dry_run))
        return ExitCode.DONE

    return every_stack(workspace, environment, pushed)
