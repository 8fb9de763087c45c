"""Answers a program while everything it has made is deleted: a destroy of records with hooks.

The hooks are the program's, so it has to run. It is told what is recorded, and nothing it asks for is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.wanted import Answer, Lookup, Reply, Reported, Wanted
from provisioner.plan.values import Properties

_NOTHING: Final[Properties] = {}
_OF_DELETIONS: Final = frozenset({"BeforeDelete", "AfterDelete", "OnError"})


def is_needed(base: Snapshot) -> bool:
    """Whether some record has hooks that a deletion runs."""
    return any(not _OF_DELETIONS.isdisjoint(record.hooks) for record in base.records())


class Recalling:
    """Stands where a registrar stands otherwise."""

    late: tuple[str, ...] = ()
    """Nobody waits for anything."""

    def __init__(self, scene: Scene) -> None:
        # A census of its own: what is registered with that of the run would be taken for wanted.
        self._census = Census(scene.stack, scene.project, scene.base)

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure` if it makes no sense."""
        goal = self._census.goal(wanted)
        self._census.registered[goal.state.urn] = goal.state
        if goal.old is None:
            reply(Answer(goal.state.urn, is_missing=True))
        else:
            reply(Answer(goal.state.urn, goal.old.id, goal.old.outputs if goal.old.custom else _NOTHING))

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed: as it was recorded."""
        self.register(lookup.as_wanted(), reply)

    def report(self, reported: Reported) -> None:
        """Nobody asks for outputs any more."""

    def close(self, needs: Mapping[str, Collection[str]]) -> None:
        """There are none to record."""

    def stop(self) -> None:
        """Nobody waits."""
