"""Which resource a wish means, whose an object is, and what has to be agreed to before it is recorded."""

import pytest

from provisioner.plan.importing import (
    Accepted,
    Hindrance,
    Import,
    ImportPlan,
    differences,
    is_tagged_only,
    owned,
)
from tests.support.plans import KEY, NETWORK, VPC, plan, step, urn

VPC_URN = urn(f"{NETWORK}${VPC}", "local-vpc")
PARENT = urn(NETWORK, "local-network")


@pytest.mark.parametrize(
    ("wish", "is_meant"),
    [
        ({"resource": VPC_URN}, True),
        ({"resource": f"{VPC_URN}2"}, False),
        ({"resource": "local-vpc"}, True),
        ({"resource": "local"}, False),
        ({"resource": "local-vpc", "type": VPC}, True),
        ({"resource": "local-vpc", "type": KEY}, False),
        ({"resource": "local-vpc", "type": VPC, "parent": "local-network"}, True),
        ({"resource": "local-vpc", "type": VPC, "parent": PARENT}, True),
        ({"resource": "local-vpc", "type": VPC, "parent": "another"}, False),
    ],
)
def test_a_resource_is_meant_by_its_urn_or_by_its_name(wish, is_meant):
    assert Import(id="vpc-1", **wish).means(VPC_URN, PARENT) is is_meant


def planned(*steps):
    wishes = {each.urn: Import(resource=each.name, id=each.id) for each in steps}
    return ImportPlan(plan=plan(*steps), wishes=wishes)


SAME = step("same", VPC, "same", id="vpc-1")
TAGGED = step(
    "update",
    VPC,
    "tagged",
    {"tagsAll": {"team": "search"}},
    {"tags": {"Name": "tagged"}, "tagsAll": {"team": "search", "owner": "ml"}},
    reasons=("tags", "tagsAll"),
)
RETAGGED = step(
    "update",
    VPC,
    "retagged",
    {"tagsAll": {"owner": "ann"}},
    {"tagsAll": {"owner": "ml"}},
    reasons=("tagsAll",),
)
CHANGED = step("update", KEY, "changed", {"description": "a"}, {"description": "b"}, reasons=("description",))
REPLACED = step("replace", VPC, "replaced", {"cidrBlock": "a"}, {"cidrBlock": "b"}, reasons=("cidrBlock",))
EVERYTHING = planned(SAME, TAGGED, RETAGGED, CHANGED, REPLACED)


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        (Accepted(), {"retagged", "changed", "replaced"}),
        (Accepted(changes=True), {"replaced"}),
        (Accepted(replacements=(REPLACED.urn,)), {"retagged", "changed"}),
        (Accepted(replacements=("*vpc*",)), {"retagged", "changed"}),
        (Accepted(changes=True, replacements=("*::other",)), {"replaced"}),
        (Accepted(changes=True, replacements=("*",)), set()),
    ],
)
def test_each_difference_needs_its_own_agreement(accepted, left):
    """To lack tags is none: that is how an object looks that nobody here has made."""
    assert {each.wish.resource for each in differences(EVERYTHING, accepted)} == left


def test_tags_that_are_missing_are_no_difference_and_others_are():
    assert is_tagged_only(TAGGED)
    assert not is_tagged_only(RETAGGED)
    assert not is_tagged_only(CHANGED)


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({}, None),
        ({"layer": "cluster"}, None),  # a word that others use, too
        ({"provisioner:stack": "dev.us-east-1", "layer": "foundation"}, None),
        ({"provisioner:stack": "dev.us-east-1"}, None),
        ({"provisioner:stack": "prod.us-east-1", "layer": "foundation"}, ("prod.us-east-1", "foundation")),
        ({"provisioner:stack": "dev.us-east-1", "layer": "cluster"}, ("dev.us-east-1", "cluster")),
        ({"provisioner:stack": "prod.us-east-1"}, ("prod.us-east-1", "")),
    ],
)
def test_an_object_belongs_to_the_stack_whose_tag_it_has(tags, owner):
    wanted = {"tagsAll": {"provisioner:stack": "dev.us-east-1", "layer": "foundation"}}
    found = owned(planned(step("update", VPC, "v", {"tagsAll": tags}, wanted)))
    assert [(each.kind, each.about) for each in found] == ([(Hindrance.OWNED, owner)] if owner else [])


def test_an_object_without_any_tags_is_nobodys():
    assert owned(planned(step("same", KEY, "k", {"tagsAll": None}, {}))) == ()
