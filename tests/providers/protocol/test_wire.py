"""Protobuf structs and property values: what goes in comes out, marked as Pulumi's SDK marks it."""

import math

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from provisioner.providers.protocol import wire
from provisioner.plan.values import UNKNOWN, Reference, Secret

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False).filter(
    lambda number: not number.is_integer()
)
keys = st.text(max_size=6).filter(lambda key: key != wire.SIGNATURE)
texts = st.text(max_size=8).filter(lambda text: text not in wire.UNKNOWNS)
leaves = (
    st.none()
    | st.booleans()
    | numbers
    | texts
    | st.just(UNKNOWN)
    | st.builds(Reference, texts, st.none() | texts, texts)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | st.builds(Secret, inner)
    ),
    max_leaves=10,
)


def struct(**properties):
    return json_format.ParseDict(properties, struct_pb2.Struct())


def decoded(value):
    return wire.decode(struct(x=value))["x"]


def marked(mark, **fields):
    return {wire.SIGNATURE: mark, **fields}


@given(st.dictionaries(keys, values, max_size=4))
def test_what_is_encoded_decodes_to_itself(properties):
    assert wire.decode(wire.encode(properties)) == properties


@pytest.mark.parametrize(
    ("number", "read"),
    [
        pytest.param(30.0, 30, id="integral: an integer, which clouds insist on"),
        pytest.param(0.5, 0.5, id="with a fraction"),
        pytest.param(-2.0, -2, id="negative"),
        pytest.param(2.0**53, 2**53, id="the last integer a float holds exactly"),
        pytest.param(1e300, 1e300, id="too large to be meant as an integer"),
    ],
)
def test_a_number(number, read):
    found = decoded(number)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_not_a_finite_number_stays_what_it_is(number):
    message = struct_pb2.Struct()
    message.fields["x"].number_value = number
    assert repr(wire.decode(message)["x"]) == repr(number)
    assert repr(wire.decode(wire.encode({"x": number}))["x"]) == repr(number)


def test_true_is_not_a_number():
    assert decoded([True, 1]) == [True, 1]
    assert type(decoded(True)) is bool
    assert wire.encode({"x": True}).fields["x"].WhichOneof("kind") == "bool_value"


@pytest.mark.parametrize("sentinel", sorted(wire.UNKNOWNS))
def test_every_kind_of_unknown_is_unknown(sentinel):
    assert decoded(sentinel) is UNKNOWN
    assert decoded({"a": [sentinel]}) == {"a": [UNKNOWN]}


def test_the_sentinels_are_those_of_the_sdk():
    from pulumi.runtime import rpc

    assert rpc.UNKNOWN == wire.UNKNOWN_STRING
    assert (rpc._special_sig_key, rpc._special_secret_sig) == (wire.SIGNATURE, wire.SECRET)
    assert (rpc._special_resource_sig, rpc._special_output_value_sig) == (wire.REFERENCE, wire.OUTPUT_VALUE)


def test_secrets_are_found_at_any_depth():
    inner = marked(wire.SECRET, value="pw")
    assert decoded({"tags": {"a": inner, "b": "plain"}}) == {"tags": {"a": Secret("pw"), "b": "plain"}}
    assert decoded(marked(wire.SECRET, value={"a": [inner]})) == Secret({"a": [Secret("pw")]})
    assert decoded(marked(wire.SECRET, value=wire.UNKNOWN_STRING)) == Secret(UNKNOWN)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        pytest.param({"value": "x"}, "x", id="known"),
        pytest.param({}, UNKNOWN, id="unknown"),
        pytest.param({"value": "x", "secret": True}, Secret("x"), id="secret"),
        pytest.param({"secret": True}, Secret(UNKNOWN), id="unknown and secret"),
        pytest.param({"value": "x", "secret": False, "dependencies": ["urn"]}, "x", id="with dependencies"),
    ],
)
def test_an_output_value_is_its_value(fields, value):
    assert decoded(marked(wire.OUTPUT_VALUE, **fields)) == value


def test_a_resource_is_a_reference():
    assert decoded(marked(wire.REFERENCE, urn="u", id="i", packageVersion="1")) == Reference("u", "i", "1")
    assert decoded(marked(wire.REFERENCE, urn="u")) == Reference("u")
    assert decoded(marked(wire.REFERENCE, urn="u", id=wire.UNKNOWN_STRING)) == Reference("u", UNKNOWN)


@pytest.mark.parametrize(
    "mark",
    [
        "c44067f5952c0a294b673a41bacd8c17",
        "0def7320c3a5731c473e5ecbe6d01bc7",
        "803fd3297a5875dc03ca845dda5d2a98",
    ],
    ids=["asset", "archive", "byte string"],
)
def test_what_is_not_ours_passes_through_as_it_is(mark):
    value = marked(mark, hash="h", text="t")
    assert decoded(value) == value
    assert wire.decode(wire.encode({"x": value})) == {"x": value}


def test_empty_things_are_not_nothing():
    assert wire.decode(wire.encode({"a": {}, "b": [], "c": None, "d": ""})) == {
        "a": {},
        "b": [],
        "c": None,
        "d": "",
    }


def test_what_no_property_can_be_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="set is not a property value"):
        wire.encode({"x": {1}})


def test_keys_come_in_one_order_however_they_went_in():
    assert list(wire.decode(struct(b=1, a=2, c=3))) == ["a", "b", "c"]
