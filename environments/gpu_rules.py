"""What a pool of GPU machines cannot be, and why: rules of EC2, of EKS and of the GPUs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, Literal, Protocol

from pydantic_core import PydanticCustomError

from environments.capacity import Capacity, CapacityBlock
from environments.diagnostics import Problem
from environments.gpu_catalogue import AS_OF, PROFILES, GpuProfile
from environments.own_machines import OwnMachine
from environments.section import refused
from environments.sharing import Mig, NoSharing, Sharing
from environments.sizes import NodeRange


class Pool(Protocol):
    """What the rules look at; the settings of `gpu_pools.GpuPool`."""

    @property
    def machine(self) -> OwnMachine | None:
        """Machines of one's own; None: they are made for the pool."""
        ...

    @property
    def hardware(self) -> GpuProfile | OwnMachine:
        """The GPUs."""
        ...

    @property
    def instance(self) -> GpuProfile:
        """What the catalogue says about the machine type, where there is one."""
        ...

    @property
    def capacity(self) -> Capacity:
        """How the machines are bought."""
        ...

    @property
    def sharing(self) -> Sharing:
        """Whether several pods share one GPU."""
        ...

    @property
    def fabric(self) -> Literal["none", "efa"]:
        """What joins the machines."""
        ...

    @property
    def zones(self) -> tuple[int, ...] | None:
        """Positions of the zones; None where nothing is said."""
        ...

    @property
    def nodes_by(self) -> Literal["node_group", "karpenter"]:
        """Who makes and removes the nodes."""
        ...

    @property
    def nodes(self) -> NodeRange:
        """How few and how many nodes there may be."""
        ...

    @property
    def is_in_one_zone(self) -> bool:
        """Whether the machines stand in one zone."""
        ...


_BOUND: Final = {"reservation": "A capacity reservation", "capacity_block": "A capacity block"}

Rule = Callable[[Pool], PydanticCustomError | None]


def refusal(pool: Pool) -> PydanticCustomError | None:
    """Why the pool cannot be, or None."""
    rules = _WHEREVER if pool.machine else RULES
    return next((no for rule in rules if (no := rule(pool))), None)


def _has_an_image(pool: Pool) -> PydanticCustomError | None:
    machine = pool.instance
    if machine.ultraserver_only:
        detail = (
            f"`{machine.name}` is sold in whole UltraServers only, whose machines are joined by a fabric of "
            "their own; a pool of single nodes cannot be made of it."
        )
        return refused(Problem.MACHINE_CANNOT, detail, _instead(machine), at=("profile",))
    if machine.ami is None:
        detail = (
            f"`{machine.name}` needs driver {machine.min_driver} or newer, and none of EKS's own images has "
            "it: it runs with a custom AMI only."
        )
        return refused(Problem.MACHINE_CANNOT, detail, _instead(machine), at=("profile",))
    if (machine.arch == "arm64") != ("ARM" in machine.ami):
        detail = f"`{machine.name}` has processors of {machine.arch}, and its image `{machine.ami}` has not."
        return refused(Problem.MACHINE_CANNOT, detail, _instead(machine), at=("profile",))
    return None


def _instead(machine: GpuProfile) -> str:
    """The nearest machine that EKS's own images run."""
    others = [
        other
        for other in PROFILES.values()
        if other.ami and not other.ultraserver_only and other.vendor == machine.vendor
    ]
    nearest = min(others, key=lambda other: _distance(other, machine))
    return f"write a machine such as `profile: {nearest.name}`."


def _distance(one: GpuProfile, other: GpuProfile) -> float:
    """Memory counts twice: a model has to fit."""
    memory = math.log((one.accelerator_memory_mib or 1) / (other.accelerator_memory_mib or 1))
    return 2 * abs(memory) + abs(math.log(one.accelerators / other.accelerators))


def _is_sold(pool: Pool) -> PydanticCustomError | None:
    machine, kind = pool.instance, pool.capacity.kind
    needed = "on_demand" if kind == "reservation" else kind
    if needed in machine.sold:
        return None
    ways = " or ".join(f"`{way}`" for way in _ways(machine))
    detail = f"AWS does not sell `{machine.name}` as `{kind}` (table of {AS_OF}): only as {ways}."
    if isinstance(pool.capacity, CapacityBlock):
        families = dict.fromkeys(other.family for other in PROFILES.values() if other.capacity_block)
        detail += f" There are capacity blocks of {', '.join(families)}."
    fix = f"buy it as {ways}, or write another `profile`."
    return refused(Problem.CAPACITY, detail, fix, at=("capacity",), because=("profile",))


def _ways(machine: GpuProfile) -> Iterator[str]:
    for way in ("on_demand", "spot", "capacity_block"):
        if way in machine.sold:
            yield way
            if way == "on_demand":
                yield "reservation"


