"""In which order recorded resources may be deleted: dependents first, independent ones side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.state import Key, ResourceState


def references(state: ResourceState) -> set[str]:
    """The URNs a record cannot do without, its provider aside: parent, dependencies, what it goes with."""
    found = {state.parent, state.deleted_with, *state.dependencies}
    for needs in state.property_dependencies.values():
        found.update(needs)
    return found - {""}


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
            for needed in references(state) - {key.urn}:
                self._keep(by_urn.get(needed, ()), key)
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

    def _keep(self, needed: Iterable[Key], user: Key) -> None:
        for key in needed:
            self._blockers[key].add(user)
            self._blocks[user].append(key)

    def _free(self, keys: Iterable[Key]) -> tuple[ResourceState, ...]:
        return tuple(self._states[key] for key in keys if not self._blockers[key])

    def _break_circles(self) -> None:
        """An object that was replaced may once have needed what needs its successor now.

        A record names what it needs by URN, not by id, so a need counts for every object that went by it.
        Where that leads around in a circle, the live record means the live object.
        """
        for key in self._in_circles():
            if not self._states[key].delete:
                replaced = [other for other in self._blocks[key] if self._states[other].delete]
                for other in replaced:
                    self._blocks[key].remove(other)
                    self._blockers[other].discard(key)

    def _in_circles(self) -> tuple[Key, ...]:
        """What would never become free."""
        left = {key: len(blockers) for key, blockers in self._blockers.items()}
        free = [key for key, count in left.items() if not count]
        while free:
            for other in self._blocks[free.pop()]:
                left[other] -= 1
                if not left[other]:
                    free.append(other)
        return tuple(key for key, count in left.items() if count)
