"""Changes of a zone's records: all of a batch or none, each record known by name, type and set identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.route53.models import RecordSet  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Answer, Call, Operation, Refusal
from provisioner.local.route53.zones import change

ROUTING: Final = ("Weight", "Region", "GeoLocation", "Failover", "MultiValueAnswer")
"""What tells apart records of one name and type; each needs a set identifier."""

Key = tuple[str, str, str | None]
Records = dict[Key, Any]


def change_resource_record_sets(call: Call) -> Answer:
    """The change; the zone stays as it was if one part of it is refused."""
    zone = call.backend.get_hosted_zone(call["HostedZoneId"])
    records: Records = {(one.name, one.type, one.set_identifier): one for one in zone.rrsets}
    for part in call["ChangeBatch"]["Changes"]:
        given = dict(part["ResourceRecordSet"])
        given["Name"] = _spelt(given["Name"])
        _check(call, zone, given)
        _apply(part["Action"], given, records)
    zone.rrsets = list(records.values())
    return {"ChangeInfo": change(call["ChangeBatch"].get("Comment"))}


def _apply(action: str, given: Mapping[str, Any], records: Records) -> None:
    key = (given["Name"], given["Type"], given.get("SetIdentifier"))
    if action == "CREATE" and key in records:
        raise _refused("create", key, "it already exists")
    if action == "DELETE" and key not in records:
        raise _refused("delete", key, "it was not found")
    if action == "DELETE":
        if _values(_record(given)) != _values(records[key]):
            raise _refused("delete", key, "the values provided do not match the current values")
        del records[key]
        return
    _check_neighbours(key, given, records)
    records[key] = _record(given)


def _check(call: Call, zone: Any, given: Mapping[str, Any]) -> None:
    name = given["Name"]
    if name != zone.name and not name.endswith(f".{zone.name}"):
        raise _batch(f"RRSet with DNS name {name} is not permitted in zone {zone.name}")
    routed = [word for word in ROUTING if word in given]
    if len(routed) > 1 or bool(routed) != bool(given.get("SetIdentifier")):
        raise _batch(
            f"RRSet with DNS name {name} needs one routing policy and a SetIdentifier, or neither of them"
        )
    if bool(given.get("AliasTarget")) == bool(given.get("ResourceRecords") and "TTL" in given):
        raise _batch(f"Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]] for {name}")
    check = given.get("HealthCheckId")
    if check and check not in call.backend.health_checks:
        raise Refusal("NoSuchHealthCheck", f"A health check with id {check} does not exist.")


def _check_neighbours(key: Key, given: Mapping[str, Any], records: Records) -> None:
    name, kind, identifier = key
    for other, record in records.items():
        if other[0] != name or other == key:
            continue
        if other[1] != kind and "CNAME" in (kind, other[1]):
            raise _batch(
                f"RRSet of type {kind} with DNS name {name} is not permitted beside a CNAME or as one"
            )
        if other[1] == kind and (other[2] is None or identifier is None):
            raise _batch(
                f"RRSet with DNS name {name}, type {kind} cannot be both simple and of a routing policy"
            )
        if other[1] == kind and given.get("Failover") and record.failover == given["Failover"]:
            raise _batch(
                f"RRSet with DNS name {name}, type {kind} has a {given['Failover']} already: {other[2]}"
            )


def _record(given: Mapping[str, Any]) -> Any:
    values = [one["Value"] for one in given.get("ResourceRecords") or ()]
    return RecordSet({**given, "ResourceRecords": values})


def _values(record: Any) -> tuple[Any, ...]:
    ttl = None if record.ttl is None else int(record.ttl)
    return (
        ttl,
        sorted(record.records or ()),
        record.alias_target,
        record.failover,
        record.weight,
        record.region,
    )


def _spelt(name: str) -> str:
    return f"{name.rstrip('.').lower()}.".replace("*", "\\052")


def _refused(verb: str, key: Key, reason: str) -> Refusal:
    name, kind, identifier = key
    also = f", set identifier='{identifier}'" if identifier else ""
    return _batch(f"Tried to {verb} resource record set [name='{name}', type='{kind}'{also}] but {reason}")


def _batch(text: str) -> Refusal:
    return Refusal("InvalidChangeBatch", f"[{text}]")


OPERATIONS: Final[tuple[Operation, ...]] = (change_resource_record_sets,)
