"""What a pattern names."""

import pytest

from provisioner.plan.scope import Scope, matches, unmatched

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


def test_a_urn_with_signs_of_patterns_in_it_names_itself():
    odd = "urn:pulumi:dev::foundation::aws:ec2/vpc:Vpc::a[0]*"
    assert matches(odd, (odd,))


def test_a_pattern_that_names_nothing_is_found():
    assert [*unmatched(("*::serving", "*::servng"), {URN})] == ["*::servng"]


def test_what_is_excluded_counts_more_than_what_is_named():
    scope = Scope(targets=("*",), excludes=("*::serving",))
    assert not scope.covers(URN, (), ())
    assert not scope.covers("urn:x", (URN,), ())
    assert scope.covers("urn:x", (), ())
