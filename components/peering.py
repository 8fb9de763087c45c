"""A private way between the networks of two regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeredNetwork:
    """One of the two networks, and what acts in its region."""

    region: str
    cidr: str
    vpc_id: pulumi.Input[str]
    route_tables: Mapping[str, pulumi.Input[str]]
    """Of its private subnets, by zone letter."""
    provider: pulumi.ProviderResource


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    asking: PeeredNetwork
    accepting: PeeredNetwork


class Peering(pulumi.ComponentResource):
    """A connection, accepted, with a route to the other side in every private route table of both."""

    connection_id: pulumi.Output[str]

    def __init__(self, name: str, args: PeeringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:links:Peering", name, {"origin": args.origin}, opts)
        connection = self._connection(name, args)
        accepted = self._accepted(name, args, connection)
        self._names(name, args, accepted)
        self._routes(f"{name}-{args.asking.region}", args.asking, args.accepting, accepted)
        self._routes(f"{name}-{args.accepting.region}", args.accepting, args.asking, accepted)
        self.connection_id = connection.id
        self.register_outputs({"connectionId": self.connection_id})

    def _connection(self, name: str, args: PeeringArgs) -> aws.ec2.VpcPeeringConnection:
        return aws.ec2.VpcPeeringConnection(
            name,
            vpc_id=args.asking.vpc_id,
            peer_vpc_id=args.accepting.vpc_id,
            peer_region=args.accepting.region,
            opts=pulumi.ResourceOptions(parent=self, provider=args.asking.provider),
        )

    def _accepted(
        self, name: str, args: PeeringArgs, connection: aws.ec2.VpcPeeringConnection
    ) -> aws.ec2.VpcPeeringConnectionAccepter:
        return aws.ec2.VpcPeeringConnectionAccepter(
            f"{name}-accepted",
            vpc_peering_connection_id=connection.id,
            auto_accept=True,
            opts=pulumi.ResourceOptions(parent=self, provider=args.accepting.provider),
        )

    def _names(self, name: str, args: PeeringArgs, accepted: aws.ec2.VpcPeeringConnectionAccepter) -> None:
        # Machines of one side are known to the other by their private addresses. Each side has its own
        # switch, and there is none before the connection is accepted.
        aws.ec2.PeeringConnectionOptions(
            f"{name}-{args.asking.region}-names",
            vpc_peering_connection_id=accepted.id,
            requester={"allow_remote_vpc_dns_resolution": True},
            opts=pulumi.ResourceOptions(parent=self, provider=args.asking.provider),
        )
        aws.ec2.PeeringConnectionOptions(
            f"{name}-{args.accepting.region}-names",
            vpc_peering_connection_id=accepted.id,
            accepter={"allow_remote_vpc_dns_resolution": True},
            opts=pulumi.ResourceOptions(parent=self, provider=args.accepting.provider),
        )

    def _routes(
        self,
        name: str,
        here: PeeredNetwork,
        there: PeeredNetwork,
        accepted: aws.ec2.VpcPeeringConnectionAccepter,
    ) -> None:
        for letter, table in here.route_tables.items():
            aws.ec2.Route(
                f"{name}-{letter}",
                route_table_id=table,
                destination_cidr_block=there.cidr,
                vpc_peering_connection_id=accepted.id,
                opts=pulumi.ResourceOptions(parent=self, provider=here.provider),
            )
