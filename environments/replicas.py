"""Further regions of an environment: each gets a network, a cluster and copies of its own."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field

from environments.diagnostics import Problem
from environments.network import REGION_PREFIX, AddressBlock
from environments.regions import REGIONS, Region
from environments.section import Form, Section, refused
from environments.short_form import Short


def _one_region(block: IPv4Network) -> IPv4Network:
    if block.prefixlen != REGION_PREFIX:
        detail = f"`{block}` is larger than what one region takes, a /{REGION_PREFIX}."
        fix = f"write `cidr: {next(block.subnets(new_prefix=REGION_PREFIX))}`."
        raise refused(Problem.ADDRESSES, detail, fix)
    return block


class Replica(Section):
    """One more region; regions are only ever appended, because the position decides addresses."""

    region: Annotated[
        Region, Form("a region of AWS"), Field(description="AWS region.", examples=["eu-west-1"])
    ]
    cidr: Annotated[
        Annotated[AddressBlock, AfterValidator(_one_region)] | None,
        Form(f"a private IPv4 block of /{REGION_PREFIX}"),
        Field(
            description="Private block of its own; none: the /16 of `network.cidr` at the region's position.",
            examples=["10.30.0.0/16"],
        ),
    ] = None


ReplicaRegion = Annotated[Replica, Short("region", tuple(REGIONS))]
