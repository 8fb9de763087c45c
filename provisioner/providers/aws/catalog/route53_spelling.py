"""How Route 53 spells names, networks, and what a record answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from provisioner.providers.aws.codecs import one_of_list, structure
from provisioner.providers.aws.spec import Codec

_STAR = r"\052"
"""How an asterisk is answered: docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html."""


def domain(name: str) -> str:
    """A domain name as Pulumi's state has it: small letters, no full stop behind it."""
    return name.replace(_STAR, "*").lower().removesuffix(".")


DOMAIN = Codec(encode=domain, decode=domain, canonical=domain)

_VPC = structure({"vpcId": "VPCId", "vpcRegion": "VPCRegion"})


def _vpc(value: Any) -> dict[str, Any]:
    """One network; a zone is made with the first of its list, and the others are associated one by one."""
    return _VPC.encode(cast("list[Any]", value)[0] if isinstance(value, list) else value)


VPCS = Codec(
    encode=_vpc,
    decode=lambda answer: [_VPC.decode(vpc) for vpc in answer],
    # A network's id is its own in all regions.
    canonical=lambda vpcs: sorted(str(vpc.get("vpcId", "")) for vpc in vpcs),
)


def _bare(text: str) -> str:
    """A text record's value without the quotes that Route 53 wants around it."""
    quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    return text[1:-1] if quoted else text


RECORDS = Codec(
    encode=lambda values: [{"Value": value} for value in values],
    decode=lambda answer: [_bare(record["Value"]) for record in answer],
    canonical=lambda values: sorted(_bare(value) for value in values),
)
"""What a record answers; `quoted` puts the quotes around the values of text records."""


def quoted(records: list[Mapping[str, str]]) -> list[dict[str, str]]:
    """The records of a type whose values are texts (TXT, SPF), in quotes."""
    return [{"Value": f'"{_bare(record["Value"])}"'} for record in records]


_ALIAS = structure(
    {"zoneId": "HostedZoneId", "name": "DNSName", "evaluateTargetHealth": "EvaluateTargetHealth"}
)


def _target(alias: Mapping[str, Any]) -> dict[str, Any]:
    """An alias as it is compared; AWS puts `dualstack.` before the names of load balancers."""
    return {**_ALIAS.canonical(alias), "name": domain(str(alias.get("name", ""))).removeprefix("dualstack.")}


ALIASES = one_of_list(
    Codec(
        encode=_ALIAS.encode,
        decode=lambda alias: {**_ALIAS.decode(alias), "name": domain(alias["DNSName"])},
        canonical=_target,
    )
)

GEOLOCATION = structure(
    {"continent": "ContinentCode", "country": "CountryCode", "subdivision": "SubdivisionCode"}
)
