"""What can go wrong when the CustomResourceDefinitions of software are brought onto this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class DefinitionsNotFetched(Failure):
    """Some of them were not to be had; the others are kept."""

    missing: tuple[tuple[str, str], ...]
    """What brings them (`kueue 0.19.2`), and why they were not to be had."""


@dataclass(eq=False)
class DefinitionsUnusable(Failure):
    """A file, folder or archive holds none that can be used; nothing was changed."""

    path: Path
    reason: str
    templates: Sequence[str] = ()
    """Files in it from which a chart would write some."""
