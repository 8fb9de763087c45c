"""What can go wrong when the digests of an air gap's images are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class NoMirror(Failure):
    """The environment takes its images from where they are published."""


@dataclass(eq=False)
class ImagesNotLocked(Failure):
    """The mirror does not say the digests of some; nothing was written."""

    host: str
    missing: tuple[tuple[str, str], ...]
    """Image as the mirror calls it, and why."""
    asked: int
    """How many were asked for."""
