"""Everything a run is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the parts of a run share."""

    stack: str
    project: str
    base: Snapshot
    """The records; in an apply they change while it goes on."""

    providers: ConfiguredProviders
    seed: bytes
    census: Census
    origins: dict[str, str] = field(default_factory=dict[str, str])
    """The setting each resource comes from, by URN."""
