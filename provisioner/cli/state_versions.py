"""`provisioner state history` and `provisioner state rollback`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import click

from provisioner.asked import Asked
from provisioner.cli.asking import agreed, must_be_able_to_ask
from provisioner.cli.choosing import must_be_there
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.screen import out
from provisioner.engine.failures import StateIsDamaged
from provisioner.engine.interface import Access, Stack, Version
from provisioner.report.machine import document
from provisioner.report.versions_text import history_document, history_text, rollback_text
from provisioner.wiring import recorded

_RECENT: Final = 20
_EVERY: Final = sys.maxsize


@click.command("history", cls=Explaining)
@ENVIRONMENT
@click.option("--all", "everything", is_flag=True, help=f"Not only the newest {_RECENT}.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def history(environment: Asked, *, everything: bool, as_json: bool) -> ExitCode:
    """The versions of each stack's state: one for each apply, the newest first."""
    workspace = recorded(environment)
    found: list[tuple[str, str, Sequence[Version]]] = []
    for stack in workspace.stacks:
        with workspace.engine.open(stack, Access.READ) as run:
            versions = run.archive.newest(_EVERY if everything else _RECENT)
            found.append((stack.project, stack.name, versions))
    if as_json:
        out().write(document(history_document(found)))
    else:
        out().write("\n".join(history_text(*each) for each in found))
    return ExitCode.DONE


@click.command("rollback", cls=Explaining, short_help="Record again what a version held.")
@ENVIRONMENT
@click.argument("version", type=click.IntRange(min=1))
@click.option("--layer", help="Of this layer; needed where there are several stacks.")
@click.option("--region", help="Of this region; needed where there are several.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded otherwise, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rollback(
    environment: Asked, version: int, *, layer: str | None, region: str | None, dry_run: bool, yes: bool
) -> ExitCode:
    """Record again what VERSION held. The cloud stays as it is: the next plan tells the difference."""
    workspace = recorded(environment)
    stack = _only(workspace.stacks, layer, region)
    if not yes and not dry_run:
        must_be_able_to_ask(typed_again("--yes"))
    with workspace.engine.open(stack, Access.READ if dry_run else Access.WRITE) as run:
        then = run.archive.resources(version)
        out().write(f"{stack.project} {stack.name}, back to version {version}:\n")
        if run.archive.is_current(version):
            out().say("  It is what is recorded. Nothing is to be changed.")
            return ExitCode.DONE
        try:
            out().write(rollback_text(run.resources(), then))
        except StateIsDamaged as damaged:
            out().say(
                f"  What is recorded now cannot be read, and is replaced: {damaged.file}: {damaged.reason}"
            )
        if dry_run:
            return ExitCode.DONE
        if not yes and not agreed("Record this? The cloud stays as it is.", "yes"):
            out().say("Nothing was changed.")
            return ExitCode.FAILED
        backup = run.archive.roll_back(version)
    out().say(f"\nRecorded. The state before is kept as {backup}.")
    return ExitCode.DONE


def _only(stacks: Sequence[Stack], layer: str | None, region: str | None) -> Stack:
    """The stack that is meant. Raises click's `UsageError` if that is none, or more than one."""
    must_be_there("layer", layer, [each.project for each in stacks])
    must_be_there("region", region, [each.region for each in stacks])
    meant = [each for each in stacks if layer in (None, each.project) and region in (None, each.region)]
    if len(meant) == 1:
        return meant[0]
    there = ", ".join(f"--layer {each.project} --region {each.region}" for each in meant or stacks)
    raise click.UsageError(f"Each stack has versions of its own. Say which one is meant: {there}")
