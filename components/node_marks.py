"""Labels and taints of GPU nodes: what software in the cluster and pods know them by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, assert_never

POOL_LABEL: Final = "mlplat/pool"
ACCELERATOR_LABEL: Final = "mlplat/accelerator"
FABRIC_LABEL: Final = "mlplat/fabric"
SHARING_LABEL: Final = "mlplat/sharing"

DISCOVERY: Final = "karpenter.sh/discovery"
"""The tag by which Karpenter finds subnets and security groups; its value is the cluster's name."""

KARPENTER_ACCOUNT: Final = "karpenter"
"""The service account that Karpenter's role is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeGpus:
    """A pod has its GPUs to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlices:
    """Pods take turns on each GPU, without walls between them."""

    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MigSlices:
    """Each GPU is cut into slices of one kind, with walls between them."""

    profile: str


Sharing = WholeGpus | TimeSlices | MigSlices


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """Keeps pods away that do not tolerate it; `effect` as Kubernetes spells it."""

    key: str
    value: str
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


def own_taint(resource: str) -> Taint:
    """The taint that keeps pods without GPUs away: it is called as what the others ask for."""
    return Taint(key=resource, value="true", effect="NoSchedule")


def pool_labels(pool: str, accelerator: str, fabric: Literal["efa", "none"]) -> Mapping[str, str]:
    """What every node of a pool says of itself, beside how it shares its GPUs."""
    return {
        POOL_LABEL: pool,
        ACCELERATOR_LABEL: accelerator,
        # Software for EFA goes only where there are interfaces: elsewhere it ends, and the node with it.
        FABRIC_LABEL: fabric,
    }


def slices_name(replicas: int) -> str:
    """What time slices are called: in the label, and in the configuration of NVIDIA's device plugin."""
    return f"time-slicing-{replicas}"


def sharing_labels(sharing: Sharing) -> Mapping[str, str]:
    """How a node shares its GPUs, for people and for what sets the GPUs up."""
    match sharing:
        case WholeGpus():
            name = "exclusive"
        case TimeSlices(replicas=replicas):
            name = slices_name(replicas)
        case MigSlices(profile=profile):
            name = f"mig-{profile}"
        case _:
            assert_never(sharing)
    return {SHARING_LABEL: name, **software_labels(sharing)}


def software_labels(sharing: Sharing) -> Mapping[str, str]:
    """The part of them by which NVIDIA's software learns what to do with the GPUs of a node."""
    match sharing:
        case WholeGpus():
            return {}
        case TimeSlices(replicas=replicas):
            # The device plugin's configuration has an entry of this name.
            return {"nvidia.com/device-plugin.config": slices_name(replicas)}
        case MigSlices(profile=profile):
            # The MIG manager makes one configuration of this name for each profile of the hardware.
            return {"nvidia.com/mig.config": f"all-{profile}"}
        case _:
            assert_never(sharing)
