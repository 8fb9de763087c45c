"""The security group of a cluster's nodes, and what passes between them and the control plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

import pulumi
import pulumi_aws as aws

HTTPS: Final = 443
EVERYWHERE: Final = "0.0.0.0/0"

PRIVATE_BLOCKS: Final[Mapping[str, str]] = {
    "10": "10.0.0.0/8",
    "172": "172.16.0.0/12",
    "192": "192.168.0.0/16",
}
"""RFC 1918, section 3, by the first number: the VPC and whatever company network it is joined to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReach:
    """Nodes may open connections to anywhere; how far they get is the network's affair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReach:
    """Nodes may open connections to private addresses, and to S3 through the VPC's gateway endpoint."""

    s3_prefix_list_id: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFirewallArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    reach: OpenReach | PrivateReach
    tags: Mapping[str, str]
    """What the group is found by, beside its name."""
    vpc_id: pulumi.Input[str]
    control_plane_group_id: pulumi.Input[str]


class NodeFirewall(pulumi.ComponentResource):
    """Nodes talk to each other and to the control plane, and to nobody who was not asked.

    Everything from and to the group itself is allowed by name, in both directions: traffic of an Elastic
    Fabric Adapter passes by a rule that names the group, and by no other.
    """

    group_id: pulumi.Output[str]

    def __init__(self, name: str, args: NodeFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:NodeFirewall", name, {"origin": args.origin}, opts)
        group = self._group(name, args)
        self._among_nodes(name, group)
        self._control_plane(name, args, group)
        self._way_out(name, args, group)
        self.group_id = group.id
        self.register_outputs({"groupId": self.group_id})

    def _group(self, name: str, args: NodeFirewallArgs) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            name,
            description="Nodes of the cluster",
            vpc_id=args.vpc_id,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _among_nodes(self, name: str, group: aws.ec2.SecurityGroup) -> None:
        # Source: Amazon EC2 user guide, "Get started with EFA", security group.
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-nodes",
            security_group_id=group.id,
            description="Everything from other nodes",
            ip_protocol="-1",
            referenced_security_group_id=group.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-nodes",
            security_group_id=group.id,
            description="Everything to other nodes",
            ip_protocol="-1",
            referenced_security_group_id=group.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _control_plane(self, name: str, args: NodeFirewallArgs, group: aws.ec2.SecurityGroup) -> None:
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-control-plane",
            security_group_id=group.id,
            # Webhooks listen where their authors put them.
            description="Kubelets, webhooks and proxied connections",
            ip_protocol="-1",
            referenced_security_group_id=args.control_plane_group_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-to-control-plane",
            security_group_id=args.control_plane_group_id,
            description="Nodes and pods to the API server",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            referenced_security_group_id=group.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _way_out(self, name: str, args: NodeFirewallArgs, group: aws.ec2.SecurityGroup) -> None:
        match args.reach:
            case OpenReach():
                self._blocks(f"{name}-out", group, {"all": EVERYWHERE})
            case PrivateReach(s3_prefix_list_id=prefixes):
                self._blocks(f"{name}-out", group, PRIVATE_BLOCKS)
                aws.vpc.SecurityGroupEgressRule(
                    f"{name}-out-s3",
                    security_group_id=group.id,
                    description="S3 through its gateway endpoint",
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    prefix_list_id=prefixes,
                    opts=pulumi.ResourceOptions(parent=self),
                )
            case _:
                assert_never(args.reach)

    def _blocks(self, name: str, group: aws.ec2.SecurityGroup, blocks: Mapping[str, str]) -> None:
        for label, block in blocks.items():
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-{label}",
                security_group_id=group.id,
                description=f"Everything to {block}",
                ip_protocol="-1",
                cidr_ipv4=block,
                opts=pulumi.ResourceOptions(parent=self),
            )
