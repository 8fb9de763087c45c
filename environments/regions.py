"""AWS's regions and their zones, so that a plan needs no account to know them.

As of 2026-11-21. Region codes and names: `endpoints.json` of botocore 1.44.5, partition `aws`. Zone letters:
the zone table of moto 5.2.5 (`moto/ec2/models/availability_zones_and_regions.py`), which is AWS's own answer
to DescribeAvailabilityZones. The letters of the oldest regions are mapped for each account on its own; an
account that lacks one is found by preflight, not here.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.section import refused

AS_OF: Final = "2026-11-21"

REGIONS: Final[dict[str, tuple[str, str]]] = {
    "af-south-1": ("abc", "Africa (Cape Town)"),
    "ap-east-1": ("abc", "Asia Pacific (Hong Kong)"),
    "ap-east-2": ("abc", "Asia Pacific (Taipei)"),
    "ap-northeast-1": ("acd", "Asia Pacific (Tokyo)"),
    "ap-northeast-2": ("abcd", "Asia Pacific (Seoul)"),
    "ap-northeast-3": ("abc", "Asia Pacific (Osaka)"),
    "ap-south-1": ("abc", "Asia Pacific (Mumbai)"),
    "ap-south-2": ("abc", "Asia Pacific (Hyderabad)"),
    "ap-southeast-1": ("abc", "Asia Pacific (Singapore)"),
    "ap-southeast-2": ("abc", "Asia Pacific (Sydney)"),
    "ap-southeast-3": ("abc", "Asia Pacific (Jakarta)"),
    "ap-southeast-4": ("abc", "Asia Pacific (Melbourne)"),
    "ap-southeast-5": ("abc", "Asia Pacific (Malaysia)"),
    "ap-southeast-6": ("abc", "Asia Pacific (New Zealand)"),
    "ap-southeast-7": ("abc", "Asia Pacific (Thailand)"),
    "ca-central-1": ("abd", "Canada (Central)"),
    "ca-west-1": ("abc", "Canada West (Calgary)"),
    "eu-central-1": ("abc", "Europe (Frankfurt)"),
    "eu-central-2": ("abc", "Europe (Zurich)"),
    "eu-north-1": ("abc", "Europe (Stockholm)"),
    "eu-south-1": ("abc", "Europe (Milan)"),
    "eu-south-2": ("abc", "Europe (Spain)"),
    "eu-west-1": ("abc", "Europe (Ireland)"),
    "eu-west-2": ("abc", "Europe (London)"),
    "eu-west-3": ("abc", "Europe (Paris)"),
    "il-central-1": ("abc", "Israel (Tel Aviv)"),
    "me-central-1": ("abc", "Middle East (UAE)"),
    "me-south-1": ("abc", "Middle East (Bahrain)"),
    "mx-central-1": ("abc", "Mexico (Central)"),
    "sa-east-1": ("abc", "South America (Sao Paulo)"),
    "us-east-1": ("abcdef", "US East (N. Virginia)"),
    "us-east-2": ("abc", "US East (Ohio)"),
    "us-west-1": ("ab", "US West (N. California)"),
    "us-west-2": ("abcd", "US West (Oregon)"),
}
"""Region -> letters of its zones, in the order in which they are taken; and its name."""


def zone_count(region: str) -> int:
    """How many zones the region has; `KeyError` for a region that is not in the table."""
    return len(REGIONS[region][0])


def zones(region: str, count: int) -> tuple[str, ...]:
    """The first `count` zones of a region, as `us-east-1a`.

    A higher count only appends, so a zone never changes its position. Refuses an unknown region, and more
    zones than it has.
    """
    letters = REGIONS[known_region(region)][0]
    if count > len(letters):
        raise too_many_zones(region, count)
    return tuple(f"{region}{letter}" for letter in letters[:count])


def too_many_zones(region: str, count: int) -> PydanticCustomError:
    """The refusal of more zones than the region has."""
    most = zone_count(region)
    detail = f"`{region}` has {most} zones (table of {AS_OF}); {count} are asked for."
    fix = f"write `zones: {most}`, or choose a region with more."
    return refused(Problem.ZONES, detail, fix, at=("zones",), because=("region",))


def known_region(region: str) -> str:
    """The region itself, if it is in the table."""
    if no := unknown_region(region):
        raise no
    return region


def unknown_region(region: str) -> PydanticCustomError | None:
    """Why the region is none, or None."""
    if region in REGIONS:
        return None
    detail = f"`{region}` is not among AWS's commercial regions (table of {AS_OF})."
    return refused(Problem.REGION, detail, _nearest(region))


Region = Annotated[
    str, AfterValidator(known_region), WithJsonSchema({"type": "string", "enum": list(REGIONS)})
]


def _nearest(region: str) -> str:
    near = difflib.get_close_matches(region, REGIONS, n=3, cutoff=0.5)
    if near:
        return f"write one of {', '.join(near)}."
    return "write the region's code, for example us-east-1."
