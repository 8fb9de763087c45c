"""In which order recorded resources may be deleted: dependents first, independent ones side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.plan.values import any_leaf, revealed


def references(state: ResourceState) -> set[str]:
    """The URNs a record cannot do without, its provider aside: parent, dependencies, what it goes with."""
    found = {state.parent, state.deleted_with, *state.replace_with, *state.dependencies}
    for needs in state.property_dependencies.values():
        found.update(needs)
    return found - {""}


def mentions(user: ResourceState, needed: ResourceState) -> bool:
    """Whether the id of an object shows in the inputs of another."""

    def told(leaf: Any) -> bool:
        return isinstance(leaf, str) and needed.id in leaf

    return bool(needed.id) and any_leaf(revealed(dict(user.inputs)), told)


def _is_plain(user: ResourceState, needed: ResourceState) -> bool:
    """Whether nothing speaks against the need of this very object."""
    return user.delete or not needed.delete or mentions(user, needed)


def _is_nothing(_user: ResourceState, _needed: ResourceState) -> bool:
    return False


def without(user: ResourceState, urn: str) -> ResourceState:
    """The record, as if it had never needed the resource with this URN."""
    return replace(
        user,
        dependencies=tuple(each for each in user.dependencies if each != urn),
        property_dependencies={
            name: kept
            for name, needs in user.property_dependencies.items()
            if (kept := tuple(each for each in needs if each != urn))
        },
        deleted_with="" if user.deleted_with == urn else user.deleted_with,
        replace_with=tuple(each for each in user.replace_with if each != urn),
    )


class Demolition:
    """Hands out what may be deleted now. Linear in resources and references."""

    def __init__(self, condemned: Sequence[ResourceState]) -> None:
        self._states = {state.key: state for state in condemned}
        self._blockers: dict[Key, set[Key]] = {key: set() for key in self._states}
        self._blocks: dict[Key, list[Key]] = {key: [] for key in self._states}
        by_urn: dict[str, list[Key]] = {}
        for key in self._states:
            by_urn.setdefault(key.urn, []).append(key)
        for key, state in self._states.items():
            for needed in sorted(references(state) - {key.urn}):
                self._keep(by_urn.get(needed, ()), key)
        self._disregarded: dict[Key, list[Key]] = {}
        self._break_circles()
        providers = {urns.reference(state.urn, state.id): [key] for key, state in self._states.items()}
        for key, state in self._states.items():
            self._keep(providers.get(state.provider, ()), key)

    def first(self) -> tuple[ResourceState, ...]:
        """What nothing else in the set depends on."""
        return self._free(self._states)

    def deleted(self, key: Key) -> tuple[ResourceState, ...]:
        """What became free because this one is gone."""
        for other in self._blocks[key]:
            self._blockers[other].discard(key)
        return self._free(self._blocks[key])

    def disregarded(self, key: Key) -> tuple[Key, ...]:
        """Whose need of this one does not count, nor of any other object that went by its name."""
        return tuple(
            user
            for user in self._disregarded.get(key, ())
            if all(other.urn != key.urn for other in self._blocks[user])
        )

    def _keep(self, needed: Iterable[Key], user: Key) -> None:
        for key in needed:
            if user not in self._blockers[key]:
                self._blockers[key].add(user)
                self._blocks[user].append(key)

    def _free(self, keys: Iterable[Key]) -> tuple[ResourceState, ...]:
        return tuple(self._states[key] for key in keys if not self._blockers[key])

    def _break_circles(self) -> None:
        """An object that was replaced may once have needed what needs its successor now.

        A record names what it needs by URN, not by id, so a need counts for every object that went by it.
        Where that leads around in a circle, a live record means the live object, unless an id in its inputs
        says otherwise; then only what shows in the inputs counts; and if even that contradicts itself, the
        cloud has to say what is in use.
        """
        for is_kept in (_is_plain, mentions, _is_nothing):
            circles = self._in_circles()
            for key in circles:
                for other in [each for each in self._blocks[key] if each in circles]:
                    user, needed = self._states[key], self._states[other]
                    if needed.id and not is_kept(user, needed):
                        self._let_go(user, needed)

    def _let_go(self, user: ResourceState, needed: ResourceState) -> None:
        self._blocks[user.key].remove(needed.key)
        self._blockers[needed.key].discard(user.key)
        self._disregarded.setdefault(needed.key, []).append(user.key)

    def _in_circles(self) -> dict[Key, int]:
        """What would never become free, without what only comes after it."""
        return _never_free(_never_free(dict.fromkeys(self._states, 0), self._blocks), self._blockers)


def _never_free(keys: Mapping[Key, int], frees: Mapping[Key, Iterable[Key]]) -> dict[Key, int]:
    """Those of the keys that are left when all that can be taken away one after the other is gone."""
    left = dict.fromkeys(keys, 0)
    for key in keys:
        for other in frees[key]:
            if other in left:
                left[other] += 1
    free = [key for key, count in left.items() if not count]
    while free:
        key = free.pop()
        del left[key]
        for other in frees[key]:
            if other in left:
                left[other] -= 1
                if not left[other]:
                    free.append(other)
    return left


def in_order(condemned: Sequence[ResourceState]) -> tuple[ResourceState, ...]:
    """The records in an order in which they can be deleted one after the other."""
    demolition = Demolition(condemned)
    ordered = list(demolition.first())
    for state in ordered:
        ordered += demolition.deleted(state.key)
    return tuple(ordered)
