"""Where the platform lives: a network of its own, laid out by position, or an existing one."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from environments.diagnostics import Problem
from environments.quantities import Days, Whole
from environments.section import Form, Section, distinct, refused

REGION_PREFIX: Final = 16
"""A region takes one /16, so that its position alone decides every address in it."""

MOST_ZONES: Final = 6

PRIVATE_BLOCKS: Final = tuple(
    IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
"""RFC 1918, section 3."""

LOG_RETENTION: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Days CloudWatch Logs can keep events: PutRetentionPolicy, `retentionInDays`."""


CIDR_EXAMPLE: Final = "10.20.0.0/14"
_CIDR_FIX: Final = f"write a private block of /{REGION_PREFIX} or larger, for example `cidr: {CIDR_EXAMPLE}`."


def _address_block(value: object) -> IPv4Network:
    """A CIDR block, read so that each way of being wrong has its own sentence."""
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9.]+/[0-9]+", value):
        raise refused(Problem.FORM, "An address block is an IPv4 address and a prefix length.", _CIDR_FIX)
    try:
        block = IPv4Network(value, strict=False)
    except ValueError:
        raise refused(Problem.FORM, f"`{value}` is no IPv4 address block.", _CIDR_FIX) from None
    if value.split("/")[0] != str(block.network_address):
        detail = f"`{value}` is an address inside the block `{block}`, not the block."
        fix = f"write `cidr: {block}`." if _is_private(block) else _CIDR_FIX
        raise refused(Problem.ADDRESSES, detail, fix)
    return block


def _is_private(block: IPv4Network) -> bool:
    return any(block.subnet_of(private) for private in PRIVATE_BLOCKS)


def _private_and_large(block: IPv4Network) -> IPv4Network:
    if not _is_private(block):
        allowed = ", ".join(str(private) for private in PRIVATE_BLOCKS)
        detail = f"`{block}` is not private: addresses in it may belong to others on the internet."
        raise refused(Problem.ADDRESSES, detail, f"take a block inside one of {allowed}.")
    if block.prefixlen > REGION_PREFIX:
        detail = (
            f"`{block}` is too small: every region takes a /{REGION_PREFIX} of it by its position, and a "
            "network cannot be enlarged after it is made."
        )
        fix = f"write `cidr: {block.supernet(new_prefix=REGION_PREFIX)}`, or a larger block."
        raise refused(Problem.ADDRESSES, detail, fix)
    return block


AddressBlock = Annotated[
    IPv4Network,
    BeforeValidator(_address_block),
    AfterValidator(_private_and_large),
    WithJsonSchema({"type": "string", "pattern": r"^(10|172|192)(\.[0-9]{1,3}){3}/([89]|1[0-6])$"}),
]


def private_block(region_block: IPv4Network, zone: int) -> IPv4Network:
    """The /19 of the zone's private subnet: 8,192 addresses, nodes and pods; `zone` counts from 0 to 5."""
    return _part(region_block, zone, start=0, step=32, prefix=19)


def public_block(region_block: IPv4Network, zone: int) -> IPv4Network:
    """The /22 of the zone's public subnet: NAT and load balancers; `zone` counts from 0 to 5."""
    return _part(region_block, zone, start=192, step=4, prefix=22)


def _part(region_block: IPv4Network, zone: int, *, start: int, step: int, prefix: int) -> IPv4Network:
    assert region_block.prefixlen == REGION_PREFIX, f"{region_block} is not a region's block"
    assert 0 <= zone < MOST_ZONES, f"there is no room for zone {zone}"
    # The third octet is a function of the zone's position alone: adding a zone moves nothing.
    return IPv4Network((int(region_block.network_address) + ((start + zone * step) << 8), prefix))


SubnetId = Annotated[
    str,
    Form("`subnet-` and 8 or 17 hexadecimal digits"),
    Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", examples=["subnet-0a1b2c3d"]),
]


class OwnNetwork(Section):
    """A VPC made for this environment: one private and one public subnet in each zone."""

    cidr: Annotated[
        AddressBlock,
        Form("a private IPv4 block of /16 or larger"),
        Field(
            description="Private block of /16 or larger; each region takes a /16 of it by its position.",
            examples=[CIDR_EXAMPLE],
        ),
    ]
    zones: Annotated[
        Whole,
        Field(
            ge=2, le=MOST_ZONES, description="Zones used in each region; more may be added later, none moves."
        ),
    ] = 3
    nat: Annotated[
        Literal["per_zone", "single", "none"],
        Field(
            description="NAT gateways: one in each zone, or one for all (cheaper, and lost with its zone); "
            "none in an air gap, and only there.",
        ),
    ] = "per_zone"
    flow_logs: Annotated[
        timedelta,
        Days(allowed=LOG_RETENTION),
        Field(description="How long flow logs are kept; a time CloudWatch Logs offers.", examples=["365d"]),
    ] = timedelta(days=365)

    def region_block(self, position: int) -> IPv4Network:
        """The /16 of the region at `position` (0: the primary); `IndexError` when the block is full."""
        count = 1 << (REGION_PREFIX - self.cidr.prefixlen)
        if not 0 <= position < count:
            raise IndexError(position)
        return IPv4Network((int(self.cidr.network_address) + (position << 16), REGION_PREFIX))


class ExistingNetwork(Section):
    """A VPC somebody else made; nothing in it is changed."""

    vpc: Annotated[
        str,
        Form("`vpc-` and 8 or 17 hexadecimal digits"),
        Field(
            pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$",
            description="Id of the VPC.",
            examples=["vpc-0a1b2c3d"],
        ),
    ]
    private_subnets: Annotated[
        tuple[SubnetId, ...],
        Field(
            min_length=2,
            description="Ids of its private subnets, in two zones or more.",
            examples=[["subnet-0a1b2c3d", "subnet-4e5f6a7b"]],
        ),
        AfterValidator(distinct),
    ]


def _settings(network: object) -> set[str]:
    return set(cast("dict[str, Any]", network)) if isinstance(network, dict) else set()


def _form(network: object) -> str:
    """Which of the two forms a network is written in."""
    named = isinstance(network, ExistingNetwork) or {"vpc", "private_subnets"} & _settings(network)
    return "existing" if named else "own"


def _one_form(network: object) -> object:
    """Refuses a network that names an existing VPC and lays out a new one."""
    settings = _settings(network)
    if (own := settings & OwnNetwork.model_fields.keys()) and settings & ExistingNetwork.model_fields.keys():
        names = ", ".join(f"`{name}`" for name in sorted(own))
        detail = (
            f"An existing VPC is named, and {names} would lay out a new one: an environment has one network."
        )
        fix = "keep `vpc` and `private_subnets`, or keep `cidr`; not both."
        raise refused(Problem.CONTRADICTION, detail, fix, at=(min(own),), blame="whole")
    return network


Network = Annotated[
    Annotated[OwnNetwork, Tag("own")] | Annotated[ExistingNetwork, Tag("existing")],
    Discriminator(_form),
    BeforeValidator(_one_form),
]
