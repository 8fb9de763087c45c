"""What every machine of a pool is launched with: disk, metadata service, interfaces, tags, first words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

import pulumi
import pulumi_aws as aws

from components.network_interfaces import NetworkInterface

_ROOT: Final = "/dev/xvda"
"""The root device of Amazon Linux 2023."""

_TAGGED: Final = ("instance", "volume", "network-interface")
"""What a scaling group makes of a template, which no provider adds tags to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSite:
    """What all pools of one cluster have in common."""

    version: str
    """The Kubernetes version of the nodes."""
    tags: Mapping[str, str]
    """What says whose the machines are, and their disks and interfaces."""
    cluster_name: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    group_id: pulumi.Input[str]
    """The security group of the nodes."""
    disk_key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Machines by the hour, or whatever is left over: the node group says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Machines of one on-demand capacity reservation, and no others."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Machines of one capacity block; it holds one type of machine."""

    id: str
    instance_type: str


Purchase = Market | Reserved | Block


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTemplateArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    site: NodeSite
    machine_name: str
    """What people see the machines, their disks and their interfaces called."""
    disk_gib: int
    interfaces: Sequence[NetworkInterface]
    """The first is the machine's own; a single one is what EC2 makes by itself."""
    purchase: Purchase
    placement_group: pulumi.Input[str] | None
    """Only for machines of the market: no reservation can be moved into a group."""
    user_data: pulumi.Input[str] | None


class NodeTemplate(pulumi.ComponentResource):
    """A launch template: one disk under our key, and a metadata service that only the machine itself reaches.

    A new version is the default at once; which version a pool uses is written in the pool.
    """

    template_id: pulumi.Output[str]
    version: pulumi.Output[str]

    def __init__(self, name: str, args: NodeTemplateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:NodeTemplate", name, {"origin": args.origin}, opts)
        template = self._template(name, args)
        self.template_id = template.id
        self.version = template.latest_version.apply(str)
        self.register_outputs({"templateId": self.template_id, "version": self.version})

    def _template(self, name: str, args: NodeTemplateArgs) -> aws.ec2.LaunchTemplate:
        reservation, market, instance_type = _purchase(args.purchase)
        single = len(args.interfaces) == 1
        return aws.ec2.LaunchTemplate(
            name,
            update_default_version=True,
            instance_type=instance_type,
            instance_market_options=market,
            capacity_reservation_specification=reservation,
            block_device_mappings=[_disk(args)],
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                # One hop: a pod is two away, and cannot take the node's role. Pods have roles of their own,
                # which the pod identity agent hands out on the machine itself.
                "http_put_response_hop_limit": 1,
            },
            # With a list of interfaces each of them has its groups, and the machine has none.
            vpc_security_group_ids=[args.site.group_id] if single else None,
            network_interfaces=None if single else [_interface(each, args.site) for each in args.interfaces],
            placement={"group_name": args.placement_group} if args.placement_group else None,
            tag_specifications=[
                {"resource_type": kind, "tags": {**args.site.tags, "Name": args.machine_name}}
                for kind in _TAGGED
            ],
            user_data=args.user_data,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _disk(args: NodeTemplateArgs) -> aws.ec2.LaunchTemplateBlockDeviceMappingArgsDict:
    return {
        "device_name": _ROOT,
        "ebs": {
            "volume_type": "gp3",
            "volume_size": args.disk_gib,
            "encrypted": "true",
            "kms_key_id": args.site.disk_key_arn,
            "delete_on_termination": "true",
        },
    }


def _interface(each: NetworkInterface, site: NodeSite) -> aws.ec2.LaunchTemplateNetworkInterfaceArgsDict:
    # No subnet: EKS refuses a template that names one.
    return {
        "network_card_index": each.card,
        "device_index": each.device,
        "interface_type": each.kind,
        "security_groups": [site.group_id],
        "delete_on_termination": "true",
    }


def _purchase(
    purchase: Purchase,
) -> tuple[
    aws.ec2.LaunchTemplateCapacityReservationSpecificationArgsDict | None,
    aws.ec2.LaunchTemplateInstanceMarketOptionsArgsDict | None,
    str | None,
]:
    """Reservation, market and machine type, as far as the template has to say them."""
    match purchase:
        case Market():
            return None, None, None
        case Reserved(id=id):
            return _of(id), None, None
        case Block(id=id, instance_type=instance_type):
            # The template names market, block and machine type, and the node group names no type.
            # Source: Amazon EKS user guide, "Create a managed node group with Capacity Blocks for ML".
            return _of(id), {"market_type": "capacity-block"}, instance_type
        case _:
            assert_never(purchase)


def _of(id: str) -> aws.ec2.LaunchTemplateCapacityReservationSpecificationArgsDict:
    return {"capacity_reservation_target": {"capacity_reservation_id": id}}
