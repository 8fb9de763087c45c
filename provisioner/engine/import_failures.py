"""What can go wrong with an import of existing objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.engine.failures import Failure
from provisioner.plan.importing import Obstacle


@dataclass(eq=False)
class ImportRefused(Failure):
    """Objects cannot be imported as they were asked for; nothing was recorded."""

    obstacles: tuple[Obstacle, ...]
    """All of them, in the order in which they were asked for."""

    forms: Mapping[str, str]
    """By type, how the ids of its objects look."""

    command: str
    """The command line as it was typed, to which options can be added."""


@dataclass(eq=False)
class NotAnImportFile(Failure):
    """A file does not say which objects to import."""

    problems: tuple[tuple[str, str], ...]
    """(place, what is wrong there) for each."""


@dataclass(eq=False)
class NoCloudToImportFrom(Failure):
    """The local cloud does not run, so there is no object in it."""


@dataclass(eq=False)
class NothingListed(Failure):
    """A file lists resources, and an id for none of them."""

    file: str
