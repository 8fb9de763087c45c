"""Which local cloud an environment's state is about: its id, kept beside the state and beside the cloud.

A state outlives a reboot, the objects of the local cloud do not; and a state may be deleted by hand while the
objects live on. Either way the two no longer belong together, and both are started afresh.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class Standing(enum.Enum):
    """How an environment's state and the local cloud stand to each other."""

    NEW = "nothing was applied yet"
    TOGETHER = "the state is about the running cloud"
    CLOUD_LOST = "the state is about a cloud that is gone"
    STATE_LOST = "the cloud has objects that no state knows"


@dataclass(frozen=True, slots=True)
class Claim:
    """The two notes of one environment."""

    beside_state: Path
    beside_cloud: Path

    @staticmethod
    def of(environment: str, state: Path, desk: Path) -> Claim:
        """The notes of an environment whose state is below `state`, on the desk in folder `desk`."""
        return Claim(state / "local-cloud" / environment, desk / "environments" / environment)

    def make(self, cloud: str) -> None:
        """Note on both sides that from now on the environment has objects in this cloud."""
        for file in (self.beside_cloud, self.beside_state):
            file.parent.mkdir(parents=True, exist_ok=True)
            new = file.with_name(f"{file.name}.new")
            new.write_text(f"{cloud}\n")
            new.replace(file)

    def standing(self, running: str | None, *, has_state: bool) -> Standing:
        """How things stand, given the id of the running cloud and whether there is any state."""
        if has_state:
            return (
                Standing.TOGETHER if running and _noted(self.beside_state) == running else Standing.CLOUD_LOST
            )
        # The journal is written before the first object is made: without one, no object is known.
        return Standing.STATE_LOST if running and _noted(self.beside_cloud) == running else Standing.NEW


def _noted(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return None
