"""A stack's plan on its way into a file, and back: sealed as the stack's state is."""

from __future__ import annotations

from typing import Final

from provisioner.engine.embedded.secrets import BrokenSeal, Sealer
from provisioner.engine.interface import Stack
from provisioner.engine.plan_failures import PlanFileDamaged
from provisioner.plan.model import StackPlan
from provisioner.plan.portable import closed, opening, plan_json
from provisioner.plan.saved import Mark, SavedStack
from provisioner.plan.values import has_secret

_CANARY: Final = "canary"


def must_be_sealable(plan: StackPlan, sealer: Sealer) -> None:
    """Raises what the sealer raises, if an apply would record secrets, as far as the plan knows them."""
    outputs = {} if dict(plan.outputs) == dict(plan.old_outputs) else dict(plan.outputs)
    if any(map(has_secret, (outputs, *(dict(step.new) for step in plan.changed)))):
        sealer.seal(_CANARY)


def kept(stack: Stack, plan: StackPlan, sealer: Sealer, seed: bytes, mark: Mark) -> SavedStack:
    """The plan with its secrets sealed. Raises what the sealer raises, if there are any."""
    raw = plan_json(plan, sealer.seal)
    # After the plan, since its first secret may bring about how they are sealed.
    return SavedStack(full_name=stack.full_name, mark=mark, seed=seed, secrets=sealer.state(), raw=raw)


def reopened(saved: SavedStack, sealer: Sealer) -> StackPlan:
    """The plan as it was made, its secrets opened. Raises `PlanFileDamaged` and what the sealer raises."""
    if saved.secrets is None:
        return saved.plan(closed)
    try:
        return saved.plan(opening(sealer.open))
    except BrokenSeal as broken:
        raise PlanFileDamaged("", str(broken)) from broken
