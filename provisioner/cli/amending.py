"""What all commands that change records by hand have in common: lock, show, ask, back up, record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from provisioner.cli.asking import agreed, must_be_able_to_ask
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import typed_again
from provisioner.cli.screen import err, out
from provisioner.engine.amending import Amended, Ledger
from provisioner.engine.interface import Access, Stack
from provisioner.ledger_wiring import Ledgers
from provisioner.report.amendment_text import amended_text, amendment_document, summary_text
from provisioner.report.machine import document

F = TypeVar("F", bound=Callable[..., Any])


_JSON: Final = "amending-json"


@dataclass(frozen=True, slots=True)
class How:
    """What the command line says about the way of doing it."""

    dry_run: bool
    yes: bool

    @property
    def as_json(self) -> bool:
        """Whether it is told to a program, which nobody can ask."""
        return click.get_current_context().meta.get(_JSON, False)

    def must_be_answerable(self) -> None:
        """Raises `NoTerminal` if somebody is to be asked, and nobody is there."""
        if not self.yes and not self.dry_run:
            must_be_able_to_ask(typed_again("--yes"), is_impossible=self.as_json)


@dataclass(frozen=True, slots=True)
class Step:
    """What is recorded in one stack."""

    stack: Stack
    ledger: Ledger
    amended: Amended


Decide = Callable[[Mapping[str, Ledger]], Sequence[Step]]
"""What is to be recorded, in this order, given the ledgers by the full names of their stacks."""


def AMENDING(command: F) -> F:  # noqa: N802 - a decorator that stands among constants
    """Adds `--dry-run`, `--yes` and `--json`; the last one is in `How`."""

    def note(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's form
        ctx.meta[_JSON] = value

    dry = click.option("--dry-run", is_flag=True, help="Show what would be recorded, and change nothing.")
    yes = click.option("--yes", is_flag=True, help="Do not ask.")
    json = click.option("--json", is_flag=True, help="For programs.", expose_value=False, callback=note)
    return dry(yes(json(command)))


def amend(ledgers: Ledgers, stacks: Sequence[Stack], decide: Decide, how: How, afterwards: str) -> ExitCode:
    """Show what would be recorded, ask, keep a backup, and record it. All locks are held meanwhile.

    `afterwards` is told at the end: what the change does not do.
    """
    for notice in ledgers.workspace.notices:
        err().say(f"note: {notice}")
    backups: Mapping[str, str] | None = None
    with ExitStack() as held:
        access = Access.READ if how.dry_run else Access.WRITE
        in_order = sorted(stacks, key=lambda stack: stack.full_name)
        opened = {stack.full_name: held.enter_context(ledgers.open(stack, access)) for stack in in_order}
        steps = decide(opened)
        _show(steps, how)
        is_something = not all(step.amended.is_empty for step in steps)
        if is_something and not how.dry_run:
            if not how.yes and not agreed("Record this? Nothing in the cloud changes.", "yes"):
                out().say("Nothing was changed.")
                return ExitCode.FAILED
            backups = _recorded(steps)
    if how.as_json:
        changes = [(step.stack.project, step.stack.name, step.amended) for step in steps]
        out().write(document(amendment_document(changes, backups)))
    elif backups is not None:
        kept = "".join(f"\n  {backup}" for backup in backups.values() if backup)
        out().say("\nRecorded." + (f" The state before is kept as{kept}" if kept else ""))
        out().say(afterwards)
    return ExitCode.DONE


def _show(steps: Sequence[Step], how: How) -> None:
    if how.as_json:
        return
    for step in steps:
        out().write(amended_text(step.stack.project, step.stack.name, step.amended))
    if all(step.amended.is_empty for step in steps):
        out().say("Nothing is to be changed.")


def _recorded(steps: Sequence[Step]) -> Mapping[str, str]:
    """Record it; where the states before are kept, by the full names of their stacks."""
    backups: dict[str, str] = {}
    for step in steps:  # of a stack that is written twice, the first backup is that of the state before
        message = summary_text(click.get_current_context().info_name or "", step.amended)
        backups.setdefault(step.stack.full_name, step.ledger.record(step.amended, message))
    return backups
