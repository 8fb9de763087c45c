"""The cluster of one environment in one region: control plane, pools, identities, data services."""

from __future__ import annotations

from typing import Final, assert_never

import pulumi

from components.cluster import (
    ApiAccess,
    ControlPlaneLogs,
    EksCluster,
    EksClusterArgs,
    IsolatedApi,
    PrivateApi,
    PublicApi,
    Release,
)
from components.cluster_access import ClusterAccess, ClusterAccessArgs, Entrant
from components.cluster_addons import NodeAddons, NodeAddonsArgs, WorkloadAddons, WorkloadAddonsArgs
from components.karpenter import Karpenter, KarpenterArgs
from components.node_firewall import NodeFirewall, NodeFirewallArgs, OpenReach, PrivateReach
from components.node_marks import DISCOVERY
from environments.cluster import EksCluster as EksSettings
from environments.cluster import PrivateEndpoint, PublicEndpoint
from environments.network import OwnNetwork
from stacks.cluster.data_services import data_services
from stacks.cluster.foundation import Foundation, foundation
from stacks.cluster.pools import gpu_pools, node_site, system_pool
from stacks.stack import Stack, this_stack

LAYER: Final = "cluster"


def main() -> None:
    """Declares every resource of the layer, and hands over what later layers need."""
    stack = this_stack(LAYER)
    settings = stack.environment.cluster
    assert isinstance(settings, EksSettings), "an environment without EKS has no stack of this layer"
    ground = foundation(stack)
    cluster = _cluster(stack, settings, ground)
    _access(stack, settings, cluster)
    firewall = _firewall(stack, ground, cluster)
    node_addons = NodeAddons(
        stack.named("node-addons"),
        NodeAddonsArgs(origin="cluster", cluster_name=cluster.cluster_name),
        stack.opts,
    )
    site = node_site(stack, settings, ground, cluster, firewall)
    system = system_pool(stack, settings, site, node_addons)
    WorkloadAddons(
        stack.named("workload-addons"),
        WorkloadAddonsArgs(
            origin="cluster",
            location=stack.location,
            cluster_name=cluster.cluster_name,
            disk_key_arn=ground.key_arn("disks"),
        ),
        _after(stack, system),
    )
    pools = gpu_pools(stack, site, node_addons)
    _karpenter(stack, ground, cluster)
    data_services(stack, settings, ground, cluster, firewall)
    _hand_over(cluster, firewall)
    pulumi.export(
        "nodeGroups",
        {"system": system.node_group_name, **{name: pool.node_group_name for name, pool in pools.items()}},
    )


def _cluster(stack: Stack, settings: EksSettings, ground: Foundation) -> EksCluster:
    return EksCluster(
        stack.named("cluster"),
        EksClusterArgs(
            origin="cluster",
            release=Release(
                version=settings.version,
                support="EXTENDED" if settings.support == "extended" else "STANDARD",
            ),
            api=_api(stack, settings),
            logs=ControlPlaneLogs(retention_days=settings.logs.days, key_arn=ground.key_arn("logs")),
            deletion_protection=stack.environment.is_protected,
            role_arn=ground.cluster_role_arn,
            subnet_ids=ground.subnet_ids,
            secrets_key_arn=ground.key_arn("cluster"),
        ),
        stack.opts,
    )


def _api(stack: Stack, settings: EksSettings) -> ApiAccess:
    if stack.environment.is_airgapped:
        return IsolatedApi()
    match settings.endpoint:
        case PrivateEndpoint():
            return PrivateApi()
        case PublicEndpoint(cidrs=cidrs):
            return PublicApi(cidrs=cidrs)
        case _:
            assert_never(settings.endpoint)


def _access(stack: Stack, settings: EksSettings, cluster: EksCluster) -> None:
    entrants = {each.role: Entrant(role_arn=each.role, level=each.level) for each in settings.access}
    account = stack.environment.account
    if account and account.assume_role:
        # Later layers are applied by this role, through the cluster's own interface.
        entrants[account.assume_role] = Entrant(role_arn=account.assume_role, level="admin")
    ClusterAccess(
        stack.named("access"),
        ClusterAccessArgs(
            origin="cluster.access",
            partition=stack.location.partition,
            entrants=list(entrants.values()),
            cluster_name=cluster.cluster_name,
        ),
        stack.opts,
    )


def _firewall(stack: Stack, ground: Foundation, cluster: EksCluster) -> NodeFirewall:
    env = stack.environment
    closed = env.is_airgapped and isinstance(env.network, OwnNetwork)
    return NodeFirewall(
        stack.named("nodes"),
        NodeFirewallArgs(
            origin="cluster",
            reach=PrivateReach(s3_prefix_list_id=ground.s3_prefix_list_id()) if closed else OpenReach(),
            tags={DISCOVERY: stack.named("cluster")} if env.pools_by("karpenter", stack.here.region) else {},
            vpc_id=ground.vpc_id,
            control_plane_group_id=cluster.security_group_id,
        ),
        stack.opts,
    )


def _karpenter(stack: Stack, ground: Foundation, cluster: EksCluster) -> None:
    if not stack.environment.pools_by("karpenter", stack.here.region):
        return
    # Imported where it is used: most clusters have node groups.
    from components.interruption_queue import InterruptionQueue, InterruptionQueueArgs  # noqa: PLC0415

    queue = InterruptionQueue(
        stack.named("interruptions"),
        InterruptionQueueArgs(origin="gpu_pools", location=stack.location),
        stack.opts,
    )
    karpenter = Karpenter(
        stack.regional("karpenter"),
        KarpenterArgs(
            origin="gpu_pools",
            location=stack.location,
            cluster=stack.named("cluster"),
            cluster_name=cluster.cluster_name,
            disk_key_arn=ground.key_arn("disks"),
            queue_arn=queue.queue_arn,
        ),
        stack.opts,
    )
    pulumi.export("karpenterNodeProfileName", karpenter.node_profile_name)
    pulumi.export("karpenterQueueName", queue.queue_name)
    pulumi.export("karpenterRoleArn", karpenter.controller_role_arn)


def _after(stack: Stack, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(stack.opts, pulumi.ResourceOptions(depends_on=list(resources)))


def _hand_over(cluster: EksCluster, firewall: NodeFirewall) -> None:
    pulumi.export("clusterName", cluster.cluster_name)
    pulumi.export("clusterEndpoint", cluster.endpoint)
    pulumi.export("clusterCertificateAuthority", cluster.certificate_authority)
    pulumi.export("oidcProviderArn", cluster.oidc_provider_arn)
    pulumi.export("nodeGroupId", firewall.group_id)
