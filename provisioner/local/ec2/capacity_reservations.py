"""On-demand capacity reservations. Nothing runs in them: what is reserved is available."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from provisioner.local.ec2.tagging import check_dry_run, passes, tag_new, tags_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, now, page, random_id

FILTERS: Final = {
    "instance-type": "InstanceType",
    "owner-id": "OwnerId",
    "instance-platform": "InstancePlatform",
    "availability-zone": "AvailabilityZone",
    "availability-zone-id": "AvailabilityZoneId",
    "tenancy": "Tenancy",
    "state": "State",
    "end-date-type": "EndDateType",
    "instance-match-criteria": "InstanceMatchCriteria",
    "placement-group-arn": "PlacementGroupArn",
}


def create_capacity_reservation(call: Call) -> Answer:
    """A reservation, active at once; the same one again for the same client token."""
    token = call.get("ClientToken")
    for found in kept(call.backend, "capacity_reservations").values():
        if token and found["token"] == token:
            return {"CapacityReservation": _told(call, found)}
    zone = _zone(call)
    if not call["InstanceCount"] > 0:
        raise Refusal("InvalidParameterValue", "The instance count must be greater than zero.")
    end = _end(call, call.get("EndDateType", "limited" if call.get("EndDate") else "unlimited"))
    check_dry_run(call)
    identifier = random_id("cr")
    tag_new(call, "capacity-reservation", identifier)
    told = {
        "CapacityReservationId": identifier,
        "OwnerId": call.account,
        "CapacityReservationArn": call.arn("ec2", f"capacity-reservation/{identifier}"),
        "AvailabilityZone": zone.name,
        "AvailabilityZoneId": zone.zone_id,
        "InstanceType": call["InstanceType"],
        "InstancePlatform": call["InstancePlatform"],
        "Tenancy": call.get("Tenancy", "default"),
        "TotalInstanceCount": call["InstanceCount"],
        "AvailableInstanceCount": call["InstanceCount"],
        "EbsOptimized": call.get("EbsOptimized", False),
        "EphemeralStorage": call.get("EphemeralStorage", False),
        "State": "active",
        "StartDate": now(),
        "CreateDate": now(),
        "InstanceMatchCriteria": call.get("InstanceMatchCriteria", "open"),
        "PlacementGroupArn": call.get("PlacementGroupArn"),
        "OutpostArn": call.get("OutpostArn"),
        "ReservationType": "default",
        **end,
    }
    kept(call.backend, "capacity_reservations")[identifier] = {"told": told, "token": token}
    return {"CapacityReservation": _told(call, kept(call.backend, "capacity_reservations")[identifier])}


def describe_capacity_reservations(call: Call) -> Answer:
    """The reservations, those that were cancelled among them; an unknown id is refused."""
    asked = call.get("CapacityReservationIds") or list(kept(call.backend, "capacity_reservations"))
    told = {one: _told(call, _found(call, one)) for one in asked}
    wanted = [one for one in asked if passes(told[one], call.parts("Filters"), FILTERS)]
    names, token = page(wanted, call)
    return {"CapacityReservations": [told[one] for one in names], "NextToken": token}


def modify_capacity_reservation(call: Call) -> Answer:
    """True; the reservation has another size, end or use."""
    told = _active(call)
    count = call.get("InstanceCount", told["TotalInstanceCount"])
    changes = {"TotalInstanceCount": count, "AvailableInstanceCount": count}
    if call.get("InstanceMatchCriteria"):
        changes["InstanceMatchCriteria"] = call["InstanceMatchCriteria"]
    if call.get("EndDateType") or call.get("EndDate"):
        changes |= {"EndDate": None} | _end(call, call.get("EndDateType", "limited"))
    check_dry_run(call)
    told |= changes
    return {"Return": True}


def cancel_capacity_reservation(call: Call) -> Answer:
    """True; the reservation stays visible as cancelled, without capacity."""
    told = _active(call)
    check_dry_run(call)
    told |= {"State": "cancelled", "TotalInstanceCount": 0, "AvailableInstanceCount": 0}
    return {"Return": True}


def _found(call: Call, identifier: str) -> dict[str, Any]:
    found = kept(call.backend, "capacity_reservations").get(identifier)
    if found is None:
        text = f"The capacity reservation '{identifier}' does not exist."
        raise Refusal("InvalidCapacityReservationId.NotFound", text)
    return found


def _active(call: Call) -> dict[str, Any]:
    told = _found(call, call["CapacityReservationId"])["told"]
    if told["State"] != "active":
        text = f"The capacity reservation '{told['CapacityReservationId']}' is {told['State']}."
        raise Refusal("InvalidCapacityReservationState", text)
    return told


def _zone(call: Call) -> Any:
    for zone in call.backend.describe_availability_zones():
        if call.get("AvailabilityZone") == zone.name or call.get("AvailabilityZoneId") == zone.zone_id:
            return zone
    raise Refusal("InvalidParameterValue", "The availability zone is not one of this region.")


def _end(call: Call, kind: str) -> dict[str, Any]:
    end = call.get("EndDate")
    if (kind == "limited") != bool(end):
        text = "An end date is given with the end date type limited, and only with it."
        raise Refusal("InvalidParameterCombination", text)
    if end and end <= datetime.now(UTC).replace(tzinfo=None):
        raise Refusal("InvalidParameterValue", "The end date must be in the future.")
    return {"EndDateType": kind, **({"EndDate": end} if end else {})}


def _told(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    return {**found["told"], "Tags": tags_of(call, found["told"]["CapacityReservationId"])}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_capacity_reservation,
    describe_capacity_reservations,
    modify_capacity_reservation,
    cancel_capacity_reservation,
)
