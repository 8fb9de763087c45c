"""A VPC with private subnets for machines, public ones for NAT and load balancers, and no open door."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

EVERYWHERE: Final = "0.0.0.0/0"

_BALANCERS: Final = "kubernetes.io/role/elb"
_INTERNAL_BALANCERS: Final = "kubernetes.io/role/internal-elb"
"""Tags by which Kubernetes' load balancer controller finds the subnets it may use."""


class Egress(enum.Enum):
    """How private subnets reach the internet."""

    NAT_PER_ZONE = "per_zone"
    """Through a gateway in their own zone: the loss of a zone is the loss of that zone only."""
    NAT_SINGLE = "single"
    """Through one gateway in the first zone: cheaper, and lost with that zone."""
    NONE = "none"
    """Not at all: there is neither a gateway nor a public subnet nor a route that leaves the VPC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneBlocks:
    """One availability zone, such as `us-east-1a`, and the address blocks of its two subnets."""

    zone: str
    private: str
    public: str

    @property
    def letter(self) -> str:
        """What names carry: a letter belongs to the zone for good, a position in a list does not."""
        return self.zone[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNetworkArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    cidr: str
    zones: Sequence[ZoneBlocks]
    egress: Egress
    private_tags: Mapping[str, str]
    """What the private subnets are found by, beside their names."""


class PrivateNetwork(pulumi.ComponentResource):
    """A VPC, two subnets in each zone, routes out through NAT, and a default group that admits nothing.

    Without egress there are private subnets only, and no route but the VPC's own. Every zone has a private
    route table of its own, also with one NAT gateway, so that a change of `egress` moves routes and nothing
    else.
    """

    vpc_id: pulumi.Output[str]
    vpc_cidr: pulumi.Output[str]
    private_subnet_ids: Sequence[pulumi.Output[str]]
    public_subnet_ids: Sequence[pulumi.Output[str]]
    private_route_table_ids: Sequence[pulumi.Output[str]]

    def __init__(
        self, name: str, args: PrivateNetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:network:PrivateNetwork", name, {"origin": args.origin}, opts)
        vpc = self._vpc(name, args)
        self._closed_default_group(name, vpc)
        private = self._private_subnets(name, args, vpc)
        tables = self._private_route_tables(name, vpc, private)
        public = self._public_side(name, args, vpc, tables)
        self.vpc_id = vpc.id
        self.vpc_cidr = vpc.cidr_block
        self.private_subnet_ids = [subnet.id for subnet in private.values()]
        self.public_subnet_ids = [subnet.id for subnet in public.values()]
        self.private_route_table_ids = [table.id for table in tables.values()]
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "vpcCidr": self.vpc_cidr,
                "privateSubnetIds": self.private_subnet_ids,
                "publicSubnetIds": self.public_subnet_ids,
                "privateRouteTableIds": self.private_route_table_ids,
            }
        )

    def _vpc(self, name: str, args: PrivateNetworkArgs) -> aws.ec2.Vpc:
        return aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            # Private DNS names of endpoints resolve only where both are on.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _closed_default_group(self, name: str, vpc: aws.ec2.Vpc) -> None:
        # What is launched without a security group of its own lands in this one.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _public_side(
        self,
        name: str,
        args: PrivateNetworkArgs,
        vpc: aws.ec2.Vpc,
        tables: Mapping[str, aws.ec2.RouteTable],
    ) -> Mapping[str, aws.ec2.Subnet]:
        """The internet gateway, the public subnets by zone letter, and the private ones' way out, if any."""
        if args.egress is Egress.NONE:
            return {}
        gateway = self._internet_gateway(name, vpc)
        public = self._public_subnets(name, args, vpc, gateway)
        self._way_out(name, args, public, tables, gateway)
        return public

    def _internet_gateway(self, name: str, vpc: aws.ec2.Vpc) -> aws.ec2.InternetGateway:
        return aws.ec2.InternetGateway(
            f"{name}-internet",
            vpc_id=vpc.id,
            # AWS lets no gateway go from a network with NAT gateways, and those can only go after it: a new
            # network gets a new one, and the old one goes when nothing is reached through it any more.
            # Source: Amazon VPC user guide, "Detach an internet gateway from a VPC".
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["vpcId"]),
        )

    def _public_subnets(
        self, name: str, args: PrivateNetworkArgs, vpc: aws.ec2.Vpc, gateway: aws.ec2.InternetGateway
    ) -> Mapping[str, aws.ec2.Subnet]:
        """By zone letter, all on one route table that leads to the internet gateway."""
        here = pulumi.ResourceOptions(parent=self)
        table = aws.ec2.RouteTable(f"{name}-public", vpc_id=vpc.id, opts=here)
        aws.ec2.Route(
            f"{name}-public-out",
            route_table_id=table.id,
            destination_cidr_block=EVERYWHERE,
            gateway_id=gateway.id,
            opts=here,
        )
        subnets = {
            zone.letter: self._subnet(
                f"{name}-public-{zone.letter}", vpc, zone.zone, zone.public, {_BALANCERS: "1"}
            )
            for zone in args.zones
        }
        for letter, subnet in subnets.items():
            self._associate(f"{name}-public-{letter}", subnet, table)
        return subnets

    def _private_subnets(
        self, name: str, args: PrivateNetworkArgs, vpc: aws.ec2.Vpc
    ) -> Mapping[str, aws.ec2.Subnet]:
        """By zone letter."""
        return {
            zone.letter: self._subnet(
                f"{name}-private-{zone.letter}",
                vpc,
                zone.zone,
                zone.private,
                {_INTERNAL_BALANCERS: "1", **args.private_tags},
            )
            for zone in args.zones
        }

    def _subnet(
        self, name: str, vpc: aws.ec2.Vpc, zone: str, cidr: str, tags: Mapping[str, str]
    ) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _private_route_tables(
        self, name: str, vpc: aws.ec2.Vpc, subnets: Mapping[str, aws.ec2.Subnet]
    ) -> Mapping[str, aws.ec2.RouteTable]:
        """By zone letter, each with the private subnet of its zone."""
        tables = {
            letter: aws.ec2.RouteTable(
                f"{name}-private-{letter}", vpc_id=vpc.id, opts=pulumi.ResourceOptions(parent=self)
            )
            for letter in subnets
        }
        for letter, subnet in subnets.items():
            self._associate(f"{name}-private-{letter}", subnet, tables[letter])
        return tables

    def _associate(self, name: str, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> None:
        aws.ec2.RouteTableAssociation(
            name,
            subnet_id=subnet.id,
            route_table_id=table.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _way_out(
        self,
        name: str,
        args: PrivateNetworkArgs,
        public: Mapping[str, aws.ec2.Subnet],
        tables: Mapping[str, aws.ec2.RouteTable],
        gateway: aws.ec2.InternetGateway,
    ) -> None:
        """NAT gateways, and a route to one of them from each private route table."""
        letters = list(tables)
        with_nat = letters if args.egress is Egress.NAT_PER_ZONE else letters[:1]
        nats = {letter: self._nat(f"{name}-nat-{letter}", public[letter], gateway) for letter in with_nat}
        for letter, table in tables.items():
            aws.ec2.Route(
                f"{name}-private-{letter}-out",
                route_table_id=table.id,
                destination_cidr_block=EVERYWHERE,
                nat_gateway_id=nats.get(letter, nats[letters[0]]).id,
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _nat(self, name: str, subnet: aws.ec2.Subnet, gateway: aws.ec2.InternetGateway) -> aws.ec2.NatGateway:
        address = aws.ec2.Eip(name, domain="vpc", opts=pulumi.ResourceOptions(parent=self))
        return aws.ec2.NatGateway(
            name,
            subnet_id=subnet.id,
            allocation_id=address.id,
            # A NAT gateway in a VPC without a way to the internet goes to `failed`.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
        )
