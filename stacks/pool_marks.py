"""How pools of GPU machines share their GPUs and whom they keep away, as components are told."""

from __future__ import annotations

from typing import assert_never

from components.node_marks import MigSlices, Sharing, Taint, TimeSlices, WholeGpus
from environments.gpu_pools import GpuPool
from environments.sharing import Mig, NoSharing, TimeSlicing


def sharing_of(pool: GpuPool) -> Sharing:
    """How pods share a GPU of the pool."""
    match pool.sharing:
        case NoSharing():
            return WholeGpus()
        case TimeSlicing(replicas=replicas):
            return TimeSlices(replicas=replicas)
        case Mig(profile=profile):
            return MigSlices(profile=profile)
        case _:
            assert_never(pool.sharing)


def taints_of(pool: GpuPool) -> list[Taint]:
    """The taints a person gave the pool."""
    return [Taint(key=each.key, value=each.value, effect=each.effect) for each in pool.taints]
