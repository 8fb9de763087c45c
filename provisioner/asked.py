"""What a command line says about the environment it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Asked:
    """The environment that a command line is about; as text, as the person typed it."""

    name: str
    """A name or a path."""

    cloud: Literal["local"] | None = None
    """`local`: in the cloud on a desk, wherever its file puts it."""

    engine: Literal["embedded", "pulumi"] | None = None
    """Which engine is to be used, whatever its file says."""

    def __str__(self) -> str:
        options = {"cloud": self.cloud, "engine": self.engine}
        return " ".join((self.name, *(f"--{name} {value}" for name, value in options.items() if value)))
