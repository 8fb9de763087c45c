"""EC2: networks joined with each other, also across regions: the request, its acceptance, and their options.

Each side acts in its own region: the requester makes the connection there and the accepter accepts it here.
Both read it from the requester's point of view, as pulumi-aws does within one account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provisioner.plan.values import Properties
from provisioner.providers.aws.codecs import ec2_tags, structure
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    REPLACE,
    TAG_FILTERS,
    ByInputs,
    Field,
    Listed,
    Op,
    Output,
    ResourceSpec,
    Text,
    Wait,
)
from provisioner.providers.interface import Problem

_ABSENT = ("InvalidVpcPeeringConnectionID.NotFound",)
_READ = Op(
    "describe_vpc_peering_connections",
    {"Filters": [{"Name": "vpc-peering-connection-id", "Values": IDS}]},
    answer="VpcPeeringConnections",
    pick={"VpcPeeringConnectionId": ID},
)
_OWN_TYPE = (
    "options are a resource of their own, in the region of their side: `aws.ec2.PeeringConnectionOptions`"
)
_DNS = "AllowDnsResolutionFromRemoteVpc"
_SIDES = {
    "accepter": f"{{allowRemoteVpcDnsResolution: AccepterVpcInfo.PeeringOptions.{_DNS} || `false`}}",
    "requester": f"{{allowRemoteVpcDnsResolution: RequesterVpcInfo.PeeringOptions.{_DNS} || `false`}}",
}
_TAGS = ec2_tags("vpc-peering-connection")

PEERING = ResourceSpec(
    type="aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    service="ec2",
    id="VpcPeeringConnectionId",
    create=Op(
        "create_vpc_peering_connection", answer="VpcPeeringConnection", again=("InvalidVpcID.NotFound",)
    ),
    read=_READ,
    delete=Op("delete_vpc_peering_connection", {"VpcPeeringConnectionId": ID}),
    # A request that failed cannot be deleted, and goes by itself.
    absent=(*_ABSENT, "InvalidStateTransition"),
    # AWS lists a connection that is over for about two hours.
    gone="contains(['deleted', 'rejected', 'expired'], Status.Code)",
    vanishes_within=120,
    ready=Wait(
        until="contains(['active', 'pending-acceptance'], Status.Code)",
        failed="Status.Code == 'failed' && (Status.Message || 'it failed')",
        seconds=120,
    ),
    find=Listed(
        Op(
            "describe_vpc_peering_connections",
            {"Filters": TAG_FILTERS},
            answer="VpcPeeringConnections[].VpcPeeringConnectionId",
        )
    ),
    fields=(
        Field("vpcId", "VpcId", REPLACE, read="RequesterVpcInfo.VpcId", required=True),
        Field("peerVpcId", "PeerVpcId", REPLACE, read="AccepterVpcInfo.VpcId", required=True),
        Field("peerRegion", "PeerRegion", REPLACE, read="AccepterVpcInfo.Region", computed=True),
        Field("peerOwnerId", "PeerOwnerId", REPLACE, read="AccepterVpcInfo.OwnerId", computed=True),
    ),
    tags=_TAGS,
    # Between two networks there is one connection at most; a second request answers the first one.
    unique=("vpcId", "peerVpcId"),
    outputs={"acceptStatus": Output("Status.Code", changes_with=("*",)), **_SIDES},
    unsupported={
        "accepter": _OWN_TYPE,
        "requester": _OWN_TYPE,
        "autoAccept": "the other side accepts, in its region: `aws.ec2.VpcPeeringConnectionAccepter`",
    },
)


def _accepts(inputs: Properties) -> Iterator[Problem]:
    if inputs.get("autoAccept") is False:
        yield Problem("autoAccept", "has to be true: a connection that nobody accepts joins nothing")


ACCEPTER = ResourceSpec(
    type="aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
    service="ec2",
    id=Text("{vpcPeeringConnectionId}"),
    create=Op(
        "accept_vpc_peering_connection",
        # A request takes some seconds to reach the other region.
        again=_ABSENT,
        # Accepted already: there is nothing left to do.
        none=("InvalidStateTransition",),
    ),
    read=_READ,
    # The connection is the requester's to delete, as in pulumi-aws.
    delete=None,
    absent=_ABSENT,
    # What is not accepted is not there yet.
    gone="!contains(['active', 'provisioning'], Status.Code)",
    ready=Wait(until="Status.Code == 'active'", seconds=120),
    find=ByInputs(),
    fields=(
        Field("vpcPeeringConnectionId", "VpcPeeringConnectionId", REPLACE, required=True),
        Field("autoAccept", "", LOCAL, required=True),
    ),
    # A connection carries tags of its own in each of its two regions.
    tags=replace(_TAGS, create_as=""),
    outputs={
        "acceptStatus": Output("Status.Code", changes_with=("*",)),
        "vpcId": "RequesterVpcInfo.VpcId",
        "peerVpcId": "AccepterVpcInfo.VpcId",
        "peerRegion": "AccepterVpcInfo.Region",
        "peerOwnerId": "AccepterVpcInfo.OwnerId",
        **_SIDES,
    },
    unsupported={"accepter": _OWN_TYPE, "requester": _OWN_TYPE},
    problems=_accepts,
)

_MODIFY = "modify_vpc_peering_connection_options"
# "Peering pcx-… is not active. Peering options can be added only to active peerings."
_SOON = (*_ABSENT, "OperationNotPermitted: is not active")
_OPTIONS = structure({"allowRemoteVpcDnsResolution": _DNS})


def _side(prop: str) -> Field:
    """One side's options. AWS takes and tells in a region only those of the side that lies there."""
    name = prop[0].upper() + prop[1:]
    return Field(
        prop,
        f"{name}PeeringConnectionOptions",
        Op(_MODIFY, {"VpcPeeringConnectionId": ID}, again=_SOON),
        _OPTIONS,
        read=f"{name}VpcInfo.PeeringOptions",
        computed=True,
        may_be_silent=True,
    )


OPTIONS = ResourceSpec(
    type="aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
    service="ec2",
    id=Text("{vpcPeeringConnectionId}"),
    create=Op(_MODIFY, again=_SOON),
    read=_READ,
    # They live and die with the connection.
    delete=None,
    absent=_ABSENT,
    gone=PEERING.gone,
    find=ByInputs(),
    fields=(
        Field("vpcPeeringConnectionId", "VpcPeeringConnectionId", REPLACE, required=True),
        _side("accepter"),
        _side("requester"),
    ),
    outputs={},
)

SPECS = (PEERING, ACCEPTER, OPTIONS)
