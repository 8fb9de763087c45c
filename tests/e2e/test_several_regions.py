"""Three regions from one file in the local cloud: every object is where it belongs, and nowhere else."""

import shutil
from collections import Counter

import pytest

from tests.e2e.census import CENSUS
from tests.e2e.product import ROOT, counts

NAME = "prod-multi-region"
ASKED = f"{NAME} --cloud local"
ELSEWHERE = "eu-central-1"
OF_THE_ACCOUNT = ("aws:iam/", "aws:route53/", "aws:s3/")
"""Every region tells of these, wherever they were made."""

pytestmark = pytest.mark.timeout(300)


def recorded(product):
    """Region -> type -> how many objects are recorded."""
    found = {}
    for document in product(f"state export {ASKED}").documents:
        for each in document["deployment"]["resources"]:
            if each["type"] in CENSUS and not each["type"].startswith(OF_THE_ACCOUNT):
                region = each["outputs"].get("region") or each["urn"].split("::")[0].rpartition(".")[2]
                found.setdefault(region, Counter())[each["type"]] += 1
    return {region: dict(types) for region, types in found.items()}


def census(cloud, regions):
    return {
        region: Counter(
            {
                type: count
                for type, count in counts(cloud.elsewhere(region).census()).items()
                if not type.startswith(OF_THE_ACCOUNT)
            }
        )
        for region in regions
    }


def differing(made, wanted):
    """Lines that can be read: region, type, how many are there, how many are recorded."""
    return [
        f"{region} {type}: {made[region].get(type, 0)} made, {wanted[region].get(type, 0)} recorded"
        for region in wanted
        for type in sorted({*made[region], *wanted[region]})
        if made[region].get(type, 0) != wanted[region].get(type, 0)
    ]


def test_each_object_is_in_its_region_and_a_destroy_leaves_nothing(product):
    for file in (*(ROOT / "environments").glob("*.yaml"), *(ROOT / "environments").glob("*.lock")):
        shutil.copy(file, product.folder / "environments")
    product("local start")
    regions = ["us-east-1", "eu-west-1", "ap-southeast-1", ELSEWHERE]
    before = census(product.cloud, regions)
    product(f"apply {ASKED} --yes")
    state = recorded(product)
    assert set(state) == set(regions) - {ELSEWHERE}
    made = {region: dict(found - before[region]) for region, found in census(product.cloud, regions).items()}
    assert "\n".join(differing(made, {**state, ELSEWHERE: {}})) == ""
    product(f"plan {ASKED} --detailed-exitcode")
    product(f"destroy {ASKED} --yes")
    left = {region: dict(found - before[region]) for region, found in census(product.cloud, regions).items()}
    assert left == dict.fromkeys(regions, {})
