"""What can go wrong with a Pulumi project before its program runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class NotAProject(Failure):
    """A project, or a file of it, cannot be used as it is; nothing was run."""

    file: Path
    reason: str
    fix: str


@dataclass(eq=False)
class BadConfiguration(Failure):
    """A value of the configuration is not what it has to be."""

    key: str
    reason: str


@dataclass(eq=False)
class MissingConfiguration(Failure):
    """The project demands configuration that the stack does not have."""

    stack: str
    file: Path
    """Where it would be."""

    keys: tuple[str, ...]
