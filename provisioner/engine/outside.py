"""What was done to the cloud by others than us, as an engine finds it."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.plan.model import Drift, Unfinished


@dataclass(frozen=True, slots=True)
class Outside:
    """One object that was changed or deleted behind our back, and what it belongs to."""

    drift: Drift
    component: str = ""
    """The URN of the nearest component it is in; empty: it is in none."""

    setting: str = ""
    """Of the environment file, that this component was made from; may be empty."""

    followers: tuple[str, ...] = ()
    """URNs of what takes a value from it and follows when it is made anew; empty if it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How the cloud differs from what is recorded of one stack."""

    layer: str
    region: str
    stack: str
    outside: tuple[Outside, ...] = ()
    newer: tuple[Drift, ...] = ()
    """What is otherwise and nobody's doing: values that the cloud decides, and properties that the program
    leaves to others (`ignoreChanges`)."""

    unfinished: tuple[Unfinished, ...] = ()
    """What an earlier run began and never reported."""

    halves: tuple[Unfinished, ...] = ()
    """Replacements of which an earlier run did the first half: nothing to record, the next apply goes on."""

    @property
    def is_as_recorded(self) -> bool:
        """Whether there is nothing to record."""
        return not (self.outside or self.newer or self.unfinished)

    is_empty: bool = False
    """Nothing is recorded, so nothing was looked at."""

    @property
    def left(self) -> tuple[Unfinished, ...]:
        """Everything that an earlier run of ours did not bring to its end."""
        return (*self.unfinished, *self.halves)

    @property
    def urns(self) -> frozenset[str]:
        """Everything of which something else could be recorded."""
        return frozenset((*(each.drift.urn for each in self.outside), *(each.urn for each in self.newer)))
