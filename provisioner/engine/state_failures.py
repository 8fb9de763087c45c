"""What can go wrong with a state that lies elsewhere, and with its versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class NoSuchVersion(Failure):
    """The state has no version of that number."""

    number: int
    newest: int
    """0 if there is none."""


@dataclass(eq=False)
class SealedOtherwise(Failure):
    """A version was sealed with another key than the state is now, and not both are at hand."""

    stack: str
    version: int


@dataclass(eq=False)
class StateIsAway(Failure):
    """The place where the state lies does not answer, or refuses us."""

    address: str
    reason: str
    code: str = ""
    kept: Path | None = None
    """The journal on this machine that has what could not be written there; None: there is nothing."""


@dataclass(eq=False)
class StateIsTakenOver(Failure):
    """Somebody else took the stack over while this run was silent, so it writes nothing any more."""

    stack: str
    holder: str
    kept: Path | None = None
    """The journal on this machine that has what could not be written."""


@dataclass(eq=False)
class NoConditionalWrites(Failure):
    """The endpoint ignores the conditions of a write, so it cannot keep two writers apart."""

    address: str


@dataclass(eq=False)
class KeyRefused(Failure):
    """The cloud's key that the secrets are sealed with cannot be used, or is not the one that sealed them."""

    stack: str
    key: str
    """Its address."""

    reason: str
    code: str = ""


@dataclass(eq=False)
class NewKeyRefused(KeyRefused):
    """The same of a key that nothing is sealed with yet: it was to be the new one."""


@dataclass(eq=False)
class OperationsAreOpen(Failure):
    """Operations of the stack began and never ended, so its secrets do not get another key yet."""

    stack: str
    count: int


@dataclass(eq=False)
class NeitherPassphrase(Failure):
    """The secrets are sealed neither with the passphrase that is to go nor with the one that is to come."""

    stack: str


@dataclass(eq=False)
class SamePassphrase(Failure):
    """The new passphrase is the one that seals the secrets already."""

    stack: str


@dataclass(eq=False)
class OutOfReach(Failure):
    """What the environment stands on is this machine's, where pods of a cluster do not get."""

    setting: str
    """As it would be written: `cloud: local`."""
