"""Secrets and unknowns as outputs, for transforms; and back again."""

import pytest
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_TEXT

from provisioner.engine.embedded.output_values import dependencies, upgraded
from provisioner.plan.marks import OUTPUT_VALUE, SIGNATURE
from provisioner.plan.values import UNKNOWN, Reference, Secret
from provisioner.providers.protocol import wire


def shown(properties, needs=None):
    """What a transform is given: outputs as what they say."""
    return {
        key: _shown(value) for key, value in upgraded(wire.encode(properties), needs or {}).fields.items()
    }


def _shown(value):
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = {key: _shown(item) for key, item in value.struct_value.fields.items()}
            return (
                ("output", *sorted(fields.items())[1:]) if fields.get(SIGNATURE) == OUTPUT_VALUE else fields
            )
        case "list_value":
            return [_shown(item) for item in value.list_value.values]
        case kind:
            return getattr(value, kind)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("x", "x"),
        (UNKNOWN, ("output",)),
        (Secret("x"), ("output", ("secret", True), ("value", "x"))),
        (Secret(UNKNOWN), ("output", ("secret", True))),
        ([1, UNKNOWN], [1, ("output",)]),
        ({"a": Secret(1)}, {"a": ("output", ("secret", True), ("value", 1))}),
    ],
)
def test_a_value_as_a_transform_sees_it(value, seen):
    assert shown({"p": value}) == {"p": seen}


def test_what_a_property_depends_on_is_said_at_its_top():
    assert shown({"p": "x"}, {"p": ("u2", "u1")}) == {
        "p": ("output", ("dependencies", ["u1", "u2"]), ("value", "x"))
    }


@pytest.mark.parametrize(
    "value", ["x", UNKNOWN, Secret("x"), [1, {"a": Secret(2)}], Reference("urn:a", "id"), {"b": UNKNOWN}]
)
def test_it_is_the_same_when_it_comes_back(value):
    assert wire.decode(upgraded(wire.encode({"p": value}), {"p": ("u",)})) == {"p": value}


def test_dependencies_are_found_at_any_depth():
    inner = upgraded(wire.encode({"a": "x"}), {"a": ("u1",)})
    outer = wire.encode({"list": [{}]})
    outer.fields["list"].list_value.values[0].struct_value.CopyFrom(inner)
    assert dependencies(outer.fields["list"]) == {"u1"}


def test_the_sdk_spells_an_unknown_as_we_do():
    assert UNKNOWN_TEXT == wire.UNKNOWN_STRING
