"""Everything a run is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.default_providers import DefaultProviders
from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.reach import Reach
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import ResourceState


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
    reach: Reach
    defaults: DefaultProviders
    origins: dict[str, str] = field(default_factory=dict[str, str])
    """The setting each resource comes from, by URN."""

    def origin(self, state: ResourceState) -> str:
        """The setting that a resource of this run comes from; empty if it is not known."""
        return self.origins.get(state.urn, "")

    def origin_of(self, record: ResourceState) -> str:
        """The setting that what is recorded came from: as the program says now, or as it said then."""
        parent = record.parent
        while parent:
            if found := self.origins.get(parent):
                return found
            component = self.base.live(parent)
            if component is None or component.inputs.get("origin"):
                return str(component.inputs["origin"]) if component else ""
            parent = component.parent
        return str(record.inputs.get("origin", "")) if not record.custom else ""
