"""What a pool of GPU machines is to pods: the resource they ask for, how many there are, and on which nodes.

Names of resources: NVIDIA's device plugin 0.20.0, whose MIG strategy `mixed` names slices by their profile,
and which leaves the name of time slices as it is unless it is told to rename them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from environments.gpu_pools import GpuPool
from environments.sharing import Mig, TimeSlicing

POOL_LABEL: Final = "mlplat/pool"
"""The label that every node of a pool carries, with the pool's name."""


def resource_of(pool: GpuPool) -> str:
    """What pods ask for: `nvidia.com/gpu`, or a slice such as `nvidia.com/mig-1g.5gb`."""
    if isinstance(pool.sharing, Mig):
        return f"nvidia.com/mig-{pool.sharing.profile}"
    return pool.hardware.resource


def shares_of(pool: GpuPool) -> int:
    """How many of that resource one GPU is."""
    match pool.sharing:
        case TimeSlicing(replicas=replicas):
            return replicas
        case Mig(profile=profile):
            return pool.hardware.mig_profiles[profile]
        case _:
            return 1


def most_of(pool: GpuPool) -> int:
    """How many of that resource there are when all nodes of the pool are there, in one region."""
    return pool.nodes.max * pool.hardware.accelerators * shares_of(pool)


def counted(pool: GpuPool) -> str:
    """How many there are at the most, with the reckoning, for messages: `16 (2 nodes x 8 GPUs)`."""
    gpus = pool.hardware.accelerators
    words = f"{pool.nodes.max} node{_s(pool.nodes.max)} x {gpus} GPU{_s(gpus)}"
    match pool.sharing:
        case TimeSlicing(replicas=replicas):
            words += f" x {replicas} turns"
        case Mig():
            words += f" x {shares_of(pool)} slices"
        case _:
            pass
    return f"{most_of(pool)} ({words})"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def selector_of(pool: GpuPool) -> Mapping[str, str]:
    """Labels by which pods choose the nodes of the pool."""
    return pool.machine.selector if pool.machine else {POOL_LABEL: pool.name}
