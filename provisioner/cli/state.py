"""`provisioner state`: what is recorded."""

from __future__ import annotations

import click

from provisioner.asked import Asked
from provisioner.cli.every_stack import every_stack
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.naming_resources import every_meant
from provisioner.cli.screen import err, out
from provisioner.cli.state_edits import move, remove, rename, repair, unprotect
from provisioner.cli.state_import import import_state
from provisioner.cli.state_lock import push, unlock
from provisioner.cli.state_versions import history, rollback
from provisioner.engine.interface import Access, Recorded, Stack
from provisioner.report.machine import document, resource_document, state_document
from provisioner.report.state_text import list_text, resource_text, verified_text
from provisioner.wiring import Workspace, recorded
from provisioner.workflow import recording


@click.group("state")
def command() -> None:
    """What is recorded of an environment."""


for _command in (history, rollback, unlock, push, rename, move, remove, unprotect, repair, import_state):
    command.add_command(_command)


@command.command("list", cls=Explaining)
@ENVIRONMENT
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_resources(environment: Asked, *, as_json: bool) -> ExitCode:
    """All resources, dependencies first."""
    resources = _resources(_noted(environment))
    out().write(document(state_document(resources)) if as_json else list_text(resources))
    return ExitCode.DONE


@command.command("show", cls=Explaining, short_help="Everything that is recorded of one resource.")
@ENVIRONMENT
@click.argument("resource")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(environment: Asked, resource: str, *, as_json: bool) -> ExitCode:
    """Everything that is recorded of one RESOURCE, given by its URN, name or id. Secrets are masked."""
    for one in every_meant(_resources(_noted(environment)), resource):
        out().write(document(resource_document(one)) if as_json else resource_text(one))
    return ExitCode.DONE


@command.command("export", cls=Explaining, short_help="The state in Pulumi's deployment format.")
@ENVIRONMENT
def export(environment: Asked) -> ExitCode:
    """The state in Pulumi's deployment format; `pulumi stack import` reads it. Secrets stay sealed."""
    workspace = recorded(environment)
    for stack in workspace.stacks:
        with workspace.engine.open(stack, Access.READ) as run:
            out().write(document(run.export()))
    return ExitCode.DONE


@command.command("verify", cls=Explaining)
@ENVIRONMENT
def verify(environment: Asked) -> ExitCode:
    """Check that the state is what was written, and well-formed."""
    workspace = recorded(environment)

    def verified(stack: Stack) -> ExitCode:
        with workspace.engine.open(stack, Access.READ) as run:
            breaches = run.breaches()
            out().write(verified_text(stack.project, stack.name, len(run.resources()), breaches))
        return ExitCode.FAILED if breaches else ExitCode.DONE

    return every_stack(workspace, environment, verified)


def _noted(environment: Asked) -> Workspace:
    workspace = recorded(environment)
    for notice in workspace.notices:
        err().say(f"note: {notice}")
    return workspace


def _resources(workspace: Workspace) -> tuple[Recorded, ...]:
    return recording(workspace.engine, workspace.stacks).resources
