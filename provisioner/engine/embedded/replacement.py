"""Who else must be deleted before an object that is deleted before its successor exists. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.deletion import in_order, mentions, references
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN

WhatIf = Callable[[ResourceState, tuple[str, ...]], Diff]
"""What would it mean for a recorded resource if these inputs became unknown?"""


def dependents_to_replace(
    doomed: Collection[str], records: Iterable[ResourceState], what_if: WhatIf
) -> tuple[ResourceState, ...]:
    """The recorded resources that cannot outlive those with these URNs, in the order in which to delete them.

    A resource is one of them if some of its properties come from a doomed one, and a new value of these
    properties would need a new object; or if the program says that it goes with a doomed one. What is to be
    deleted anyway is one of them if some of its properties come from a doomed one, or if it is what a doomed
    one once was.
    """
    users = _users(records)
    cascade = _Cascade(doomed, what_if)
    found: dict[Key, ResourceState] = {}
    going = deque(sorted(doomed))
    while going:
        for record in users.get(going.popleft(), ()):
            if record.key not in found and cascade.takes(record):
                found[record.key] = record
                going.append(record.urn)
    return in_order(list(found.values()))


def _users(records: Iterable[ResourceState]) -> dict[str, list[ResourceState]]:
    """Who refers to each URN; what waits for its deletion also refers to what goes by its own name."""
    users: dict[str, list[ResourceState]] = {}
    for record in records:
        if _is_object(record):
            for urn in references(record) | ({record.urn} if record.delete else set[str]()):
                users.setdefault(urn, []).append(record)
    return users


class _Cascade:
    """What goes so far."""

    def __init__(self, doomed: Collection[str], what_if: WhatIf) -> None:
        self._gone = set(doomed)
        self._waiting: dict[str, list[ResourceState]] = {}
        self._what_if = what_if

    def takes(self, record: ResourceState) -> bool:
        """Whether it goes as well."""
        touched = tuple(
            name
            for name, needs in record.property_dependencies.items()
            if any(self._is_going(need, record) for need in needs)
        )
        if record.delete:
            return self._takes_waiting(record, touched)
        if record.urn in self._gone or not (self._goes_with(record) or self._is_remade(record, touched)):
            return False
        self._gone.add(record.urn)
        return True

    def _goes_with(self, record: ResourceState) -> bool:
        """Whether the program says so."""
        return record.deleted_with in self._gone or not self._gone.isdisjoint(record.replace_with)

    def _is_remade(self, record: ResourceState, touched: tuple[str, ...]) -> bool:
        return bool(touched) and bool(self._what_if(record, touched).replaces)

    def _takes_waiting(self, record: ResourceState, touched: tuple[str, ...]) -> bool:
        if record.urn not in self._gone and not touched:
            return False
        self._waiting.setdefault(record.urn, []).append(record)
        return True

    def _is_going(self, need: str, user: ResourceState) -> bool:
        """Of what goes by one name, the old object may go and the new one stay."""
        return need in self._gone or any(mentions(user, old) for old in self._waiting.get(need, ()))


def _is_object(record: ResourceState) -> bool:
    if not record.custom or urns.is_provider(record.type):
        return False
    return not (record.pending_replacement or record.external)


def with_unknown(inputs: dict[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """The inputs, as if the named ones were not known yet."""
    return {**inputs, **dict.fromkeys(names, UNKNOWN)}
