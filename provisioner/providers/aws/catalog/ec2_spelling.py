"""How EC2 spells what only EC2 has: log destinations, permissions of security groups, protocols, ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.providers.aws.codecs import structure
from provisioner.providers.aws.spec import Codec

_PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""Numbers of protocols that AWS answers by name. IANA, "Assigned Internet Protocol Numbers"."""


def _without_stream(arn: str) -> str:
    """A log group's ARN; CloudWatch writes it with a trailing `:*`, which stands for its streams."""
    return arn.removesuffix(":*")


LOG_GROUP_ARN = Codec(encode=_without_stream, decode=_without_stream, canonical=_without_stream)


_FILES = structure(
    {
        "fileFormat": "FileFormat",
        "hiveCompatiblePartitions": "HiveCompatiblePartitions",
        "perHourPartition": "PerHourPartition",
    }
)
_AS_BORN: tuple[Any, ...] = (None, False, "plain-text")

LOG_FILES = Codec(
    encode=_FILES.encode,
    decode=_FILES.decode,
    canonical=lambda options: {name: value for name, value in options.items() if value not in _AS_BORN},
)
"""How flow logs in S3 are written; what is left out is plain text in one folder a day."""


def _protocol(name: Any) -> Any:
    text = str(name).lower()
    return _PROTOCOLS.get(text, text)


PROTOCOL = Codec(encode=_protocol, decode=_protocol, canonical=_protocol)


NOTE = Codec(encode=lambda text: text, decode=lambda text: text or None)
"""A description; an empty one is none."""


def _known_port(port: Any) -> Any:
    """The port, or None for -1, AWS's word for "all of them", which a program expresses by leaving it out."""
    return None if port == -1 else port


PORT = Codec(encode=lambda port: port, decode=_known_port, canonical=_known_port)


def _permission(permission: Mapping[str, Any]) -> dict[str, Any]:
    def given(members: str, key: str) -> list[str]:
        return [member[key] for member in permission.get(members, [])]

    described: list[str] = [
        member["Description"]
        for members in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
        for member in permission.get(members, [])
        if member.get("Description")
    ]
    return {
        "protocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort", 0),
        "toPort": permission.get("ToPort", 0),
        "cidrBlocks": given("IpRanges", "CidrIp"),
        "ipv6CidrBlocks": given("Ipv6Ranges", "CidrIpv6"),
        "prefixListIds": given("PrefixListIds", "PrefixListId"),
        "securityGroups": given("UserIdGroupPairs", "GroupId"),
        "description": next(iter(described), ""),
        "self": False,
    }


def _permissions(answer: Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    return [_permission(permission) for permission in answer or ()]


def _permission_sent(rule: Mapping[str, Any]) -> dict[str, Any]:
    note = {"Description": rule["description"]} if rule.get("description") else {}
    members = (
        ("IpRanges", "CidrIp", "cidrBlocks"),
        ("Ipv6Ranges", "CidrIpv6", "ipv6CidrBlocks"),
        ("PrefixListIds", "PrefixListId", "prefixListIds"),
        ("UserIdGroupPairs", "GroupId", "securityGroups"),
    )
    sent = {name: [{key: value, **note} for value in rule.get(prop) or ()] for name, key, prop in members}
    ports = {} if rule["protocol"] == "-1" else {"FromPort": rule["fromPort"], "ToPort": rule["toPort"]}
    return {"IpProtocol": rule["protocol"], **ports, **{name: list_ for name, list_ in sent.items() if list_}}


def _permissions_sent(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_permission_sent(rule) for rule in rules]


PERMISSIONS = Codec(encode=_permissions_sent, decode=_permissions)
"""The rules of a group as pulumi-aws lists them; a group is always named by its id, never as `self`."""
