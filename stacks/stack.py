"""What every part of a stack's program needs to know: where it is, its names, and what acts for it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.location import Location
from environments.model import Environment
from environments.network import OwnNetwork
from environments.regions import zones
from stacks.ownership import name_every_object
from stacks.provider import provider
from stacks.selection import Selection, selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One layer of one environment in one region."""

    layer: str
    here: Selection
    location: Location
    opts: pulumi.ResourceOptions
    """Of every component: through the stack's provider."""

    @property
    def environment(self) -> Environment:
        """What it is made from."""
        return self.here.environment

    def regional(self, name: str) -> str:
        """The name of a component in which names are global to the account or to AWS."""
        return f"{self.environment.name}-{name}-{self.here.region}"

    def named(self, name: str) -> str:
        """The name of a component whose names only need to differ within the region."""
        return f"{self.environment.name}-{name}"

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data, so that full buckets may go."""
        return self.environment.cloud == "local"

    @property
    def subnet_labels(self) -> tuple[str, ...]:
        """What belongs to each private subnet for good, in their order: its zone's letter, or its id."""
        network = self.environment.network
        if isinstance(network, OwnNetwork):
            return tuple(zone[-1] for zone in zones(self.here.region, network.zones))
        assert network, "an environment without a cloud has no stack with subnets"
        return network.private_subnets


def this_stack(layer: str) -> Stack:
    """The stack that runs, with its provider; from now on every object is named in its tags."""
    return stack_of(selected(), layer)


def stack_of(here: Selection, layer: str) -> Stack:
    """The same for who has read the environment's file already."""
    name_every_object()
    return Stack(
        layer=layer,
        here=here,
        location=Location(region=here.region, account_id=here.environment.account_id),
        opts=pulumi.ResourceOptions(providers=[provider(here, layer)]),
    )
