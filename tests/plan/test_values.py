"""Property values: what is secret or unknown in them, and what a provider sees of them."""

import pytest
from hypothesis import given

from provisioner.plan.values import (
    UNKNOWN,
    Reference,
    Secret,
    any_leaf,
    has_secret,
    has_unknown,
    mapped,
    revealed,
)
from tests.support.records import values


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (Secret("x"), "x"),
        ({"a": [Secret({"b": Secret(1)})]}, {"a": [{"b": 1}]}),
        (Reference("urn", "id-1"), "id-1"),
        (Reference("urn"), "urn"),
        (Reference("urn", UNKNOWN), UNKNOWN),
        ([None, 1, 0.5, True, "x"], [None, 1, 0.5, True, "x"]),
    ],
)
def test_what_a_provider_sees(value, seen):
    assert revealed(value) == seen


@given(values)
def test_nothing_is_left_of_secrets_for_a_provider(value):
    assert not has_secret(revealed(value))


@pytest.mark.parametrize(
    ("value", "unknown", "secret"),
    [
        (1, False, False),
        (UNKNOWN, True, False),
        ({"a": [UNKNOWN]}, True, False),
        (Secret(UNKNOWN), True, True),
        ([Secret(1)], False, True),
        (Secret({"a": 1}), False, True),
        (Reference("u", UNKNOWN), True, False),
        (Reference("u", "1"), False, False),
        ({}, False, False),
    ],
)
def test_what_is_in_a_value(value, unknown, secret):
    assert (has_unknown(value), has_secret(value)) == (unknown, secret)


def test_a_secret_does_not_show_itself():
    assert repr(Secret("canary")) == str(Secret("canary")) == "Secret(…)"
    assert "canary" not in f"{[Secret('canary')]} {Secret('canary')!r}"


def test_every_leaf_is_visited():
    assert mapped({"a": [1, {"b": 2}], "c": 3}, lambda leaf: leaf * 2) == {"a": [2, {"b": 4}], "c": 6}
    assert any_leaf({"a": [1, Secret(2)]}, lambda leaf: leaf == 2)
    assert not any_leaf({"a": []}, lambda _: True)
