"""GPUs that pods claim: Kubernetes' dynamic resource allocation (DRA) in place of a device plugin.

Sources, as of 2026-11-22: Kubernetes documentation, "Dynamic Resource Allocation" (API v1 from 1.34); Amazon
EKS user guide, "Use the NVIDIA DRA driver or device plugin" (turns and slices made on demand are in alpha
state, and nodes that Karpenter makes for waiting pods are not supported); Karpenter 1.14.1
(`settings.ignoreDRARequests`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic_core import PydanticCustomError

from environments.cluster import Cluster, EksCluster
from environments.diagnostics import Problem
from environments.gpu_pools import GpuPool
from environments.section import refused
from environments.sharing import NoSharing

DEVICE_CLASS: Final = "gpu.nvidia.com"
"""What pods claim: a whole GPU of NVIDIA's. NVIDIA's driver brings the class."""

_BACK: Final = "or `gpu_allocation: device_plugin` in `cluster`."


def are_claimed(cluster: Cluster | None) -> bool:
    """Whether pods of the cluster claim their GPUs, and ask for none by `nvidia.com/gpu`."""
    return isinstance(cluster, EksCluster) and cluster.gpu_allocation == "dra"


def cannot_be_claimed(pools: Sequence[GpuPool], cluster: Cluster) -> PydanticCustomError | None:
    """Why pods could claim nothing of some pool, or None."""
    if not are_claimed(cluster):
        return None
    return next((no for number, pool in enumerate(pools) if (no := _refusal(number, pool))), None)


def _refusal(number: int, pool: GpuPool) -> PydanticCustomError | None:
    because = ("cluster.gpu_allocation",)
    if pool.hardware.vendor != "nvidia":
        detail = (
            f"`{pool.name}` has {pool.hardware.accelerator}, which Neuron's device plugin hands out; "
            "`gpu_allocation: dra` is for clusters without a device plugin."
        )
        fix = f"write a machine with NVIDIA's GPUs, {_BACK}"
        return refused(Problem.MACHINE_CANNOT, detail, fix, at=(number, "profile"), because=because)
    if not isinstance(pool.sharing, NoSharing):
        detail = (
            "With `gpu_allocation: dra` pods claim whole GPUs: turns and slices are the device plugin's, and "
            "NVIDIA's DRA driver has its own in an alpha state only."
        )
        fix = f"write `sharing: none`, {_BACK}"
        return refused(Problem.CONTRADICTION, detail, fix, at=(number, "sharing"), because=because)
    if pool.nodes_by == "karpenter":
        detail = (
            "Karpenter ignores claims when it reckons which nodes waiting pods need, and would make too few "
            "of them, or none."
        )
        fix = f"write `nodes_by: node_group`, {_BACK}"
        return refused(Problem.OWNER, detail, fix, at=(number, "nodes_by"), because=because)
    return None
