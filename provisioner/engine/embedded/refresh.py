"""Compares the records with the cloud. Never runs a program, never changes anything in the cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.executor import PARALLEL
from provisioner.engine.embedded.planner import remarked, sealed_outputs, shown
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Edit, Put, ResourceState
from provisioner.engine.failures import CloudNotRead
from provisioner.plan.diff import Change, Diff, changes
from provisioner.plan.model import Drift, DriftKind
from provisioner.plan.values import revealed
from provisioner.providers.interface import Identity, Object, Provider, Refused


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the cloud says: how the records are to be changed, and what people should know of it."""

    edits: tuple[Edit, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Records of one type under one provider: they are read together."""

    type: str
    provider: Provider
    records: tuple[ResourceState, ...]


def refresh(snapshot: Snapshot, providers: ConfiguredProviders) -> Refreshed:
    """Read every managed object, as many types at once as there are threads. Raises `CloudNotRead`."""
    groups = _groups(snapshot, providers)
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="refresh") as pool:
        read = list(pool.map(_read, groups))
    edits: list[Edit] = []
    drift: list[Drift] = []
    for group, found in zip(groups, read, strict=True):
        for record in group.records:
            state, change = _compared(record, found.get(record.id), group.provider)
            if state != record:
                edits.append(Put(state))
            drift += [change] if change else []
    return Refreshed(tuple(edits), tuple(sorted(drift, key=lambda each: each.urn)))


def _groups(snapshot: Snapshot, providers: ConfiguredProviders) -> list[_Group]:
    by_type: dict[tuple[str, str], list[ResourceState]] = {}
    for state in snapshot.records():
        if _is_managed(state):
            by_type.setdefault((state.type, state.provider), []).append(state)
    return [
        _Group(token, providers.for_resource(records[0].urn, token, reference), tuple(records))
        for (token, reference), records in sorted(by_type.items())
    ]


def _is_managed(state: ResourceState) -> bool:
    if not state.custom or urns.is_provider(state.type):
        return False
    return not (state.external or state.pending_replacement or state.delete)


def _read(group: _Group) -> dict[str, Object | None]:
    identities = [
        Identity(record.id, revealed(dict(record.inputs)), revealed(dict(record.outputs)))
        for record in group.records
    ]
    try:
        return dict(group.provider.read_all(group.type, identities))
    except Refused as refused:
        raise CloudNotRead(group.type, refused.reason, refused.code) from refused


def _compared(
    record: ResourceState, found: Object | None, provider: Provider
) -> tuple[ResourceState, Drift | None]:
    if found is None:
        # The record stays until the next plan has said whether the object is still wanted.
        gone = replace(record, pending_replacement=True)
        return gone, Drift(DriftKind.GONE, record.urn, record.type)
    outputs = remarked(found.outputs, record.outputs)
    outputs = sealed_outputs(outputs, record.inputs, record.additional_secret_outputs)
    diff = provider.diff(record.type, found, revealed(dict(record.inputs)))
    if not diff:
        return replace(record, outputs=outputs), None
    inputs = remarked(found.inputs, record.inputs)
    changed = Drift(DriftKind.CHANGED, record.urn, record.type, _changes(record, inputs, diff))
    return replace(record, inputs=inputs, outputs=outputs), changed


def _changes(record: ResourceState, inputs: dict[str, object], diff: Diff) -> tuple[Change, ...]:
    names = set(diff.replaces) | set(diff.updates)
    before = {name: value for name, value in shown(record.inputs).items() if name in names}
    after = {name: value for name, value in shown(inputs).items() if name in names}
    return tuple(changes(before, after))
