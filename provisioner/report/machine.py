"""What other programs read: plans, states and outputs as JSON. Each form has a `schema`, which counts up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from provisioner.engine.interface import Recorded
from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import Drift, StackPlan, Step
from provisioner.plan.portable import cause_json
from provisioner.plan.risk import worst
from provisioner.plan.saved import loss_digest
from provisioner.report.value_text import plain

PLAN_SCHEMA: Final = "provisioner/plan/1"
STATE_SCHEMA: Final = "provisioner/state/1"
EVENTS_SCHEMA: Final = "provisioner/events/1"
IMPORT_SCHEMA: Final = "provisioner/import/1"
OUTPUT_SCHEMA: Final = "provisioner/output/1"
LOCAL_SCHEMA: Final = "provisioner/local/1"
SETTINGS_SCHEMA: Final = "provisioner/settings/1"


def document(value: Mapping[str, Any]) -> str:
    """The text of a document; ends with a line break."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def plan_document(
    environment: str,
    plans: Sequence[StackPlan],
    notices: Sequence[str] = (),
    asked: str = "",
    policy: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The plans of all stacks: every step, also those that change nothing. Secrets are masked.

    `asked` is the environment as it is typed, if that is more than its name.
    """
    summary: Counter[str] = Counter()
    for plan in plans:
        summary.update(plan.summary)
    return {
        "schema": PLAN_SCHEMA,
        "environment": environment,
        "mode": plans[0].mode.value if plans else "update",
        "empty": all(plan.is_empty for plan in plans),
        "steps": [_step(plan, step) for plan in plans for step in plan.steps],
        "summary": dict(summary),
        "drift": [_drift(plan, drift) for plan in plans for drift in plan.drift],
        "unfinished": [
            {"op": found.op, "urn": found.urn, "type": found.type, "found": found.found}
            for plan in plans
            for found in plan.unfinished
        ],
        "notes": [*dict.fromkeys((*notices, *(note for plan in plans for note in plan.notes)))],
        "risk": worst([step.risk for plan in plans for step in plan.changed]).value,
        "left_out": [urn for plan in plans for urn in plan.left_out],
        "renames": _renames(plans, asked or environment),
        "digest": loss_digest(plans),
        "policy": policy,
    }


def import_document(
    environment: str, plans: Sequence[StackPlan], backups: Mapping[str, str] | None
) -> dict[str, Any]:
    """What an import records, each object as the step that the next plan has for it.

    `backups` is where the states before are kept, by stack; None: nothing was recorded.
    """
    return {
        "schema": IMPORT_SCHEMA,
        "recorded": backups is not None,
        "count": sum(len(plan.steps) for plan in plans),
        "plan": plan_document(environment, plans),
        "backups": dict(backups or {}),
    }


def state_document(resources: Sequence[Recorded]) -> dict[str, Any]:
    """What the state holds, dependencies first."""
    return {"schema": STATE_SCHEMA, "resources": [resource_row(one) for one in resources]}


def resource_row(one: Recorded) -> dict[str, Any]:
    """One resource without its properties."""
    return {
        "urn": one.urn,
        "type": one.type,
        "id": one.id,
        "parent": one.parent,
        "custom": one.custom,
        "protect": one.protect,
        "pending_deletion": one.pending_deletion,
    }


def resource_document(one: Recorded) -> dict[str, Any]:
    """One resource with its properties; secrets are masked."""
    return {
        "schema": STATE_SCHEMA,
        **resource_row(one),
        "inputs": plain(dict(one.inputs)),
        "outputs": plain(dict(one.outputs)),
    }


def _renames(plans: Sequence[StackPlan], asked: str) -> list[dict[str, Any]]:
    if not any(plan.renames for plan in plans):
        return []
    from provisioner.report.renames_text import renames_json  # noqa: PLC0415 - few plans have any

    return renames_json(plans, asked)


def _step(plan: StackPlan, step: Step) -> dict[str, Any]:
    return {
        "op": step.op.value,
        "urn": step.urn,
        "type": step.type,
        "name": step.name,
        "id": step.id,
        "parent": step.parent,
        "custom": step.custom,
        "layer": plan.layer,
        "region": plan.region,
        "reasons": list(step.reasons),
        "delete_first": step.delete_first,
        "changes": [*_changes(step.changes)],
        "origin": step.origin,
        "new": plain(dict(step.new)),
        "risk": step.risk.value,
        "causes": [cause_json(cause) for cause in step.causes],
    }


def _drift(plan: StackPlan, drift: Drift) -> dict[str, Any]:
    from provisioner.plan.drift_class import class_of  # noqa: PLC0415 - most plans have no drift

    return {
        "kind": drift.kind.value,
        "class": class_of(drift).value,
        "urn": drift.urn,
        "type": drift.type,
        "layer": plan.layer,
        "region": plan.region,
        "changes": [*_changes(drift.changes)],
    }


def _changes(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    """`old` and `new` are left out where there was or will be nothing."""
    for change in changes:
        row: dict[str, Any] = {"path": change.path}
        if change.old is not MISSING:
            row["old"] = plain(change.old)
        if change.new is not MISSING:
            row["new"] = plain(change.new)
        yield row
