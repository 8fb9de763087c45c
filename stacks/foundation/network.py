"""The network of an environment in one region: its own, or an existing one."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.existing_network import ExistingNetwork, ExistingNetworkArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.node_marks import DISCOVERY
from components.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from components.private_network import Egress, PrivateNetwork, PrivateNetworkArgs, ZoneBlocks
from environments.network import OwnNetwork, private_block, public_block
from environments.regions import zones
from stacks.foundation.endpoints import services
from stacks.foundation.gap import close
from stacks.stack import Stack


def network(stack: Stack, logs_key_arn: pulumi.Input[str]) -> PrivateNetwork | ExistingNetwork:
    """The network, with endpoints and flow logs if it is ours; its addresses are handed over here."""
    settings = stack.environment.network
    if isinstance(settings, OwnNetwork):
        made = _own_network(stack, settings)
        close(stack, made)
        endpoints = _endpoints(stack, made)
        _flow_logs(stack, settings, made, logs_key_arn)
        pulumi.export("privateRouteTableIds", made.private_route_table_ids)
        pulumi.export("s3PrefixListId", endpoints.s3_prefix_list_id)
        return made
    assert settings, "an environment without a cloud has no stack of this layer"
    return ExistingNetwork(
        stack.named("network"),
        ExistingNetworkArgs(
            origin="network", vpc_id=settings.vpc, private_subnet_ids=settings.private_subnets
        ),
        stack.opts,
    )


def _own_network(stack: Stack, settings: OwnNetwork) -> PrivateNetwork:
    region = stack.here.region
    block = stack.environment.region_block(region)
    return PrivateNetwork(
        stack.named("network"),
        PrivateNetworkArgs(
            origin="network",
            cidr=str(block),
            zones=[
                ZoneBlocks(
                    zone=zone,
                    private=str(private_block(block, number)),
                    public=str(public_block(block, number)),
                )
                for number, zone in enumerate(zones(region, settings.zones))
            ],
            egress=Egress(settings.nat),
            private_tags=_discovery(stack),
        ),
        stack.opts,
    )


def _discovery(stack: Stack) -> Mapping[str, str]:
    """By what Karpenter finds the subnets, if it makes nodes at all."""
    found = stack.environment.pools_by("karpenter", stack.here.region)
    return {DISCOVERY: stack.named("cluster")} if found else {}


def _endpoints(stack: Stack, network: PrivateNetwork) -> PrivateEndpoints:
    return PrivateEndpoints(
        stack.named("endpoints"),
        PrivateEndpointsArgs(
            origin="network",
            location=stack.location,
            services=services(stack.environment, stack.here.region),
            vpc_id=network.vpc_id,
            vpc_cidr=network.vpc_cidr,
            subnet_ids=network.private_subnet_ids,
            route_table_ids=network.private_route_table_ids,
        ),
        stack.opts,
    )


def _flow_logs(
    stack: Stack, settings: OwnNetwork, network: PrivateNetwork, key_arn: pulumi.Input[str]
) -> None:
    FlowLogs(
        stack.regional("flow-logs"),
        FlowLogsArgs(
            origin="network.flow_logs",
            location=stack.location,
            retention_days=settings.flow_logs.days,
            vpc_id=network.vpc_id,
            key_arn=key_arn,
        ),
        stack.opts,
    )
