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

    def __str__(self) -> str:
        return self.name if self.cloud is None else f"{self.name} --cloud {self.cloud}"
