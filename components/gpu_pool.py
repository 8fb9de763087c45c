"""A pool of GPU nodes in one EKS cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

import pulumi
import pulumi_aws as aws

from components.naming import NODE_GROUP, fitted
from components.network_interfaces import NetworkInterface
from components.node_marks import (
    Sharing,
    Taint,
    own_taint,
    pool_labels,
    sharing_labels,
)
from components.node_template import (
    Block,
    Market,
    NodeSite,
    NodeTemplate,
    NodeTemplateArgs,
    Purchase,
    Reserved,
)
from components.system_pool import NodeCount


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuMachine:
    """One type of machine with accelerators."""

    instance_type: str
    ami_type: str
    accelerator: str
    """What the accelerators are called: `h100`."""
    resource: str
    """What pods ask for, and what the taint is called: `nvidia.com/gpu`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDemand:
    """Machines by the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Machines nobody else wants just now."""


Capacity = OnDemand | Spot | Reserved | Block


_EFFECTS: Final = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
"""Kubernetes' spelling -> EKS's (API, `TaintEffect`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMarks:
    """What a person wrote on the nodes, beside the pool's own labels and taint."""

    labels: Mapping[str, str]
    taints: Sequence[Taint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What the machines of a pool are, and how they are put together."""

    machine: GpuMachine
    interfaces: Sequence[NetworkInterface]
    """With EFA more than one."""
    disk_gib: int

    @property
    def has_fabric(self) -> bool:
        """Whether some interface is for EFA."""
        return any(each.kind == "efa-only" for each in self.interfaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuPoolArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    pool: str
    """The pool's name, as pods select it."""
    site: NodeSite
    hardware: Hardware
    nodes: NodeCount
    capacity: Capacity
    sharing: Sharing
    marks: NodeMarks
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    user_data: pulumi.Input[str] | None


class GpuPool(pulumi.ComponentResource):
    """GPU nodes with an encrypted disk, IMDSv2, and a taint that keeps other pods away.

    Time slices and MIG are labels: software in the cluster reads them and sets the GPUs up.
    """

    node_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: GpuPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:GpuPool", name, {"origin": args.origin}, opts)
        placement = self._placement(name) if _placed_by_us(args) else None
        template = self._template(name, args, placement)
        group = self._nodes(name, args, template)
        self.node_group_name = group.node_group_name
        self.register_outputs({"nodeGroupName": self.node_group_name})

    def _placement(self, name: str) -> aws.ec2.PlacementGroup:
        # Close together: with EFA, what counts is the time a message takes.
        return aws.ec2.PlacementGroup(
            f"{name}-placement", strategy="cluster", opts=pulumi.ResourceOptions(parent=self)
        )

    def _template(
        self, name: str, args: GpuPoolArgs, placement: aws.ec2.PlacementGroup | None
    ) -> NodeTemplate:
        return NodeTemplate(
            f"{name}-template",
            NodeTemplateArgs(
                origin=args.origin,
                site=args.site,
                machine_name=name,
                disk_gib=args.hardware.disk_gib,
                interfaces=args.hardware.interfaces,
                purchase=_purchase(args.capacity),
                placement_group=placement.name if placement else None,
                user_data=args.user_data,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _nodes(self, name: str, args: GpuPoolArgs, template: NodeTemplate) -> aws.eks.NodeGroup:
        machine = args.hardware.machine
        in_template = isinstance(args.capacity, Block)
        return aws.eks.NodeGroup(
            fitted(name, NODE_GROUP),
            cluster_name=args.site.cluster_name,
            version=args.site.version,
            node_role_arn=args.site.node_role_arn,
            subnet_ids=args.subnet_ids,
            ami_type=machine.ami_type,
            capacity_type=_capacity_type(args.capacity),
            instance_types=None if in_template else [machine.instance_type],
            launch_template={"id": template.template_id, "version": template.version},
            scaling_config={
                "min_size": args.nodes.least,
                "max_size": args.nodes.most,
                "desired_size": args.nodes.least,
            },
            labels=dict(_labels(args)),
            taints=_taints(args),
            update_config={"max_unavailable": 1},
            # Once the pool exists, the autoscaler owns its size; and EKS itself empties a capacity block's
            # pool forty minutes before the block ends.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["scalingConfig.desiredSize"]),
        )


def _placed_by_us(args: GpuPoolArgs) -> bool:
    # A reservation is in a placement group from its beginning or never, and the machines of a block stand
    # close together anyway. Source: Amazon EC2 user guide, "Capacity Reservations with cluster placement
    # groups" and "Capacity Blocks for ML".
    return args.hardware.has_fabric and isinstance(_purchase(args.capacity), Market)


def _purchase(capacity: Capacity) -> Purchase:
    match capacity:
        case OnDemand() | Spot():
            return Market()
        case Reserved() | Block():
            return capacity
        case _:
            assert_never(capacity)


def _capacity_type(capacity: Capacity) -> str:
    match capacity:
        case OnDemand() | Reserved():
            return "ON_DEMAND"
        case Spot():
            return "SPOT"
        case Block():
            return "CAPACITY_BLOCK"
        case _:
            assert_never(capacity)


def _labels(args: GpuPoolArgs) -> Mapping[str, str]:
    """What a person wrote, then the pool's own, which nobody can take from it."""
    hardware = args.hardware
    return {
        **args.marks.labels,
        **pool_labels(args.pool, hardware.machine.accelerator, "efa" if hardware.has_fabric else "none"),
        **sharing_labels(args.sharing),
    }


def _taints(args: GpuPoolArgs) -> list[aws.eks.NodeGroupTaintArgsDict]:
    own = own_taint(args.hardware.machine.resource)
    return [_taint(each) for each in (own, *args.marks.taints)]


def _taint(taint: Taint) -> aws.eks.NodeGroupTaintArgsDict:
    # EKS takes no empty value: a taint without one has none.
    value: aws.eks.NodeGroupTaintArgsDict = {"key": taint.key, "effect": _EFFECTS[taint.effect]}
    return {**value, "value": taint.value} if taint.value else value
