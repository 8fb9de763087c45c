"""Peering of networks in two regions: one connection that both see, with tags of its own in each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from provisioner.local.ec2.tagging import check_dry_run, passes, tags_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, now

FILTERS: Final = {
    "accepter-vpc-info.cidr-block": "AccepterVpcInfo.CidrBlock",
    "accepter-vpc-info.owner-id": "AccepterVpcInfo.OwnerId",
    "accepter-vpc-info.vpc-id": "AccepterVpcInfo.VpcId",
    "requester-vpc-info.cidr-block": "RequesterVpcInfo.CidrBlock",
    "requester-vpc-info.owner-id": "RequesterVpcInfo.OwnerId",
    "requester-vpc-info.vpc-id": "RequesterVpcInfo.VpcId",
    "status-code": "Status.Code",
    "status-message": "Status.Message",
    "vpc-peering-connection-id": "VpcPeeringConnectionId",
}
SIDES: Final = (
    ("AccepterPeeringConnectionOptions", "accepter_options", "peer_vpc"),
    ("RequesterPeeringConnectionOptions", "requester_options", "vpc"),
)
OPTION: Final = "AllowDnsResolutionFromRemoteVpc"


def describe_vpc_peering_connections(call: Call) -> Answer:
    """The connections that the region takes part in, with the tags that they have in this region."""
    known = call.backend.vpc_pcxs
    asked = call.get("VpcPeeringConnectionIds") or list(known)
    unknown = next((one for one in asked if one not in known), None)
    if unknown:
        text = f"The vpcPeeringConnection ID '{unknown}' does not exist"
        raise Refusal("InvalidVpcPeeringConnectionID.NotFound", text)
    check_dry_run(call)
    told = [_told(call, known[one]) for one in asked]
    return {"VpcPeeringConnections": [one for one in told if passes(one, call.parts("Filters"), FILTERS)]}


def accept_vpc_peering_connection(call: Call) -> Answer:
    """The connection, active; only the region and account of the other network can accept it."""
    check_dry_run(call)
    accepted = call.backend.accept_vpc_peering_connection(call["VpcPeeringConnectionId"])
    return {"VpcPeeringConnection": _told(call, accepted)}


def modify_vpc_peering_connection_options(call: Call) -> Answer:
    """The options that were set. Each side sets its own, in its region, and only while it is active."""
    found = call.backend.get_vpc_peering_connection(call["VpcPeeringConnectionId"])
    given = [side for side in SIDES if call.has(side[0])]
    if not given:
        raise Refusal("InvalidParameterCombination", "You must specify at least one of the peering options.")
    if found.status["Code"] != "active":
        text = f"Peering connection {found.id} is not active"
        raise Refusal("OperationNotPermitted", text)
    for parameter, _, network in given:
        side = getattr(found, network)
        if (side.owner_id, side.region) != (call.account, call.region):
            text = f"User {call.account} cannot modify {parameter} of {found.id} in {call.region}."
            raise Refusal("OperationNotPermitted", text)
    check_dry_run(call)
    for parameter, options, _ in given:
        getattr(found, options).update(call[parameter])
    return {parameter: {OPTION: getattr(found, options)[OPTION]} for parameter, options, _ in given}


def _told(call: Call, found: Any) -> dict[str, Any]:
    code = found.status["Code"]
    return {
        "VpcPeeringConnectionId": found.id,
        "RequesterVpcInfo": _side(found.vpc, found.requester_options),
        "AccepterVpcInfo": _side(found.peer_vpc, found.accepter_options),
        "Status": found.status,
        "ExpirationTime": now() + timedelta(days=7) if code == "pending-acceptance" else None,
        "Tags": tags_of(call, found.id),
    }


def _side(network: Any, options: dict[str, Any]) -> dict[str, Any]:
    blocks = network.get_cidr_block_association_set()
    return {
        "OwnerId": network.owner_id,
        "Region": network.region,
        "VpcId": network.id,
        "CidrBlock": network.cidr_block,
        "CidrBlockSet": [{"CidrBlock": block["cidr_block"]} for block in blocks],
        "PeeringOptions": {name: options[name] for name in options if name != "AllowMultipathResilience"},
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    describe_vpc_peering_connections,
    accept_vpc_peering_connection,
    modify_vpc_peering_connection_options,
)
