"""What joins the regions of one environment: private ways, copies of images and models, failover of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import pulumi

from components.failover_dns import FailoverDns, FailoverDnsArgs
from components.image_replication import ImageReplication, ImageReplicationArgs
from components.location import Location
from components.model_replication import ModelReplication, ModelReplicationArgs, StoreAt
from components.peering import PeeredNetwork, Peering, PeeringArgs
from environments.model import Environment
from environments.network import OwnNetwork
from environments.regions import zones
from stacks.ownership import name_every_object
from stacks.parts import part
from stacks.provider import providers_of_all_regions
from stacks.references import Upstream
from stacks.selection import Selection, selected

LAYER: Final = "links"

SERVED: Final = ("serving",)
"""What every region serves under a name of its own, and one region at a time under the common one."""


def main() -> None:
    """Declares every resource of the layer; each goes through the provider of the region it is in."""
    here = selected()
    name_every_object()
    providers = providers_of_all_regions(here, LAYER)
    regions = {
        region: _Region(name=region, foundation=Upstream("foundation", region), provider=providers[region])
        for region in here.environment.regions
    }
    _peerings(here.environment, regions)
    _image_replication(here.environment, regions)
    _model_replication(here, regions)
    _failover_dns(here.environment, regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """One of the regions that are joined."""

    name: str
    foundation: Upstream
    provider: pulumi.ProviderResource

    def store(self) -> StoreAt:
        """Its model store."""
        return StoreAt(
            region=self.name,
            bucket=self.foundation.output("modelBucket"),
            bucket_arn=self.foundation.output("modelBucketArn"),
            key_arn=part(self.foundation.output("keyArns"), "models"),
        )

    def network(self, env: Environment, settings: OwnNetwork) -> PeeredNetwork:
        """Its network, with a route table for each zone."""
        tables = self.foundation.output("privateRouteTableIds")
        return PeeredNetwork(
            region=self.name,
            cidr=str(env.region_block(self.name)),
            vpc_id=self.foundation.output("vpcId"),
            route_tables={
                zone[-1]: part(tables, number) for number, zone in enumerate(zones(self.name, settings.zones))
            },
            provider=self.provider,
        )


def _peerings(env: Environment, regions: Mapping[str, _Region]) -> None:
    """Between each two: the loss of a region takes no way from the others."""
    assert isinstance(env.network, OwnNetwork), "regions are joined in networks of the environment's own"
    networks = [region.network(env, env.network) for region in regions.values()]
    for asking, accepting in combinations(networks, 2):
        Peering(
            f"{env.name}-peering-{asking.region}-{accepting.region}",
            PeeringArgs(origin="replicas", asking=asking, accepting=accepting),
        )


def _image_replication(env: Environment, regions: Mapping[str, _Region]) -> None:
    ImageReplication(
        f"{env.name}-image-replication",
        ImageReplicationArgs(
            origin="replicas",
            account_id=env.account_id,
            prefix=f"{env.name}/",
            regions=env.regions[1:],
            provider=regions[env.region].provider,
        ),
    )


def _model_replication(here: Selection, regions: Mapping[str, _Region]) -> None:
    env = here.environment
    primary, *replicas = regions.values()
    ModelReplication(
        f"{env.name}-model-replication-{primary.name}",
        ModelReplicationArgs(
            origin="replicas",
            location=Location(region=primary.name, account_id=env.account_id),
            source=primary.store(),
            copies=[replica.store() for replica in replicas],
            provider=primary.provider,
        ),
    )


def _failover_dns(env: Environment, regions: Mapping[str, _Region]) -> None:
    if not env.dns:
        return
    dns = FailoverDns(
        f"{env.name}-dns",
        FailoverDnsArgs(
            origin="dns",
            zone=env.dns.zone,
            names=SERVED,
            networks={name: region.foundation.output("vpcId") for name, region in regions.items()},
            provider=regions[env.region].provider,
        ),
    )
    pulumi.export("dnsZoneId", dns.zone_id)
