"""What can go wrong with types that are acted on by a program of others: a plugin, or Helm."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.failures import Failure, NoProvider


@dataclass(eq=False)
class NoPlugin(NoProvider):
    """There is neither a driver of ours nor a plugin for a package."""

    version: str
    """The one that the program's SDK asks for; empty if it asks for none."""

    looked: tuple[str, ...]
    """Where a plugin was looked for, and what is there."""


@dataclass(eq=False)
class NoHelm(Failure):
    """Charts are to be changed, and the program that does it is not here; nothing was changed."""

    charts: tuple[str, ...]
    """URNs."""


@dataclass(eq=False)
class FateUnknown(Failure):
    """A run was cut off while a plugin made an object, and a plugin cannot look for it."""

    urn: str
    type: str
