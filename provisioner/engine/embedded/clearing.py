"""Makes room for a new object that cannot exist beside the old one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.replacement import dependents_to_replace, with_unknown
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Edit, Key, Put, ResourceState
from provisioner.engine.embedded.steps import deletion_of
from provisioner.engine.embedded.work import Call, Part, drop
from provisioner.plan.diff import Diff
from provisioner.plan.model import Step
from provisioner.plan.values import Properties, revealed
from provisioner.providers.interface import Provider


@dataclass(frozen=True, slots=True)
class Clearing:
    """What has to be deleted before a new object can be made, in this order, and what else it says."""

    parts: tuple[Part, ...] = ()
    urns: tuple[str, ...] = ()
    """Of the live objects among them."""

    overdue: tuple[Step, ...] = ()
    """Deletions that were due in this run anyway."""


class Clearance:
    """Decides what goes, and remembers it until the program asks for it again."""

    def __init__(self, scene: Scene, progress: Progress) -> None:
        self._scene = scene
        self._progress = progress
        self._doomed: dict[str, ResourceState] = {}
        self._cleared_for: dict[Key, str] = {}
        """For which resource each waiting object is deleted early."""

        self._leftovers: dict[str, list[ResourceState]] = {}
        """Objects that an earlier run replaced and did not come to delete, by URN."""

        for record in scene.base.condemned():
            if not record.retain_on_delete:
                self._leftovers.setdefault(record.urn, []).append(record)

    def doomed(self, urn: str) -> ResourceState | None:
        """The record, under this URN, of an object that is deleted because it cannot outlive another."""
        return self._doomed.get(urn)

    def is_needed(self, provider: Provider, names: Iterable[str], type: str, inputs: Properties) -> bool:
        """Whether a new object cannot exist beside what an earlier run has left of the same resource."""
        return any(
            provider.diff(type, as_object(record, provider), inputs).delete_before_replace
            for name in names
            for record in self._leftovers.get(name, ())
        )

    def awaited(self, names: Collection[str], unfinished: Collection[str]) -> frozenset[str]:
        """Whom to wait for, by URN, before the old object can go.

        What cannot outlive it, and is just being changed not to need it; who is just having something deleted
        that cannot outlive it; what the approved plan keeps, and the program has not asked for yet. Raises
        `PlanHasChanged` if something cannot outlive it, and the plan says nothing of that.
        """
        late = self._late(names)
        if late or all(urn in names for urn in unfinished):
            return late
        found = self._dependents(names, lambda _: True)
        busy = {self._cleared_for.get(each.key, "") if each.delete else each.urn for each in found}
        return frozenset(urn for urn in busy if urn in unfinished and urn not in names)

    def of(self, urn: str, old: ResourceState | None, names: Collection[str]) -> Clearing:
        """What cannot outlive the old objects, and they. `names` are the URNs records may call them by.

        The place is for the resource with this URN.
        """
        found = self._dependents(names, self._is_still_there)
        live = tuple(record for record in found if not record.delete)
        self._doomed.update({record.urn: record for record in live})
        for record in live:
            if old is not None:
                self._scene.reach.must_cover(record, old.urn)
            if record.protect:
                self._progress.protects(record.urn)
        self._scene.census.evicted.update(record.urn for record in live)
        self._cleared_for.update((record.key, urn) for record in found if record.delete)
        going = (*found, old) if old else found
        return Clearing(self._parts(going, names), tuple(record.urn for record in live), self._overdue(found))

    def _late(self, names: Collection[str]) -> frozenset[str]:
        """What depends on it and was asked for before it in the plan, when calls took no time."""
        if self._progress.is_preview:
            return frozenset()
        found = self._dependents(names, self._is_still_there)
        return frozenset(self._progress.keeper(record) for record in found if not record.delete) - {""}

    def _dependents(
        self, names: Collection[str], is_candidate: Callable[[ResourceState], bool]
    ) -> tuple[ResourceState, ...]:
        base = self._scene.base
        if not any(base.is_referred_to(name) or name in self._leftovers for name in names):
            return ()  # so that many objects nobody depends on do not look at all records each
        return dependents_to_replace(names, filter(is_candidate, base.records()), self._what_if)

    def _is_still_there(self, record: ResourceState) -> bool:
        """Whether it was neither deleted nor asked for in this run; who was asked for looks after itself."""
        census = self._scene.census
        if record.delete:
            return record.key not in census.cleared
        return not (census.is_claimed(record.urn) or record.urn in census.registered)

    def _overdue(self, found: tuple[ResourceState, ...]) -> tuple[Step, ...]:
        """Objects that wait for their deletion anyway; it is a step of its own if an earlier run left it."""
        census = self._scene.census
        waited = [record for record in found if record.delete and not record.retain_on_delete]
        census.cleared.update(record.key for record in waited)
        steps = [
            deletion_of(record, self._scene.origin_of(record))
            for record in waited
            if record.key not in census.replaced
        ]
        for step in steps:
            self._progress.decided(step)
        return tuple(steps)

    def _parts(self, going: tuple[ResourceState, ...], names: Collection[str]) -> tuple[Part, ...]:
        """The deletions, and then what is recorded of those that went with another (`deletedWith`)."""
        holders = {*names, *(record.urn for record in going)}
        objects = [record for record in going if not record.retain_on_delete]
        called = [self._part(Call.DELETE, each) for each in objects if each.deleted_with not in holders]
        return (*called, *(self._part(Call.RECORD, each) for each in objects if each.deleted_with in holders))

    def _part(self, call: Call, record: ResourceState) -> Part:
        provider = self._scene.providers.for_resource(record.urn, record.type, record.provider)
        return Part(call, provider, record, record, drop if record.delete else _keep_place, "old")

    def _what_if(self, record: ResourceState, names: tuple[str, ...]) -> Diff:
        provider = self._scene.providers.for_resource(record.urn, record.type, record.provider)
        inputs = with_unknown(revealed(dict(record.inputs)), names)
        return provider.diff(record.type, as_object(record, provider), inputs)


def _keep_place(state: ResourceState) -> tuple[Edit, ...]:
    return (Put(replace(state, pending_replacement=True)),)
