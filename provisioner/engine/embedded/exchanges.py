"""Registrations that must wait because an object is being exchanged for a new one, or changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from provisioner.engine.embedded.goals import Goal

Go = Callable[[], None]


class Exchanges:
    """Says when a registration may go on.

    Old records are written again when their objects are gone or on their way out. Until then nothing they
    refer to may get a new name, and no new object may take the place of one that is just being deleted.
    """

    def __init__(self) -> None:
        self._under_way = 0
        self._clearing: set[str] = set()
        self._renamings: deque[Go] = deque()
        self._successors: dict[str, Go] = {}

    def admit(self, goal: Goal, go: Go) -> None:
        """Call `go` now, or when nothing stands in its way any more."""
        if goal.renamed_from is not None and self._under_way:
            self._renamings.append(go)
        elif goal.old is not None and goal.old.urn in self._clearing:
            self._successors[goal.old.urn] = go
        else:
            go()

    def began(self, cleared: Collection[str]) -> None:
        """An exchange has begun, for which the objects with these URNs are deleted first."""
        self._under_way += 1
        self._clearing.update(cleared)

    def ended(self, cleared: Collection[str]) -> None:
        """It has succeeded."""
        self._under_way -= 1
        self._clearing.difference_update(cleared)
        for urn in cleared:
            if (go := self._successors.pop(urn, None)) is not None:
                go()
        while self._renamings and not self._under_way:
            self._renamings.popleft()()

    def stop(self) -> None:
        """Nobody goes on any more."""
        self._renamings.clear()
        self._successors.clear()


class Patience:
    """Replacements that cannot begin before others are done with the old object."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[frozenset[str], Go]] = {}

    def has(self, urn: str, awaited: frozenset[str], go: Go) -> bool:
        """Whether this one waits: not if nobody is awaited, nor if who is awaited waits for it in turn."""
        if not awaited or self._leads_to(urn, awaited):
            return False
        self._waiting[urn] = awaited, go
        return True

    def late(self, registered: Collection[str]) -> tuple[str, ...]:
        """Who is waited for and has not even been asked for yet, sorted."""
        awaited = {each for urns, _ in self._waiting.values() for each in urns}
        return tuple(sorted(awaited.difference(registered)))

    def try_again(self) -> None:
        """Somebody is done: let everybody see who that leaves."""
        waiting, self._waiting = self._waiting, {}
        for _, go in waiting.values():
            go()

    def stop(self) -> None:
        """Nobody goes on any more."""
        self._waiting.clear()

    def _leads_to(self, urn: str, awaited: frozenset[str]) -> bool:
        seen: set[str] = set()
        ahead = list(awaited)
        while ahead:
            each = ahead.pop()
            if each == urn:
                return True
            if each not in seen and each in self._waiting:
                ahead += self._waiting[each][0]
            seen.add(each)
        return False
