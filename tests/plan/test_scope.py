"""What a pattern names."""

import pytest

from provisioner.plan.scope import Scope, matches, meant_by, nearest, unmatched

URN = "urn:pulumi:dev.us-east-1::foundation::mlplat:registry:Images$aws:ecr/repository:Repository::serving"


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (URN, True),
        ("*", True),
        ("*::serving", True),
        ("*:Repository::*", True),
        ("*::foundation::*", True),
        ("*::serv", False),
        ("*::SERVING", False),
        ("serving", False),
        ("", False),
    ],
)
def test_a_pattern(pattern, fits):
    assert matches(URN, (pattern,)) is fits


PART = "urn:pulumi:dev.us-east-1::foundation::mlplat:registry:Images"


def test_a_logical_name_is_that_of_one_resource():
    twin = URN.replace("us-east-1", "eu-west-1")
    scope = Scope(targets=("serving",))
    assert scope.covers(URN, (), ())
    assert not scope.covers(URN.replace("serving", "served"), (), ())
    assert meant_by("serving", {URN}) == meant_by("serving", {f"{PART}::serving", URN}) == ()
    assert meant_by("serving", {URN, twin}) == (twin, URN)
    assert meant_by("*::serving", {URN, twin}) == ()
    assert not matches(URN, ("serving",))  # who gives up data says it in full


def test_a_urn_with_signs_of_patterns_in_it_names_itself():
    odd = "urn:pulumi:dev::foundation::aws:ec2/vpc:Vpc::a[0]*"
    assert matches(odd, (odd,))


def test_a_pattern_that_names_nothing_is_found():
    assert [*unmatched(("*::serving", "*::servng"), {URN})] == ["*::servng"]


@pytest.mark.parametrize(
    ("pattern", "urn"), [("serving", URN), ("servng", URN), ("*::servin", URN), ("vpc", ""), ("twin", "")]
)
def test_what_was_probably_meant(pattern, urn):
    twins = (f"urn:pulumi:a::foundation::t:{each}:T::twin" for each in "ab")
    assert nearest(pattern, (URN, *twins)) == urn


def test_of_a_component_and_its_parts_with_its_name_the_component_is_the_nearest():
    whole = "urn:pulumi:a::foundation::mlplat:security:EncryptionKey::key"
    part = "urn:pulumi:a::foundation::mlplat:security:EncryptionKey$aws:kms/key:Key::key"
    assert nearest("key", (part, whole)) == whole


def test_what_is_excluded_counts_more_than_what_is_named():
    scope = Scope(targets=("*",), excludes=("*::serving",))
    assert not scope.covers(URN, (), ())
    assert not scope.covers("urn:x", (URN,), ())
    assert scope.covers("urn:x", (), ())
