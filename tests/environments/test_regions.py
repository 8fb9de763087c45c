"""The table of regions: what it promises to programs, and that it still agrees with its sources."""

import re

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.regions import REGIONS, zone_count, zones


def test_zones_are_named_after_their_region():
    assert zones("us-east-1", 3) == ("us-east-1a", "us-east-1b", "us-east-1c")
    assert zones("ap-northeast-1", 2) == ("ap-northeast-1a", "ap-northeast-1c")


@given(st.sampled_from(sorted(REGIONS)), st.data())
def test_more_zones_only_append(region, data):
    more = data.draw(st.integers(0, zone_count(region)))
    fewer = data.draw(st.integers(0, more))
    assert zones(region, more)[:fewer] == zones(region, fewer)


def test_every_region_has_two_zones_or_more_and_none_twice():
    assert all(len(set(letters)) == len(letters) >= 2 for letters, _ in REGIONS.values())


def test_an_unknown_region_is_refused_with_the_nearest_names():
    with pytest.raises(PydanticCustomError) as refused:
        zones("eu-wset-1", 2)
    assert refused.value.context["problem"] is Problem.REGION
    assert "eu-west-1" in refused.value.context["fix"]


def test_more_zones_than_there_are_is_refused():
    with pytest.raises(PydanticCustomError) as refused:
        zones("us-west-1", 3)
    assert refused.value.context["problem"] is Problem.ZONES


def test_the_table_has_the_regions_of_botocore_under_their_names():
    (partition,) = (
        partition
        for partition in botocore.session.get_session().get_data("endpoints")["partitions"]
        if partition["partition"] == "aws"
    )
    known = {code: region["description"] for code, region in partition["regions"].items()}
    assert {code: name for code, (_, name) in REGIONS.items()} == known


def test_the_table_has_the_zones_of_the_local_cloud():
    assert {code: letters for code, (letters, _) in REGIONS.items()} == {
        code: "".join(zone.name[-1] for zone in region)
        for code, region in RegionsAndZonesBackend.zones.items()
        if not re.match(r"cn-|us-gov-", code)
    }
