"""Pools of GPU machines: what they are, how they are bought, and how pods share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from environments.capacity import ON_DEMAND, Capacity
from environments.diagnostics import Problem
from environments.gpu_catalogue import PROFILES, GpuProfile
from environments.gpu_choice import profile
from environments.gpu_rules import refusal
from environments.node_labels import Taint, accepted_labels, accepted_taints
from environments.own_machines import OwnMachine
from environments.quantities import Whole
from environments.regions import Region
from environments.section import Entry, Form, Section, distinct, refused
from environments.sharing import NO_SHARING, Sharing
from environments.sizes import Gibibytes, NodeRange, Nodes, Size


def _known(name: str) -> str:
    return profile(name).name


def _once(entries: tuple[Entry, ...] | None) -> tuple[Entry, ...] | None:
    return None if entries is None else distinct(entries)


_BOUGHT: Final = (
    "profile", "capacity", "fabric", "regions", "zones", "disk", "labels", "nodes_by",
)  # fmt: skip
"""Settings that only machines have which are made for the pool."""


class GpuPool(Section):
    """One pool of GPU nodes of one machine type; exactly one owner makes and removes its nodes."""

    name: Annotated[
        str,
        Form("1 to 20 lower-case letters, digits and `-`, beginning with a letter and not ending with `-`"),
        Field(
            max_length=20,
            pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
            description="Name of the pool: part of the names of its objects, so it never changes.",
            examples=["training"],
        ),
    ]
    profile: Annotated[
        Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(PROFILES)})]
        | None,
        Form("an EC2 instance type of the GPU catalogue"),
        Field(
            description="Machine type, one of the GPU catalogue; required in a cluster on EKS.",
            examples=["g6.xlarge"],
        ),
    ] = None
    machine: Annotated[
        OwnMachine | None,
        Field(
            description="Machines of your own; required in an existing cluster.",
            examples=[
                {
                    "gpu": "h100-80gb",
                    "gpus": 8,
                    "selector": {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"},
                }
            ],
        ),
    ] = None
    nodes: Annotated[
        NodeRange,
        Nodes(),
        Field(description="How few and how many nodes there may be in a region.", examples=["0..8"]),
    ]
    capacity: Annotated[Capacity, Field(description="How the machines are bought.")] = ON_DEMAND
    sharing: Annotated[Sharing, Field(description="Whether several pods share one GPU.")] = NO_SHARING
    fabric: Annotated[
        Literal["none", "efa"],
        Field(description="`efa`: machines close together, joined by AWS's Elastic Fabric Adapter."),
    ] = "none"
    regions: Annotated[
        tuple[Annotated[Region, Form("a region of AWS"), Field(examples=["us-east-1"])], ...] | None,
        Field(
            min_length=1,
            description="Regions of the environment that have the pool; none: all.",
            examples=[["us-east-1"]],
        ),
        AfterValidator(_once),
    ] = None
    zones: Annotated[
        tuple[Annotated[Whole, Field(ge=0, examples=[0])], ...] | None,
        Field(
            min_length=1,
            description="Positions of the zones it may use, from 0; none: all, or the first where it is one.",
            examples=[[0]],
        ),
        AfterValidator(_once),
    ] = None
    disk: Annotated[
        Size,
        Gibibytes(least=20, most=16384),  # EBS gp3
        Field(description="Size of a node's disk; it is encrypted.", examples=["200Gi"]),
    ] = Size(200)
    labels: Annotated[
        Mapping[str, str],
        Form("a mapping of labels"),
        Field(description="Labels of the nodes, beside the platform's own.", examples=[{"team": "search"}]),
        AfterValidator(accepted_labels),
    ] = {}
    taints: Annotated[
        tuple[Taint, ...],
        Field(description="Taints of the nodes, beside the one that keeps pods without GPU away."),
        AfterValidator(accepted_taints),
    ] = ()
    nodes_by: Annotated[
        Literal["node_group", "karpenter"],
        Field(description="What makes and removes the nodes: an EKS node group, or Karpenter."),
    ] = "node_group"

    @property
    def hardware(self) -> GpuProfile | OwnMachine:
        """Its GPUs, whoever has the machines."""
        return self.machine or self.instance

    @property
    def instance(self) -> GpuProfile:
        """What the catalogue says about its machine type; machines of one's own are none of EC2's."""
        assert self.profile, "a pool of machines of one's own has no instance type"
        return profile(self.profile)

    @property
    def is_bought_ahead(self) -> bool:
        """Whether its machines are those of a reservation or a capacity block."""
        return self.capacity.kind in ("reservation", "capacity_block")

    @property
    def is_in_one_zone(self) -> bool:
        """Whether its machines stand in one zone: EFA joins neighbours, and what is reserved is somewhere."""
        return self.fabric == "efa" or self.is_bought_ahead

    def zone_positions(self, zones: int) -> tuple[int, ...]:
        """The positions of the zones it uses, in a network that has `zones` of them."""
        if self.zones is not None:
            return self.zones
        return (0,) if self.is_in_one_zone else tuple(range(zones))

    @model_serializer(mode="wrap")
    def _what_it_is(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the settings of the other kind of pool."""
        others = _BOUGHT if self.machine else ("machine",)
        return {name: value for name, value in handler(self).items() if name not in others}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if no := self._other_kind() or refusal(self):
            raise no
        return self

    def _other_kind(self) -> PydanticCustomError | None:
        """Why it is neither a pool that is bought nor one that is there already, or None."""
        if self.machine is None:
            return None if self.profile else _no_machines()
        if self.nodes.min != self.nodes.max:
            detail = (
                f"`{self.nodes}` is a range; of your own machines there are so many, and nobody makes more."
            )
            fix = f"write `{self.nodes.max}..{self.nodes.max}`."
            return refused(Problem.RANGE, detail, fix, at=("nodes",), because=("machine",))
        bought = [name for name in _BOUGHT if name in self.model_fields_set]
        if not bought:
            return None
        detail = f"`{bought[0]}` is about machines that are made for the pool; those of `machine` are there."
        instead = "`machine`" if bought[0] == "profile" else "write `profile` in place of `machine`"
        fix = f"remove `{bought[0]}`, or {instead}."
        return refused(
            Problem.CONTRADICTION, detail, fix, at=(bought[0],), because=("machine",), blame="name"
        )


def _no_machines() -> PydanticCustomError:
    detail = "Nothing says which machines the pool has."
    fix = "add, for example, `profile: g6.xlarge`; in an existing cluster, `machine: {gpu: …, gpus: …}`."
    return refused(Problem.MISSING, detail, fix, because=("profile", "machine"), blame="whole")
