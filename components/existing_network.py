"""A VPC that somebody else made and looks after: read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingNetworkArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    vpc_id: str
    private_subnet_ids: Sequence[str]


class ExistingNetwork(pulumi.ComponentResource):
    """What `PrivateNetwork` hands on, from a VPC that exists.

    Routes, endpoints, flow logs and the default security group are its owner's: this makes nothing.
    A VPC or a subnet that is not there fails the plan.
    """

    vpc_id: pulumi.Output[str]
    vpc_cidr: pulumi.Output[str]
    private_subnet_ids: Sequence[pulumi.Output[str]]
    public_subnet_ids: Sequence[pulumi.Output[str]]

    def __init__(
        self, name: str, args: ExistingNetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:network:ExistingNetwork", name, {"origin": args.origin}, opts)
        vpc = self._vpc(name, args)
        private = self._private_subnets(name, args)
        self.vpc_id = vpc.id
        self.vpc_cidr = vpc.cidr_block
        self.private_subnet_ids = [subnet.id for subnet in private]
        self.public_subnet_ids = []
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "vpcCidr": self.vpc_cidr,
                "privateSubnetIds": self.private_subnet_ids,
                "publicSubnetIds": self.public_subnet_ids,
            }
        )

    def _vpc(self, name: str, args: ExistingNetworkArgs) -> aws.ec2.Vpc:
        return aws.ec2.Vpc.get(f"{name}-vpc", args.vpc_id, pulumi.ResourceOptions(parent=self))

    def _private_subnets(self, name: str, args: ExistingNetworkArgs) -> list[aws.ec2.Subnet]:
        # Named by their ids: the order of the list means nothing.
        return [
            aws.ec2.Subnet.get(f"{name}-{subnet}", subnet, pulumi.ResourceOptions(parent=self))
            for subnet in args.private_subnet_ids
        ]
