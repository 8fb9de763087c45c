"""What can go wrong with the keys of an environment."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class NoSuchKey(Failure):
    """No key is called so, or several are."""

    key: str
    count: int
    """How many are called so."""

    near: tuple[str, ...]
    """Names of keys that there are: of those that are meant, or of similar ones."""


@dataclass(frozen=True, slots=True)
class Losing:
    """A key that a plan deletes, alone or with its engine, and what would still need it."""

    key: str
    """Its URN, or that of the engine it lies in."""

    op: str
    """`delete` or `replace`; `move`: an engine that gets another path."""

    living: tuple[str, ...]
    """What stays a resource, by URN."""

    retained: tuple[str, ...]
    """What stays in the cloud without being a resource of anybody."""

    sealed: tuple[str, ...] = ()
    """The stacks whose states it seals, as `<layer> <stack>`."""


@dataclass(eq=False)
class KeyIsNeeded(Failure):
    """A plan deletes keys that something needs which the plan leaves."""

    keys: tuple[Losing, ...]
    command: str
    """The command line as it was typed."""

    notes: tuple[str, ...] = ()
    """What could not be asked."""

    migration: str = ""
    """What is typed so that another key seals the states."""
