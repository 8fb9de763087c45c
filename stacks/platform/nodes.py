"""Software that nodes with accelerators need, and nodes that Karpenter makes."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.gpu_software import (
    BareNodes,
    EksNodes,
    FabricSoftware,
    FabricSoftwareArgs,
    GpuSoftware,
    GpuSoftwareArgs,
    NeuronSoftware,
    NeuronSoftwareArgs,
)
from components.node_bootstrap import mirror_script
from components.node_marks import KARPENTER_ACCOUNT
from components.node_pools import KarpenterMachine, NodePool, NodePoolArgs
from environments.cluster import EksCluster
from environments.gpu_claims import are_claimed
from environments.gpu_pools import GpuPool
from environments.network import ExistingNetwork, OwnNetwork
from environments.regions import zones
from environments.software_book import BOOK
from stacks.cluster_stack import ClusterStack
from stacks.ownership import default_tags
from stacks.parts import part
from stacks.platform.charts import Charts
from stacks.pool_marks import sharing_of, taints_of


def gpu_software(stack: ClusterStack, charts: Charts) -> None:
    """What makes accelerators and their fabric known to the cluster, where a pool has such."""
    pools = stack.environment.pools_in(stack.region)
    if shared := [pool for pool in pools if pool.hardware.vendor == "nvidia"]:
        _for_gpus(stack, charts, shared)
    if own := [pool.instance.name for pool in pools if pool.hardware.vendor == "aws"]:
        NeuronSoftware(
            stack.named("neuron-software"),
            NeuronSoftwareArgs(
                origin="gpu_pools",
                machines=own,
                source=charts.source("neuron-device-plugin"),
                by=charts.by,
                images=charts.images("neuron-device-plugin"),
            ),
            charts.after("neuron-device-plugin"),
        )
    if joined := [pool.instance.name for pool in pools if pool.fabric == "efa"]:
        FabricSoftware(
            stack.named("fabric-software"),
            FabricSoftwareArgs(
                origin="gpu_pools",
                machines=joined,
                source=charts.source("aws-efa-k8s-device-plugin"),
                by=charts.by,
                images=charts.images("aws-efa-k8s-device-plugin"),
            ),
            charts.after("aws-efa-k8s-device-plugin"),
        )


def _for_gpus(stack: ClusterStack, charts: Charts, pools: Sequence[GpuPool]) -> None:
    """NVIDIA's operator; and beside it, where pods claim GPUs, NVIDIA's driver for claims."""
    claimed = are_claimed(stack.environment.cluster)
    operator = GpuSoftware(
        stack.named("gpu-software"),
        GpuSoftwareArgs(
            origin="gpu_pools",
            nodes=EksNodes() if isinstance(stack.environment.cluster, EksCluster) else BareNodes(),
            sharings=[sharing_of(pool) for pool in pools],
            source=charts.source("gpu-operator"),
            by=charts.by,
            images=charts.images("gpu-operator"),
            claimed=claimed,
        ),
        charts.after("gpu-operator"),
    )
    if claimed:
        # Imported where it is used: most clusters have a device plugin.
        from components.gpu_claims import GpuClaims, GpuClaimsArgs  # noqa: PLC0415

        GpuClaims(
            stack.named("gpu-claims"),
            GpuClaimsArgs(
                origin="cluster.gpu_allocation",
                operator_namespace=BOOK["gpu-operator"].namespace,
                source=charts.source("dra-driver-nvidia-gpu"),
                by=charts.by,
                images=charts.images("dra-driver-nvidia-gpu"),
            ),
            pulumi.ResourceOptions.merge(stack.opts, pulumi.ResourceOptions(depends_on=[operator])),
        )


def node_pools(stack: ClusterStack, charts: Charts) -> None:
    """Karpenter, and a pool of nodes for each pool that is its."""
    env = stack.environment
    made_here = env.pools_by("karpenter", stack.region) if isinstance(env.cluster, EksCluster) else ()
    if not made_here:
        return
    charts.chart("karpenter-crd", {}, "gpu_pools")
    # After the controller, and so removed before it: it alone ends the machines of a pool that goes.
    controller = charts.chart("karpenter", _controller_values(stack), "gpu_pools")
    for number, pool in enumerate(env.gpu_pools):
        if pool in made_here:
            _node_pool(stack, pool, number, pulumi.ResourceOptions(depends_on=[controller]))


def _controller_values(stack: ClusterStack) -> dict[str, object]:
    return {
        "settings": {
            "clusterName": stack.cluster_output("clusterName"),
            "clusterEndpoint": stack.cluster_output("clusterEndpoint"),
            # In it AWS says which machine it is about to take away: its node is drained before.
            "interruptionQueue": stack.cluster_output("karpenterQueueName"),
            # Prices and the like it then has from its own tables.
            "isolatedVPC": stack.environment.is_airgapped,
        },
        # Its role is bound to this account; the chart's own name would be the release's.
        "serviceAccount": {"name": KARPENTER_ACCOUNT},
        "controller": {
            "resources": {
                "requests": {"cpu": "500m", "memory": "1Gi"},
                "limits": {"memory": "1Gi"},
            }
        },
    }


def _node_pool(stack: ClusterStack, pool: GpuPool, number: int, after: pulumi.ResourceOptions) -> None:
    machine, mirror = pool.instance, stack.mirror
    keys = stack.upstream("foundation").output("keyArns")
    NodePool(
        stack.named(f"nodes-{pool.name}"),
        NodePoolArgs(
            origin=f"gpu_pools[{number}]",
            pool=pool.name,
            cluster=stack.named("cluster"),
            machine=KarpenterMachine(
                instance_type=machine.name,
                accelerator=machine.accelerator,
                accelerators=machine.accelerators,
                resource=machine.resource,
                disk_gib=pool.disk.gib,
                has_local_disks=machine.local_nvme_gb > 0,
            ),
            nodes_at_most=pool.nodes.max,
            capacity="spot" if pool.capacity.kind == "spot" else "on-demand",
            sharing=sharing_of(pool),
            labels=pool.labels,
            taints=taints_of(pool),
            subnet_ids=_subnet_ids(stack, pool),
            zones=_zones(stack, pool),
            tags=default_tags(stack.here, stack.layer),
            user_data=mirror_script(mirror.host) if mirror else None,
            profile_name=stack.cluster_output("karpenterNodeProfileName"),
            group_id=stack.cluster_output("nodeGroupId"),
            disk_key_arn=part(keys, "disks"),
        ),
        pulumi.ResourceOptions.merge(stack.opts_of_kinds, after),
    )


def _subnet_ids(stack: ClusterStack, pool: GpuPool) -> list[str]:
    network = stack.environment.network
    if not isinstance(network, ExistingNetwork):
        return []
    subnets = network.private_subnets
    return [subnets[position] for position in pool.zone_positions(len(subnets))]


def _zones(stack: ClusterStack, pool: GpuPool) -> list[str]:
    network = stack.environment.network
    if pool.zones is None or not isinstance(network, OwnNetwork):
        return []
    names = zones(stack.region, network.zones)
    return [names[position] for position in pool.zones]
