"""Which machines the pools of a cluster are made of, and what each is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import pulumi

from components import gpu_pool as pool
from components.cluster import EksCluster
from components.cluster_addons import NodeAddons
from components.network_interfaces import efa_interfaces, plain_interfaces
from components.node_bootstrap import ClusterCoordinates, Offline, user_data
from components.node_firewall import NodeFirewall
from components.node_template import Block, NodeSite, Reserved
from components.system_pool import NodeCount, SystemPool, SystemPoolArgs
from environments.capacity import CapacityBlock, OnDemand, Reservation, Spot
from environments.cluster import EksCluster as EksSettings
from environments.connectivity import AirGap
from environments.gpu_pools import GpuPool
from environments.node_types import node_type
from environments.sizes import NodeRange
from stacks.cluster.foundation import Foundation
from stacks.ownership import default_tags
from stacks.pool_marks import sharing_of, taints_of
from stacks.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all pools have in common, and how their nodes start."""

    nodes: NodeSite
    offline: Offline | None
    subnets: Mapping[str, pulumi.Output[str]]
    """In the order of the zones."""


def node_site(
    stack: Stack, settings: EksSettings, ground: Foundation, cluster: EksCluster, firewall: NodeFirewall
) -> Site:
    """The site of the cluster; in an air gap its nodes start from the mirror."""
    connectivity = stack.environment.connectivity
    coordinates = ClusterCoordinates(
        name=cluster.cluster_name,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authority,
        service_cidr=cluster.service_cidr,
    )
    return Site(
        nodes=NodeSite(
            version=settings.version,
            tags=default_tags(stack.here, stack.layer),
            cluster_name=cluster.cluster_name,
            node_role_arn=ground.node_role_arn,
            group_id=firewall.group_id,
            disk_key_arn=ground.key_arn("disks"),
        ),
        offline=(
            Offline(cluster=coordinates, mirror=connectivity.mirror)
            if isinstance(connectivity, AirGap)
            else None
        ),
        subnets=ground.subnets,
    )


def system_pool(stack: Stack, settings: EksSettings, site: Site, node_addons: NodeAddons) -> SystemPool:
    """The nodes of the cluster's own software."""
    wanted = settings.system_pool
    machine = node_type(wanted.profile)
    return SystemPool(
        stack.named("system"),
        SystemPoolArgs(
            origin="cluster.system_pool",
            site=site.nodes,
            instance_type=machine.name,
            ami_type=machine.ami,
            nodes=_count(wanted.nodes),
            disk_gib=wanted.disk.gib,
            subnet_ids=list(site.subnets.values()),
            user_data=user_data(offline=site.offline, local_disks=False),
        ),
        _after(stack, node_addons),
    )


def gpu_pools(stack: Stack, site: Site, node_addons: NodeAddons) -> Mapping[str, pool.GpuPool]:
    """By name: the pools of the region whose nodes EKS makes."""
    made_here = stack.environment.pools_by("node_group", stack.here.region)
    return {
        wanted.name: _gpu_pool(stack, site, wanted, number, node_addons)
        for number, wanted in enumerate(stack.environment.gpu_pools)
        if wanted in made_here
    }


def _gpu_pool(
    stack: Stack, site: Site, wanted: GpuPool, number: int, node_addons: NodeAddons
) -> pool.GpuPool:
    subnets = list(site.subnets.values())
    local_disks = wanted.instance.local_nvme_gb > 0
    return pool.GpuPool(
        stack.named(f"gpu-{wanted.name}"),
        pool.GpuPoolArgs(
            origin=f"gpu_pools[{number}]",
            pool=wanted.name,
            site=site.nodes,
            hardware=_hardware(wanted),
            nodes=_count(wanted.nodes),
            capacity=_capacity(wanted),
            sharing=sharing_of(wanted),
            marks=pool.NodeMarks(labels=wanted.labels, taints=taints_of(wanted)),
            subnet_ids=[subnets[position] for position in wanted.zone_positions(len(subnets))],
            user_data=user_data(offline=site.offline, local_disks=local_disks),
        ),
        _after(stack, node_addons),
    )


def _hardware(wanted: GpuPool) -> pool.Hardware:
    machine = wanted.instance
    assert machine.ami, "a machine without a stock image is refused with the environment"
    return pool.Hardware(
        machine=pool.GpuMachine(
            instance_type=machine.name,
            ami_type=machine.ami,
            accelerator=machine.accelerator,
            resource=machine.resource,
        ),
        interfaces=(
            efa_interfaces(machine.network_cards, machine.efa_cards)
            if wanted.fabric == "efa"
            else plain_interfaces()
        ),
        disk_gib=wanted.disk.gib,
    )


def _capacity(wanted: GpuPool) -> pool.Capacity:
    match wanted.capacity:
        case OnDemand():
            return pool.OnDemand()
        case Spot():
            return pool.Spot()
        case Reservation(id=id):
            return Reserved(id=id)
        case CapacityBlock(id=id):
            return Block(id=id, instance_type=wanted.instance.name)
        case _:
            assert_never(wanted.capacity)


def _count(nodes: NodeRange) -> NodeCount:
    return NodeCount(least=nodes.min, most=nodes.max)


def _after(stack: Stack, node_addons: NodeAddons) -> pulumi.ResourceOptions:
    # A node without its network plugin never becomes ready, and EKS gives the pool up.
    return pulumi.ResourceOptions.merge(stack.opts, pulumi.ResourceOptions(depends_on=[node_addons]))
