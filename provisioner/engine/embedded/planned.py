"""What a rehearsal comes to: the plan of one stack."""

from __future__ import annotations

from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.rehearsal import Rehearsal
from provisioner.plan.model import Op, Step


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """Deletions last, dependents first; otherwise by URN, since the order of registration varies."""
    kept = sorted((step for step in steps if step.op is not Op.DELETE), key=lambda step: step.urn)
    return (*kept, *(step for step in steps if step.op is Op.DELETE))


def only_recorded(rehearsal: Rehearsal, progress: Progress) -> tuple[str, ...]:
    """URNs of which only the record would change."""
    changed = {step.urn for step in progress.steps if step.op.changes_something}
    return tuple(sorted(rehearsal.noted - changed))
