"""Compares the records with the cloud. Never runs a program, never changes anything in the cloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from provisioner.engine.embedded import paths
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.executor import PARALLEL
from provisioner.engine.embedded.planner import shown
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Edit, Put, ResourceState
from provisioner.engine.failures import CloudNotRead
from provisioner.plan.concealment import remarked, sealed_outputs, texts_in, without
from provisioner.plan.diff import Change, Diff, changes
from provisioner.plan.model import Drift, DriftKind
from provisioner.providers.interface import About, Identity, Object, Provider, Refused, concerning, given


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the cloud says: how the records are to be changed, and what people should know of it."""

    edits: tuple[Edit, ...] = ()
    drift: tuple[Drift, ...] = ()
    renewed: frozenset[str] = frozenset()
    """URNs of those drifted resources that get a new object when they are put back."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """What the cloud says of one record."""

    state: ResourceState
    """The record as it would be now."""

    drift: Drift | None = None
    is_renewed: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """Records of one type under one provider: they are read together."""

    type: str
    provider: Provider
    records: tuple[ResourceState, ...]


def refresh(
    snapshot: Snapshot, providers: ConfiguredProviders, is_asked: Callable[[str], bool] = lambda _: True
) -> Refreshed:
    """Read managed objects, as many types at once as there are threads. Raises `CloudNotRead`.

    `is_asked` says of which URNs; the others are as recorded.
    """
    groups = _groups(snapshot, providers, is_asked)
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="refresh") as pool:
        read = list(pool.map(_read, groups))
    edits: list[Edit] = []
    drift: list[Drift] = []
    renewed: set[str] = set()
    for group, found in zip(groups, read, strict=True):
        for record in group.records:
            compared = _compared(record, found.get(record.id), group.provider)
            if compared.state != record:
                edits.append(Put(compared.state))
            drift += [compared.drift] if compared.drift else []
            renewed |= {record.urn} if compared.is_renewed else set()
    return Refreshed(tuple(edits), tuple(sorted(drift, key=lambda each: each.urn)), frozenset(renewed))


def _groups(
    snapshot: Snapshot, providers: ConfiguredProviders, is_asked: Callable[[str], bool]
) -> list[_Group]:
    by_type: dict[tuple[str, str], list[ResourceState]] = {}
    for state in snapshot.records():
        if _is_managed(state) and is_asked(state.urn):
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
        Identity(
            record.id,
            given(group.provider, record.inputs),
            given(group.provider, record.outputs),
            record.urn,
        )
        for record in group.records
    ]
    try:
        return dict(group.provider.read_all(group.type, identities))
    except Refused as refused:
        hidden = {
            text for each in group.records for text in (*texts_in(each.inputs), *texts_in(each.outputs))
        }
        raise CloudNotRead(group.type, without(refused.reason, hidden), refused.code) from refused


def _compared(record: ResourceState, found: Object | None, provider: Provider) -> _Compared:
    if found is None:
        return _Compared(record.lost(), Drift(DriftKind.GONE, record.urn, record.type), is_renewed=True)
    outputs = remarked(found.outputs, record.outputs)
    outputs = sealed_outputs(outputs, record.inputs, record.additional_secret_outputs)
    provider = concerning(provider, About(record.urn, ignore_changes=record.ignore_changes))
    diff = provider.diff(record.type, found, given(provider, record.inputs))
    if not diff:
        return _Compared(replace(record, outputs=outputs))
    inputs = remarked(found.inputs, record.inputs)
    state = replace(record, inputs=inputs, outputs=outputs)
    differs = _changes(record, inputs, diff)
    if differs and not (differs := _not_ignored(differs, record.ignore_changes)):
        return _Compared(state)
    changed = Drift(DriftKind.CHANGED, record.urn, record.type, differs)
    return _Compared(state, changed, is_renewed=bool(diff.replaces))


def _changes(record: ResourceState, inputs: dict[str, object], diff: Diff) -> tuple[Change, ...]:
    names = set(diff.replaces) | set(diff.updates)
    before = {name: value for name, value in shown(record.inputs).items() if name in names}
    after = {name: value for name, value in shown(inputs).items() if name in names}
    return tuple(changes(before, after))


def _not_ignored(differs: Sequence[Change], ignored: Sequence[str]) -> tuple[Change, ...]:
    """Without what the program leaves to others."""
    left = [paths.parsed(path) for path in ignored]

    def is_left(path: paths.Path) -> bool:
        return any(len(each) <= len(path) and paths.overlap(each, path) for each in left)

    return tuple(change for change in differs if not is_left(paths.parsed(change.path)))
