"""How EC2 spells what is in a launch template: disks, network interfaces, tags of what is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.codecs import PASCAL, SET, TAG_PAIRS, each, set_of
from provisioner.providers.aws.spec import SAME, Codec
from provisioner.providers.interface import Problem


def _flag(value: Any) -> bool:
    return value is True or value == "true"


FLAG: Final = Codec(encode=_flag, decode=lambda flag: "true" if flag else "false", canonical=_flag)
"""A truth value that pulumi-aws writes as a text, so that it can also be left to AWS."""


def _given(value: Any) -> bool:
    return value not in (None, "", [], {})


def _counts(value: Any) -> bool:
    """Whether a number says more than its absence does: an index of 0 is the first one."""
    return isinstance(value, bool) or value != 0


def _without_gaps(value: Any) -> Any:
    if isinstance(value, dict):
        mapping = cast("Properties", value)
        return {name: _without_gaps(item) for name, item in mapping.items() if _given(item)}
    return value


NESTED: Final = Codec(encode=PASCAL.encode, decode=PASCAL.decode, canonical=_without_gaps)
"""A structure whose names differ only in their first letter; what is empty counts as left out."""


def _members(*plain: str, **spelt: tuple[str, Codec]) -> Codec:
    """A structure: members whose names differ only in their first letter, and others with name and codec."""
    table = {name: (f"{name[0].upper()}{name[1:]}", SAME) for name in plain} | spelt
    back = {api: (name, codec) for name, (api, codec) in table.items()}

    def encode(value: Mapping[str, Any]) -> dict[str, Any]:
        given = ((table[name], item) for name, item in value.items() if name in table and _given(item))
        return {api: codec.encode(item) for (api, codec), item in given}

    def decode(value: Mapping[str, Any]) -> dict[str, Any]:
        told = ((back[api], item) for api, item in value.items() if api in back and _given(item))
        return {name: codec.decode(item) for (name, codec), item in told}

    def canonical(value: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: item for name, item in value.items() if _given(item) and _counts(item)}
        return {name: table[name][1].canonical(item) for name, item in given.items() if name in table}

    return Codec(encode, decode, canonical)


_DISK: Final = _members(
    "iops",
    "kmsKeyId",
    "snapshotId",
    "throughput",
    "volumeInitializationRate",
    "volumeSize",
    "volumeType",
    deleteOnTermination=("DeleteOnTermination", FLAG),
    encrypted=("Encrypted", FLAG),
)

BLOCK_DEVICES: Final = each(_members("deviceName", "noDevice", "virtualName", ebs=("Ebs", _DISK)))

NETWORK_INTERFACES: Final = each(
    _members(
        "description",
        "deviceIndex",
        "enaQueueCount",
        "interfaceType",
        "networkCardIndex",
        "networkInterfaceId",
        "privateIpAddress",
        "subnetId",
        associatePublicIpAddress=("AssociatePublicIpAddress", FLAG),
        deleteOnTermination=("DeleteOnTermination", FLAG),
        connectionTrackingSpecification=("ConnectionTrackingSpecification", NESTED),
        enaSrdSpecification=("EnaSrdSpecification", NESTED),
        ipv4AddressCount=("SecondaryPrivateIpAddressCount", SAME),
        ipv4PrefixCount=("Ipv4PrefixCount", SAME),
        securityGroups=("Groups", SET),
    )
)
_REFUSED = (
    "associateCarrierIpAddress",
    "ipv4Addresses",
    "ipv4Prefixes",
    "ipv6AddressCount",
    "ipv6Addresses",
    "ipv6PrefixCount",
    "ipv6Prefixes",
    "primaryIpv6",
)
"""Members of a network interface that no template of ours has: addresses that are written down, IPv6."""

TAGS_OF_STARTED: Final = set_of(_members("resourceType", tags=("Tags", TAG_PAIRS)))
"""Tags that instances, disks and network interfaces get when they are made."""

METADATA: Final = _members(
    "httpEndpoint", "httpProtocolIpv6", "httpPutResponseHopLimit", "httpTokens", "instanceMetadataTags"
)


def interface_problems(inputs: Properties) -> Iterator[Problem]:
    """What a network interface of a template may not have here."""
    interfaces: Any = inputs.get("networkInterfaces")
    for interface in cast("list[Any]", interfaces) if isinstance(interfaces, list) else ():
        given: Properties = cast("Properties", interface) if isinstance(interface, dict) else {}
        for name in _REFUSED:
            if given.get(name) not in (None, [], "", "false"):
                yield Problem("networkInterfaces", f"`{name}` is not supported here: AWS chooses addresses")
