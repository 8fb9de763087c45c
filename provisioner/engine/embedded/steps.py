"""Decisions as people see them in a plan.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.planner import Decision, shown
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.diff import changes
from provisioner.plan.model import Op, Step


def step_of(decision: Decision, state: ResourceState, old: ResourceState | None, origin: str) -> Step:
    """The step that makes `state` of `old`, which counts only if its object exists."""
    existing = None if old is None or old.pending_replacement or decision.op is Op.CREATE else old
    before: Mapping[str, Any] = shown(existing.inputs) if existing else {}
    after = shown(state.inputs)
    differs = decision.op in (Op.UPDATE, Op.REPLACE)
    return Step(
        op=decision.op,
        urn=state.urn,
        type=state.type,
        name=urns.name_of(state.urn),
        parent=state.parent,
        custom=state.custom,
        id=existing.id if existing else "",
        old=before,
        new=after,
        changes=tuple(changes(before, after)) if differs else (),
        reasons=decision.reasons,
        delete_first=decision.delete_first,
        protect=state.protect,
        dependencies=state.dependencies,
        origin=origin,
    )


def deletion_of(state: ResourceState, origin: str) -> Step:
    """The step that deletes what is recorded here."""
    return Step(
        op=Op.DELETE,
        urn=state.urn,
        type=state.type,
        name=urns.name_of(state.urn),
        parent=state.parent,
        custom=state.custom,
        id=state.id,
        old=shown(state.inputs),
        protect=state.protect,
        dependencies=state.dependencies,
        origin=origin,
    )
