"""What has to be agreed to before anything is changed, and by whom."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from provisioner.cli.asking import agreed
from provisioner.engine.failures import LossNotApproved
from provisioner.engine.interface import STEADY, Pace
from provisioner.plan.model import Mode, Source
from provisioner.plan.risk import Loss, not_approved
from provisioner.plan.saved import SavedPlan
from provisioner.plan.scope import WHOLE, Scope
from provisioner.report.outcome import Commands
from provisioner.report.plan_view import PlanView

F = TypeVar("F", bound=Callable[..., Any])
_APPROVED: Final = "approve-loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a command that changes things was called for."""

    command: str
    """The command line as it was typed, to which more options can be added."""

    goes_on: bool = True
    """Whether the same command goes on where this one stopped; else an apply does."""

    mode: Mode
    source: Source = Source.STATE
    scope: Scope = WHOLE
    pace: Pace = STEADY
    saved: SavedPlan | None = None
    yes: bool = False
    unseen: bool = False
    """Whether it is carried out without a plan before."""

    as_json: bool = False
    following: Commands | None = None
    """What can be typed when it is done; None: what is usual for an environment."""

    approved_losses: tuple[str, ...] = ()


def APPROVING(command: F) -> F:  # noqa: N802 - a decorator that stands among constants
    """Adds how somebody agrees beforehand; `approved_losses` has what may be lost."""

    def note(ctx: click.Context, _option: click.Parameter, urns: tuple[str, ...]) -> None:
        ctx.meta[_APPROVED] = urns

    losses = click.option(
        "--approve-loss",
        multiple=True,
        metavar="URN|DIGEST",
        help="Agree to the loss of this data; a pattern works, too. Repeatable.",
        expose_value=False,
        callback=note,
    )
    yes = click.option("--yes", is_flag=True, help="Do not ask. Never agrees to the loss of data.")
    return yes(losses(command))


def approved_losses() -> tuple[str, ...]:
    """URNs, patterns and digests of what the command line gives up."""
    return click.get_current_context().meta.get(_APPROVED, ())


def must_be_approved(view: PlanView, intent: Intent) -> None:
    """Raises `LossNotApproved` if data would be lost that nobody gave up by name."""
    digest = view.digest if intent.mode is Mode.DESTROY else ""
    if lost := not_approved(view.losses, intent.approved_losses, digest):
        rows = tuple((loss.step.op.value, loss.step.urn, loss.what) for loss in lost)
        raise LossNotApproved(rows, intent.command, digest, _renames(view, lost))


def _renames(view: PlanView, lost: Sequence[Loss]) -> tuple[str, ...]:
    """What to type so that what has only got another name stays."""
    if not any(plan.renames for plan in view.plans):
        return ()
    from provisioner.report.renames_text import commands_by_urn  # noqa: PLC0415 - few plans have any

    stay = commands_by_urn(view.plans, view.asked)
    return tuple(dict.fromkeys(stay[loss.step.urn] for loss in lost if loss.step.urn in stay))


def approver(view: PlanView, intent: Intent, name: str) -> str | None:
    """Who agrees to the plan: the command line, or the person at the terminal; None: nobody.

    `name` is the environment's.
    """
    if intent.yes:
        return "--yes"
    if intent.mode is Mode.DESTROY:
        is_agreed = agreed(f"Destroy all of this in {name}?", name)
    elif view.losses:
        is_agreed = agreed(f"Do this in {name}, and lose the data listed above?", name)
    else:
        is_agreed = agreed(f"Do this in {name}?", "yes")
    return getpass.getuser() if is_agreed else None
