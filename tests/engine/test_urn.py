"""URNs, made and taken apart; they are for good, so their form is, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.embedded import urn as urns

STACK = "urn:pulumi:dev.eu::net::pulumi:pulumi:Stack::net-dev.eu"
ROOM = "urn:pulumi:dev.eu::net::a:b:Room::room"

words = st.text(st.characters(exclude_characters=":$", exclude_categories=["Cs"]), min_size=1, max_size=6)
names = st.text(max_size=10)


@pytest.mark.parametrize(
    ("parent", "type", "name", "urn"),
    [
        pytest.param("", urns.STACK_TYPE, "net-dev.eu", STACK, id="the stack"),
        pytest.param(STACK, "a:b:Room", "room", ROOM, id="below the stack, which is left out"),
        pytest.param(ROOM, "a:b:C", "c", "urn:pulumi:dev.eu::net::a:b:Room$a:b:C::c", id="below a component"),
        pytest.param(
            ROOM, "a:b:C", "x::y", "urn:pulumi:dev.eu::net::a:b:Room$a:b:C::x::y", id="colons in the name"
        ),
    ],
)
def test_a_urn(parent, type, name, urn):
    assert urns.make("dev.eu", "net", parent, type, name) == urn
    assert (urns.type_of(urn), urns.name_of(urn), urns.is_valid(urn)) == (type, name, True)


@given(words, words, words, names)
def test_what_it_is_made_of_can_be_read_from_it(stack, project, type, name):
    parent = urns.make(stack, project, "", "t:t:Parent", "p::q")
    urn = urns.make(stack, project, parent, type, name)
    assert urns.is_valid(urn)
    assert urns.type_chain(urn) == f"t:t:Parent${type}"
    assert (urns.type_of(urn), urns.name_of(urn)) == (type, name)


@pytest.mark.parametrize("text", ["", "urn:pulumi:a::b::c", "arn:pulumi:a::b::c::d", "a::b::c::d"])
def test_what_is_no_urn(text):
    assert not urns.is_valid(text)


@pytest.mark.parametrize(
    ("type", "package"),
    [("aws:ec2/vpc:Vpc", "aws"), ("pulumi:providers:aws", "aws"), ("aws:index/getRegion:getRegion", "aws")],
)
def test_the_package_of_a_type(type, package):
    assert urns.package_of(type) == package


def test_a_provider_is_named_with_its_id():
    urn = "urn:pulumi:s::p::pulumi:providers:aws::x::y"
    assert urns.provider_urn(urns.reference(urn, "some-id")) == urn
    assert urns.is_provider(urns.type_of(urn))


@pytest.mark.parametrize(
    ("name", "former"),
    [
        pytest.param("new-thing", "old-thing", id="a name that begins with the parent's"),
        pytest.param("new", "old", id="the same name"),
        pytest.param("thing", "thing", id="a name of its own"),
    ],
)
def test_children_of_a_renamed_parent(name, former):
    parent, old = ROOM.replace("::room", "::new"), ROOM.replace("::room", "::old")
    child = urns.make("dev.eu", "net", parent, "a:b:C", name)
    assert urns.reparented(child, parent, old) == f"urn:pulumi:dev.eu::net::a:b:Room$a:b:C::{former}"
