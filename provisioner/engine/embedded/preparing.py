"""The records that a run starts from, and what is found out before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provisioner.engine.embedded import refresh
from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.recovery import Settled, settle
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Put
from provisioner.engine.embedded.store import Stored
from provisioner.plan.model import DriftKind, Source
from provisioner.plan.scope import Scope, around
from provisioner.providers.interface import Package


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records a plan starts from: unfinished operations settled and, if asked for, the cloud read."""

    source: Source
    scope: Scope
    base: Snapshot
    recorded: Snapshot
    """The same before the cloud was read."""

    settled: tuple[Settled, ...]
    refreshed: refresh.Refreshed


def looked_up(stored: Stored, packages: Mapping[str, Package], scope: Scope) -> Prepared:
    """The same for a look at a part: only that is read. Raises `CloudNotRead` or `AmbiguousObject`."""
    return prepared(stored, packages, Source.CLOUD, scope, lambda urn: _covers(scope, stored.snapshot, urn))


def prepared(
    stored: Stored,
    packages: Mapping[str, Package],
    source: Source,
    scope: Scope,
    is_asked: Callable[[str], bool] = lambda _: True,
) -> Prepared:
    """Writes nothing. Raises `CloudNotRead` or `AmbiguousObject`."""
    recorded = stored.snapshot.copy()
    providers = ConfiguredProviders(packages, recorded.records())
    settled = settle(stored.pending, recorded, providers)
    if source is not Source.CLOUD:
        return Prepared(source, scope, recorded, recorded, settled, refresh.Refreshed())
    refreshed = _within(refresh.refresh(recorded, providers, is_asked), recorded, scope)
    base = recorded.copy()
    for edit in refreshed.edits:
        base.apply(edit)
    return Prepared(source, scope, base, recorded, settled, refreshed)


def _within(found: refresh.Refreshed, recorded: Snapshot, scope: Scope) -> refresh.Refreshed:
    """Without the edits that would record what was changed outside the scope.

    Nothing puts that back, and what is recorded as it is would be no drift any more. What is gone is marked
    wherever it is: nobody can stand on it. (Who depends on a target shows only while the program runs.)
    """
    if scope.is_whole or scope.target_dependents:
        return found

    left_out = {
        drift.urn
        for drift in found.drift
        if drift.kind is DriftKind.CHANGED and not _covers(scope, recorded, drift.urn)
    }
    kept = (edit for edit in found.edits if not (isinstance(edit, Put) and edit.state.urn in left_out))
    return replace(found, edits=tuple(kept))


def _covers(scope: Scope, recorded: Snapshot, urn: str) -> bool:
    """Whether the scope names the resource, or what it is in."""

    def parent(urn: str) -> str:
        record = recorded.live(urn)
        return record.parent if record else ""

    return scope.covers(urn, around(urn, parent), ())
