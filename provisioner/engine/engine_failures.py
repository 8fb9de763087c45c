"""What can go wrong because there are two engines, and with the one that is not in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class EngineNotInstalled(Failure):
    """There is no `pulumi` on the PATH, nor where the SDK puts its own."""

    version: str
    """The one that goes with the SDK."""


@dataclass(eq=False)
class EngineUnusable(Failure):
    """The SDK does not work with the `pulumi` that is there."""

    file: str
    reason: str


@dataclass(eq=False)
class EngineNotFetched(Failure):
    """The SDK's installer could not fetch `pulumi`."""

    version: str
    reason: str


@dataclass(eq=False)
class ArchiveUnusable(Failure):
    """An archive holds no `pulumi` that can be used here; nothing was changed."""

    file: Path
    reason: str


@dataclass(eq=False)
class HeldByOther(Failure):
    """The other engine holds the stack: it wrote the state, and only a move gives it away."""

    stack: str
    """`<project>/<stack>`."""

    holder: str
    """`embedded` or `pulumi`."""

    asked: str
    """The engine that was to be used."""


@dataclass(eq=False)
class UnfinishedThere(Failure):
    """A stack is to go to the other engine, and an operation of this one is still open."""

    stack: str
    holder: str
    operations: tuple[str, ...]
    """`creating urn:…` for each."""


@dataclass(eq=False)
class NotWithThisEngine(Failure):
    """Something that the chosen engine does not do this way."""

    what: str
    """What was asked for, as a noun: `renaming in the state`."""

    engine: str
    command: str = ""
    """The command line of `pulumi` that does it; empty if there is none."""


@dataclass(eq=False)
class EngineFailed(Failure):
    """Pulumi's engine ended with an error that has no name of its own here."""

    stack: str
    reason: str
    """What it said, without colours."""
