"""What a run may touch: its scope, and what can no longer be done because something before it was not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.deletion import references
from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.engine.plan_failures import OutsideScope
from provisioner.plan.scope import Scope, around

_NEEDS = "depends on"
_NEEDED = "is needed by"


class Reach:
    """Who is left out of a run, and who was not done in it. Only the deciding thread touches it."""

    def __init__(self, scope: Scope, census: Census, base: Snapshot) -> None:
        self.scope = scope
        self._census = census
        self._base = base
        self._within: set[str] = set()
        """URNs of targets and, if asked for, of what depends on them."""

        self._left_out: dict[str, None] = {}
        self._absent: set[str] = set()
        """URNs of resources that are not made, since they are outside the scope."""

        self._undone: set[str] = set()
        """URNs of resources that were refused, or depend on one that was."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """URNs of resources outside the scope, sorted."""
        return tuple(sorted(self._left_out))

    @property
    def is_short(self) -> bool:
        """Whether something the program asks for is not there."""
        return bool(self._absent or self._undone)

    def covers(self, state: ResourceState) -> bool:
        """Whether a resource may change. What is no object of its own always may: nothing happens to it."""
        if self.scope.is_whole or not is_object(state):
            return True
        needs = references(state) & self._within if self.scope.target_dependents else ()
        if not self.scope.covers(state.urn, around(state.urn, self._parent), needs):
            return False
        self._within.add(state.urn)
        return True

    def leave_out(self, state: ResourceState, old: ResourceState | None) -> bool:
        """Note that a resource is outside the scope; whether its object exists."""
        self._left_out[state.urn] = None
        if old is None or old.pending_replacement or old.external:
            self._absent.add(state.urn)
            return False
        return True

    def is_missing(self, urn: str) -> bool:
        """Whether a resource of the program has no object in this run, or not the one it asks for."""
        return urn in self._absent or urn in self._undone

    def miss(self, urn: str) -> None:
        """A resource was refused: what depends on it cannot be done."""
        self._undone.add(urn)

    def is_blocked(self, state: ResourceState) -> bool:
        """Whether it needs what is not there. Raises `OutsideScope` if the scope is the reason for it."""
        needs = references(state) | ({urns.provider_urn(state.provider)} if state.provider else set[str]())
        absent = sorted(needs & self._absent)
        if absent and is_object(state):
            raise OutsideScope(state.urn, absent[0], _NEEDS)
        if absent or needs & self._undone:
            (self._absent if absent else self._undone).add(state.urn)
            return True
        return False

    def must_cover(self, record: ResourceState, for_the_sake_of: str) -> None:
        """Raises `OutsideScope` if a record that has to go is not covered."""
        if not self.covers(record):
            raise OutsideScope(for_the_sake_of, record.urn, _NEEDED)

    def spared(self, condemned: Collection[ResourceState]) -> tuple[ResourceState, ...]:
        """What is deleted after all, in the same order.

        Not what is outside the scope, nor what resources need that were not done, nor the components and
        providers of either. After a refusal only the old halves of replacements go: a program that did not
        learn everything may not have asked for everything.
        """
        order = [record for record in condemned if not self._undone or self._is_due(record)]
        # Dependencies first, as a program would register them.
        covered = {record.key for record in reversed(order) if self.covers(record)}
        outside = [record for record in order if record.key not in covered]
        self._left_out.update(dict.fromkeys(record.urn for record in outside))
        staying = [record for record in condemned if record.key not in covered]
        staying += [live for urn in (*self._left_out, *self._undone) if (live := self._base.live(urn))]
        free = _free([record for record in order if record.key in covered], staying)
        if not self._undone:
            self._must_not_be_held(covered - {record.key for record in free}, order, staying)
        return free

    def check(self, deleted: Collection[str], replaced: Collection[str]) -> None:
        """Raises `OutsideScope` if what is left out needs an object that goes; both are URNs."""
        if self.scope.is_whole:
            return
        for urn in set(self._left_out) - self._absent:
            record = self._census.registered.get(urn)
            if record is None:
                continue
            if gone := sorted(({*_firmly(record)} & {*deleted}) | ({*_loosely(record)} & {*replaced})):
                raise OutsideScope(gone[0], urn, _NEEDED)

    def _is_due(self, record: ResourceState) -> bool:
        return record.delete and record.urn not in self._undone

    def _must_not_be_held(
        self, held: Collection[Key], order: Iterable[ResourceState], staying: Iterable[ResourceState]
    ) -> None:
        """Who names an object means it: that it stays because of others is told."""
        for record in order:
            if record.key in held and is_object(record) and not record.delete:
                users = (other.urn for other in staying if record.urn in _firmly(other))
                raise OutsideScope(record.urn, next(users, ""), _NEEDED)

    def _parent(self, urn: str) -> str:
        """Of a resource of the program, or of what is recorded and no longer asked for."""
        found = self._census.registered.get(urn) or self._base.live(urn)
        return found.parent if found else ""


def is_object(state: ResourceState) -> bool:
    """Whether something in the cloud stands behind a record."""
    return state.custom and not state.type.startswith("pulumi:")


def _free(going: list[ResourceState], staying: list[ResourceState]) -> tuple[ResourceState, ...]:
    """Those of `going` that nothing which stays needs; who is needed stays, and needs others in turn."""
    while staying:
        firmly = {need for record in staying for need in _firmly(record)}
        loosely = {need for record in staying for need in _loosely(record)}
        # A record that waits for deletion has a successor, which stands for it where only the name counts.
        held = [
            record
            for record in going
            if {record.urn, urns.reference(record.urn, record.id)} & (loosely if record.delete else firmly)
        ]
        keys = {record.key for record in held}
        going = [record for record in going if record.key not in keys]
        staying = held
    return tuple(going)


def _firmly(record: ResourceState) -> Iterator[str]:
    """What the record cannot stand without: URNs, and its provider with its id."""
    yield from references(record)
    yield from _provider(record)


def _loosely(record: ResourceState) -> Iterator[str]:
    """What some property comes from."""
    for needs in record.property_dependencies.values():
        yield from needs
    yield from _provider(record)


def _provider(record: ResourceState) -> Iterator[str]:
    if record.provider:
        yield record.provider
