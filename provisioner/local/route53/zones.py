"""Private hosted zones, and the networks that they are associated with, in any region."""

from __future__ import annotations

import secrets
import string
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, now

FIRST_RECORDS: Final = ("NS", "SOA")
"""What every zone has from the start."""


def create_hosted_zone(call: Call) -> Answer:
    """A new zone, private if a network is given or it says so. No caller reference makes two."""
    for zone in call.backend.zones.values():
        if zone.caller_reference == call["CallerReference"]:
            text = f"A hosted zone has already been created with the specified caller reference: {zone.id}"
            raise Refusal("HostedZoneAlreadyExists", text)
    config, name, network = call.part("HostedZoneConfig"), _name(call["Name"]), call.get("VPC")
    private = bool(network or config.get("PrivateZone"))
    if network:
        _check_network(call, name, network)
    zone = call.backend.create_hosted_zone(
        name,
        comment=config.get("Comment"),
        private_zone=private,
        caller_reference=call["CallerReference"],
        vpcid=call.part("VPC").get("VPCId"),
        vpcregion=call.part("VPC").get("VPCRegion"),
        delegation_set_id=call.get("DelegationSetId"),
    )
    for record in zone.rrsets:  # moto writes the SOA record as a dictionary's text
        record.records = [one["Value"] if isinstance(one, dict) else one for one in record.records]
    return {
        "HostedZone": _told(zone),
        "ChangeInfo": change(),
        "DelegationSet": _name_servers(zone),  # of a private zone too: the model wants it
        "VPC": network,
        "Location": f"https://route53.amazonaws.com/2013-04-01{zone.id}",
    }


def get_hosted_zone(call: Call) -> Answer:
    """The zone with its networks, or with its name servers if it is public."""
    zone = call.backend.get_hosted_zone(call["Id"])
    return {
        "HostedZone": _told(zone),
        "DelegationSet": None if zone.private_zone else _name_servers(zone),
        "VPCs": networks_of(zone) or None,
    }


def associate_vpc_with_hosted_zone(call: Call) -> Answer:
    """The change; a network sees one zone of a name."""
    zone, network = call.backend.get_hosted_zone(call["HostedZoneId"]), call["VPC"]
    if not zone.private_zone:
        text = "You're trying to associate a VPC with a public hosted zone."
        raise Refusal("PublicZoneVPCAssociation", text)
    _check_network(call, zone.name, network)
    zone.add_vpc(network.get("VPCId"), network.get("VPCRegion"))
    return {"ChangeInfo": change(call.get("Comment"))}


def disassociate_vpc_from_hosted_zone(call: Call) -> Answer:
    """The change; the last network of a zone stays."""
    zone, network = call.backend.get_hosted_zone(call["HostedZoneId"]), call["VPC"]
    if network not in networks_of(zone):
        text = f"The VPC {network.get('VPCId')} is not associated with the hosted zone {zone.id}."
        raise Refusal("VPCAssociationNotFound", text)
    call.backend.disassociate_vpc_from_hosted_zone(zone.id, network["VPCId"])
    return {"ChangeInfo": change(call.get("Comment"))}


def list_hosted_zones_by_vpc(call: Call) -> Answer:
    """The private zones that a network in a region sees."""
    network = {"VPCId": call["VPCId"], "VPCRegion": call["VPCRegion"]}
    told = [
        {"HostedZoneId": zone.resource_id, "Name": zone.name, "Owner": {"OwningAccount": call.account}}
        for zone in call.backend.zones.values()
        if network in networks_of(zone)
    ]
    return {"HostedZoneSummaries": told, "MaxItems": str(call.get("MaxItems") or 100)}


def networks_of(zone: Any) -> list[dict[str, str]]:
    """The networks of a private zone, as Route 53 tells them."""
    return [{"VPCRegion": found["vpc_region"], "VPCId": found["vpc_id"]} for found in zone.vpcs]


def change(comment: str | None = None) -> dict[str, Any]:
    """A change that has reached all name servers."""
    letters = string.ascii_uppercase + string.digits
    identifier = "C" + "".join(secrets.choice(letters) for _ in range(20))
    return {"Id": f"/change/{identifier}", "Status": "INSYNC", "SubmittedAt": now(), "Comment": comment}


def _check_network(call: Call, name: str, network: dict[str, str]) -> None:
    vpc, region = network.get("VPCId"), network.get("VPCRegion")
    if vpc not in call.backend_of("ec2", region).vpcs:
        raise Refusal("InvalidVPCId", f"The VPC: {vpc} in region {region} you provided does not exist.")
    for zone in call.backend.zones.values():
        if zone.name == name and {"VPCRegion": region, "VPCId": vpc} in networks_of(zone):
            text = f"The VPC {vpc} in region {region} has already been associated with the hosted zone "
            raise Refusal("ConflictingDomainExists", f"{text}{zone.resource_id} with the same domain name.")


def _name(given: str) -> str:
    return f"{given.rstrip('.').lower()}."


def _told(zone: Any) -> dict[str, Any]:
    return {
        "Id": zone.id,
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": {"Comment": zone.comment, "PrivateZone": zone.private_zone},
        "ResourceRecordSetCount": len(zone.rrsets),
    }


def _name_servers(zone: Any) -> dict[str, Any]:
    return {"NameServers": zone.delegation_set.name_servers, "Id": zone.delegation_set.id or None}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_hosted_zone,
    get_hosted_zone,
    associate_vpc_with_hosted_zone,
    disassociate_vpc_from_hosted_zone,
    list_hosted_zones_by_vpc,
)