def _is_shared_as_the_gpu_can(pool: Pool) -> PydanticCustomError | None:
    machine, sharing = pool.hardware, pool.sharing
    if isinstance(sharing, NoSharing):
        return None
    if machine.vendor != "nvidia":
        detail = f"`{machine.name}` has {machine.accelerator}; only NVIDIA's GPUs are shared between pods."
        return _cannot(detail, "write `sharing: none`.", "sharing")
    if not isinstance(sharing, Mig) or sharing.profile in machine.mig_profiles:
        return None
    if not machine.mig_profiles:
        detail = f"The {machine.accelerator} of `{machine.name}` cannot be cut into slices: it has no MIG."
        fix = "write `sharing: {kind: time_slicing, replicas: 4}`, or a machine with a100, h100 or newer."
        return _cannot(detail, fix, "sharing")
    profiles = ", ".join(machine.mig_profiles)
    detail = (
        f"`{sharing.profile}` is no MIG profile of the {machine.accelerator} of `{machine.name}`, "
        f"which has {profiles}."
    )
    fix = f"write one of {profiles}."
    return refused(
        Problem.MACHINE_CANNOT, detail, fix, at=("sharing", "profile"), because=("profile", "machine")
    )


def _has_the_fabric(pool: Pool) -> PydanticCustomError | None:
    machine = pool.instance
    if pool.fabric == "none" or machine.efa_cards:
        return None
    larger = next(
        (other.name for other in PROFILES.values() if other.family == machine.family and other.efa_cards),
        None,
    )
    fix = "write `fabric: none`" + (f", or a machine with EFA: `profile: {larger}`." if larger else ".")
    return _cannot(f"`{machine.name}` has no EFA.", fix, "fabric")


def _is_in_one_zone(pool: Pool) -> PydanticCustomError | None:
    if not pool.is_in_one_zone or pool.zones is None or len(pool.zones) == 1:
        return None
    reason = (
        "machines joined by EFA stand in one placement group, which is in one zone"
        if pool.fabric == "efa"
        else "what was reserved stands in one zone"
    )
    zones = ", ".join(map(str, pool.zones))
    detail = f"The pool may use the zones {zones}; but {reason}."
    fix = f"name the one zone: `zones: [{pool.zones[0]}]`."
    return refused(
        Problem.ONE_ZONE, detail, fix, at=("zones",), because=("fabric", "capacity", "capacity.kind")
    )


def _has_the_right_owner(pool: Pool) -> PydanticCustomError | None:
    if pool.nodes_by == "node_group" or not pool.is_in_one_zone:
        return None
    what = _BOUND.get(pool.capacity.kind, "EFA")
    detail = (
        f"{what} goes with a node group: its network cards, its zone and its reservation stand in a launch "
        "template, and Karpenter makes its own."
    )
    return refused(
        Problem.OWNER,
        detail,
        "write `nodes_by: node_group`.",
        at=("nodes_by",),
        because=("fabric", "capacity", "capacity.kind"),
    )


def _is_made_for_waiting_pods(pool: Pool) -> PydanticCustomError | None:
    if pool.nodes_by == "node_group":
        return None
    if pool.nodes.min:
        detail = (
            "Karpenter makes nodes for pods that wait, and removes idle ones: it does not keep "
            f"{pool.nodes.min} of them."
        )
        fix = f"write `nodes: {NodeRange(0, pool.nodes.max)}` or `nodes_by: node_group`."
        return refused(Problem.OWNER, detail, fix, at=("nodes_by",), because=("nodes",))
    if isinstance(pool.sharing, Mig):
        detail = (
            "Karpenter does not know slices of GPUs: it makes no node for a pod that asks for "
            f"`nvidia.com/mig-{pool.sharing.profile}`, and the pod waits for ever."
        )
        because = ("sharing", "sharing.kind")
        return refused(
            Problem.OWNER, detail, "write `nodes_by: node_group`.", at=("nodes_by",), because=because
        )
    return None


def _joins_whole_gpus(pool: Pool) -> PydanticCustomError | None:
    if pool.fabric == "none" or not isinstance(pool.sharing, Mig):
        return None
    detail = "Slices of a GPU cannot reach other GPUs: NCCL does not work over MIG, so EFA has no use here."
    return refused(
        Problem.CONTRADICTION,
        detail,
        "write `fabric: none` or `sharing: none`.",
        at=("fabric",),
        because=("sharing", "sharing.kind", "profile"),
    )


def _cannot(detail: str, fix: str, setting: str) -> PydanticCustomError:
    return refused(Problem.MACHINE_CANNOT, detail, fix, at=(setting,), because=("profile", "machine"))


RULES: Final[tuple[Rule, ...]] = (
    _has_an_image,
    _is_sold,
    _is_shared_as_the_gpu_can,
    _has_the_fabric,
    _is_in_one_zone,
    _has_the_right_owner,
    _is_made_for_waiting_pods,
    _joins_whole_gpus,
)

_WHEREVER: Final[tuple[Rule, ...]] = (_is_shared_as_the_gpu_can,)
"""Rules of GPUs, wherever they are."""
