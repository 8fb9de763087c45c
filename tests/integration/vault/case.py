"""The life of one object of a type, as data."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """The life of one object, below the prefix of a test."""

    type: type
    stand: Callable
    """Makes what the object stands on, without the engine; returns what its declaration needs of that."""

    declared: Callable
    """(prefix, what `stand` returned) -> the arguments."""

    path: str = ""
    """Where Vault answers for it, with `{prefix}` and `{id}`; nothing is asked where this is empty."""

    updated: dict = field(default_factory=dict)
    """Arguments that are changed in place; none where every change makes another object."""

    replaced: dict = field(default_factory=dict)
    """Arguments whose change makes another object."""

    id: str = ""
    """What it is imported by, with `{prefix}` and what `stand` returned; `no` where it cannot be.

    Empty: an id that Vault has made up.
    """

    @property
    def token(self):
        return self.type.pulumi_type

    @property
    def importable(self):
        return self.id != "no"
