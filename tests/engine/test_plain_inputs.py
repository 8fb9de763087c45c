"""What is made ready at once of inputs is what the SDK makes of them by and by."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pytest
from pulumi.runtime import resource, rpc, settings

from provisioner.engine.embedded import plain_inputs

THEIRS = plain_inputs._serialized


@pulumi.input_type
class Part:
    def __init__(self, *, long_name: str, part_size: int | None = None):
        pulumi.set(self, "long_name", long_name)
        pulumi.set(self, "part_size", part_size)

    @property
    @pulumi.getter(name="longName")
    def long_name(self) -> pulumi.Input[str]:
        return pulumi.get(self, "long_name")

    @property
    @pulumi.getter(name="partSize")
    def part_size(self) -> pulumi.Input[int] | None:
        return pulumi.get(self, "part_size")


@pulumi.input_type
class Whole:
    @property
    @pulumi.getter(name="allParts")
    def all_parts(self) -> pulumi.Input[Sequence[pulumi.Input[Part]]]:
        return pulumi.get(self, "all_parts")


class Text(str):
    """No text of Python's own."""

    __slots__ = ()


PLAIN = {
    "a text": ("a", str),
    "numbers": ([1, 2.5, True], list),
    "nothing": (None, str),
    "members": ({"a_b": 1, "c": None, "d": {"e_f": [1]}}, None),
    "members of a type": ({"long_name": "a", "part_size": 3, "other_one": 1}, Part),
    "members of members of a type": ({"all_parts": [{"long_name": "a"}, {"part_size": 1}]}, Whole),
    "a mapping of a type": ({"a_b": {"long_name": "a"}}, Mapping[str, Part]),
    "a mapping of anything": ({"a_b": {"long_name": "a"}}, dict),
    "members where a text is meant": ({"a_b": {"long_name": "a"}}, str),
    "anything": ({"a_b": [{"c_d": 1}]}, Any),
    "it may be missing": ({"long_name": "a"}, pulumi.Input[Part] | None),
    "a list of a type": ([{"long_name": "a"}], Sequence[Part]),
    "one of two types": ({"long_name": "a"}, Part | Whole),
}

WAITING = {
    "an output": (pulumi.Output, Part),
    "an object of a type": ({"a": Part(long_name="b")}, None),
    "an own kind of text": ({"a": Text("b")}, None),
    "several": (({"a_b": 1}, "c"), None),
    "a file": (pulumi.StringAsset("a"), None),
}


def made(serialize, value, typ, translate=None):
    """What the engine is told, or how the SDK refuses it."""
    settings.configure(settings.Settings(project="p", stack="s"))

    async def ask():
        given = pulumi.Output.from_input({"long_name": "a"}) if value is pulumi.Output else value
        deps = []
        try:
            return await serialize(given, deps, "key", None, translate, typ), deps
        except (AssertionError, ValueError) as refused:
            return type(refused), str(refused)

    return asyncio.run(ask())


@pytest.fixture
def shortened(monkeypatch):
    """The SDK with our shortcuts, for the length of a test."""
    for module, name in (
        (rpc, "serialize_property"),
        (resource, "create_urn"),
        (resource, "collapse_alias_to_urn"),
        (plain_inputs.sdk_of_resources, "collapse_alias_to_urn"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    plain_inputs.shorten()


@pytest.mark.parametrize("translate", [None, str.upper], ids=["", "translated"])
@pytest.mark.parametrize(("value", "typ"), (PLAIN | WAITING).values(), ids=PLAIN | WAITING)
def test_each_value_is_the_same(shortened, monkeypatch, value, typ, translate):
    ours = made(rpc.serialize_property, value, typ, translate)
    monkeypatch.setattr(rpc, "serialize_property", THEIRS)
    assert made(rpc.serialize_property, value, typ, translate) == ours


def test_what_is_refused_is_refused_in_the_same_words(shortened, monkeypatch):
    for value, typ in (([1], str), ({"a": [object]}, None), ({"a": {1, 2}}, None)):
        ours = made(rpc.serialize_property, value, typ)
        with monkeypatch.context() as theirs:
            theirs.setattr(rpc, "serialize_property", THEIRS)
            assert made(rpc.serialize_property, value, typ) == ours
        assert issubclass(ours[0], Exception)


@pytest.mark.parametrize(("value", "typ"), PLAIN.values(), ids=PLAIN)
def test_the_sdk_is_not_asked_about_plain_values(shortened, monkeypatch, value, typ):
    monkeypatch.setattr(plain_inputs, "_serialized", None)
    made(rpc.serialize_property, value, typ)


@pytest.mark.parametrize(
    "arguments",
    [
        ("a", "t:m:T"),
        ("a", "t:m:T", "urn:pulumi:s::p::x:y:Z::parent"),
        ("a", "t:m:T", ""),
        ("a", "t:m:T", None, "other", "stack"),
        (pulumi.Output, "t:m:T"),
        ("a", "t:m:T", pulumi.Output),
    ],
)
def test_a_urn_is_the_same(shortened, arguments):
    def urn_by(make):
        async def ask():
            settings.configure(settings.Settings(project="p", stack="s"))
            given = [
                pulumi.Output.from_input("x::y") if each is pulumi.Output else each for each in arguments
            ]
            made = make(*given)
            return await made.future(), await made.is_known(), await made.is_secret(), await made.resources()

        return asyncio.run(ask())

    assert urn_by(resource.create_urn) == urn_by(plain_inputs._urn_of)


@pytest.mark.parametrize(
    "alias",
    [
        "urn:pulumi:s::p::t:m:T::was",
        pulumi.Alias(name="was"),
        pulumi.Alias(type_="t:m:Was"),
        pulumi.Alias(name="was", project="q", stack="r"),
        pulumi.Alias(parent=None),
        pulumi.Alias(name="was", parent="urn:pulumi:s::p::x:y:Z::above"),
        pulumi.Output,
    ],
)
@pytest.mark.parametrize("parent", [None, "urn:pulumi:s::p::x:y:Z::parent"])
def test_a_former_name_is_the_same(shortened, alias, parent):
    def urn_by(collapse):
        async def ask():
            settings.configure(settings.Settings(project="p", stack="s"))
            given = pulumi.Output.from_input("urn") if alias is pulumi.Output else alias
            return await collapse(given, "is", "t:m:T", parent).future()

        return asyncio.run(ask())

    assert urn_by(resource.collapse_alias_to_urn) == urn_by(plain_inputs._collapsed)


@pytest.mark.parametrize("left_out", ["name", "type_"])
def test_a_former_name_without_a_part_is_refused_as_ever(shortened, left_out):
    async def ask():
        settings.configure(settings.Settings(project="p", stack="s"))
        await resource.collapse_alias_to_urn(pulumi.Alias(**{left_out: None}), "is", "t:m:T", None).future()

    with pytest.raises(Exception, match=f"No valid '{left_out}' passed in for alias"):
        asyncio.run(ask())
