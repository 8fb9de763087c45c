"""A plan with everything that is shown of it, the same from a run and from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provisioner.plan.last_snapshots import all_losses
from provisioner.plan.model import Mode, Risk, StackPlan
from provisioner.plan.risk import Loss, moves_keys
from provisioner.plan.saved import SavedPlan, loss_digest, mode_of
from provisioner.report.naming import counted
from provisioner.report.plan_text import plan_text
from provisioner.report.style import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What people and programs see of a plan."""

    environment: str
    """As the person called it on the command line."""

    plans: tuple[StackPlan, ...]
    cloud: str = ""
    """`local` if it was to be tried in the cloud on a desk, and `environment` does not say so."""

    notices: tuple[str, ...] = ()
    is_disposable: bool = False
    """Whether nothing in it counts as data."""

    expires: datetime | None = None
    """If it was kept in a file."""

    policy: Mapping[str, Any] | None = None
    """What the rules said (`findings_document`); None: nobody asked them."""

    @property
    def asked(self) -> str:
        """The environment as it is typed in the next command."""
        return f"{self.environment} --cloud {self.cloud}" if self.cloud else self.environment

    @property
    def mode(self) -> Mode:
        """What the plan is for."""
        return mode_of(self.plans)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every step that destroys data."""
        return () if self.is_disposable else all_losses(self.plans)

    @property
    def may_lose_keys(self) -> bool:
        """Whether somebody has to look what still needs the keys that go; in most plans none does."""
        return not self.is_disposable and (bool(self.losses) or any(map(moves_keys, self.plans)))

    @property
    def digest(self) -> str:
        """What agrees to the loss of everything that a destroy removes."""
        return loss_digest(self.plans)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return all(plan.is_empty for plan in self.plans)

    @property
    def risks(self) -> dict[Risk, int]:
        """How many steps there are of each risk, the worst first; none of none."""
        counts = Counter(step.risk for plan in self.plans for step in plan.changed)
        return {risk: counts[risk] for risk in reversed(Risk) if counts[risk] and risk is not Risk.NONE}


def saved_view(saved: SavedPlan) -> PlanView:
    """What is shown of a plan file: needs no state, no cloud and no passphrase."""
    return PlanView(
        environment=saved.asked,
        cloud=saved.cloud,
        plans=tuple(stack.plan() for stack in saved.stacks),
        notices=saved.notices,
        is_disposable=saved.bound.is_disposable,
        expires=saved.expires,
        policy=saved.policy,
    )


def view_text(view: PlanView, style: Style) -> str:
    """The plan as people read it; ends with a line break."""
    text = plan_text(view.plans, style, view.losses)
    lines: list[str] = []
    if view.risks:
        counts = ", ".join(f"{count} {risk.value}" for risk, count in view.risks.items())
        lines.append(f"Risk: {counts}.")
    lines += _left_out(view.plans)
    if view.mode is Mode.DESTROY and view.losses:
        lines.append(f"To agree to all of this loss: --approve-loss {view.digest}")
    if view.expires is not None:
        lines.append(f"Holds until {view.expires:%Y-%m-%d %H:%M} UTC, if nothing changes before.")
    if any(plan.renames for plan in view.plans):
        from provisioner.report.renames_text import rename_lines  # noqa: PLC0415 - few plans have any

        lines += rename_lines(view.plans, view.asked)
    text += "".join(f"{line}\n" for line in lines)
    if view.policy and view.policy["findings"]:
        from provisioner.report.findings_text import findings_text  # noqa: PLC0415 - there may be none

        text += "\n" + findings_text(view.policy, style)
    return text


def _left_out(plans: Sequence[StackPlan]) -> list[str]:
    count = sum(len(plan.left_out) for plan in plans)
    return [f"Left out: {counted(count, 'resource')} outside of what was named."] if count else []
