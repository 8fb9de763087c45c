"""Decisions as people see them in a plan.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.engine.embedded import paths
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.planner import Decision, shown
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.diff import Change, changes
from provisioner.plan.model import Op, Step


def step_of(decision: Decision, state: ResourceState, old: ResourceState | None, origin: str) -> Step:
    """The step that makes `state` of `old`, which counts only if its object exists."""
    existing = None if old is None or old.pending_replacement or decision.op is Op.CREATE else old
    before: Mapping[str, Any] = shown(existing.inputs) if existing else {}
    after = shown(state.inputs)
    hidden = [paths.parsed(path) for path in state.hide_diffs]
    differs = decision.op in (Op.UPDATE, Op.REPLACE) or (decision.op is Op.IMPORT and decision.reasons)
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
        changes=tuple(each for each in changes(before, after) if not _is_in(each, hidden)) if differs else (),
        reasons=decision.reasons,
        delete_first=decision.delete_first,
        protect=state.protect,
        dependencies=state.dependencies,
        provider=urns.provider_urn(state.provider) if state.provider else "",
        property_dependencies=state.property_dependencies,
        ignore_changes=state.ignore_changes,
        origin=origin,
    )


def _is_in(change: Change, hidden: Sequence[paths.Path]) -> bool:
    """Whether a change is one that the program does not want to see (`hide_diffs`)."""
    return bool(hidden) and any(paths.leads_to(each, paths.parsed(change.path)) for each in hidden)


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
        provider=urns.provider_urn(state.provider) if state.provider else "",
        protect=state.protect,
        dependencies=state.dependencies,
        origin=origin,
    )
