"""What is made of an answer when somebody looks is what the SDK makes of it at once."""

import asyncio
import enum
import re
from collections.abc import Mapping, Sequence

import pulumi
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc, settings

from provisioner.engine.embedded import late_values, light_outputs

THEIRS = (rpc.transfer_properties, rpc.resolve_outputs)
SECRET = {rpc._special_sig_key: rpc._special_secret_sig}


class Colour(enum.StrEnum):
    RED = "red"


@pulumi.output_type
class Row(dict):
    def __init__(self, *, full_name: str, size: int | None = None):
        pulumi.set(self, "full_name", full_name)
        if size is not None:
            pulumi.set(self, "size", size)

    @property
    @pulumi.getter(name="fullName")
    def full_name(self) -> str:
        return pulumi.get(self, "full_name")

    @property
    @pulumi.getter
    def size(self) -> int | None:
        return pulumi.get(self, "size")


class Thing(pulumi.CustomResource):
    """As generated SDKs write them."""

    def __init__(self):
        self._name = "thing"

    @property
    @pulumi.getter(name="longName")
    def long_name(self) -> pulumi.Output[str]:
        return pulumi.get(self, "long_name")

    @property
    @pulumi.getter
    def colour(self) -> pulumi.Output[Colour | None]:
        return pulumi.get(self, "colour")

    @property
    @pulumi.getter
    def count(self) -> pulumi.Output[int]:
        return pulumi.get(self, "count")

    @property
    @pulumi.getter
    def rows(self) -> pulumi.Output[Sequence[Row]]:
        return pulumi.get(self, "rows")

    @property
    @pulumi.getter
    def tags(self) -> pulumi.Output[Mapping[str, str] | None]:
        return pulumi.get(self, "tags")


NAMES = ("long_name", "colour", "count", "rows", "tags")

ANSWERS = {
    "nothing": {},
    "plain": {"longName": "a", "colour": "red", "count": 3.0, "tags": {"camelCase": "kept"}, "more": 1},
    "nested": {"rows": [{"fullName": "a", "size": 2.0}, {"fullName": "b"}], "__internal": {"a": 1}},
    "null": {"longName": None, "rows": None},
    "secret": {"longName": {**SECRET, "value": "s"}, "rows": {**SECRET, "value": [{"fullName": "s"}]}},
    "secret within": {
        "rows": [{"fullName": {**SECRET, "value": "s"}}],
        "tags": {"a": {**SECRET, "value": "s"}},
    },
    "unknown": {"longName": rpc.UNKNOWN, "count": rpc.UNKNOWN},
    "unknown within": {"rows": [{"fullName": rpc.UNKNOWN}], "tags": {"a": rpc.UNKNOWN}},
    "all of it secret": {**SECRET, "value": {"longName": "a"}},
}
INPUTS = {"longName": "given", "tags": {"a": "b"}, "rows": [{"fullName": "given"}]}


def learnt(resolve, answer, *, preview, keeps, missing, deps=False):
    """Of each output what there is to know."""
    settings.configure(settings.Settings(project="p", stack="s", dry_run=preview))
    inputs, outputs = struct_pb2.Struct(), struct_pb2.Struct()
    json_format.ParseDict(INPUTS, inputs)
    json_format.ParseDict(answer, outputs)

    async def look():
        thing, other = Thing(), Thing()
        resolvers = rpc.transfer_properties(thing, dict.fromkeys(NAMES), True)
        comes_from = {"longName": {other}} if deps else {}
        resolve(thing, inputs, outputs, comes_from, resolvers, True, True, keeps, missing)
        found = {}
        for name in NAMES:
            output = getattr(thing, name)
            value = await output.future(with_unknowns=True)
            known, secret = await output.is_known(), await output.is_secret()
            sources = ["thing" if each is thing else "other" for each in await output.resources()]
            found[name] = (
                re.sub(" at 0x[0-9a-f]+", "", repr(value)),
                type(value),
                known,
                secret,
                sorted(sources),
            )
        return found

    return asyncio.run(look())


@pytest.mark.parametrize("missing", [False, True], ids=["", "missing is unknown"])
@pytest.mark.parametrize("keeps", [False, True], ids=["", "keeps unknowns"])
@pytest.mark.parametrize("preview", [False, True], ids=["apply", "preview"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_each_output_is_the_same(monkeypatch, answer, preview, keeps, missing):
    how = {"preview": preview, "keeps": keeps, "missing": missing, "deps": True}
    monkeypatch.setattr(rpc, "transfer_properties", THEIRS[0])
    theirs = learnt(THEIRS[1], answer, **how)
    monkeypatch.setattr(rpc, "transfer_properties", light_outputs._transfer)
    monkeypatch.setattr(late_values, "_resolve_at_once", THEIRS[1])
    assert learnt(late_values.resolve_outputs, answer, **how) == theirs


def test_nothing_is_made_that_nobody_looks_at(monkeypatch):
    made = []
    translate = rpc.translate_output_properties
    monkeypatch.setattr(
        rpc, "translate_output_properties", lambda *a, **how: made.append(a[0]) or translate(*a, **how)
    )
    monkeypatch.setattr(rpc, "transfer_properties", light_outputs._transfer)
    settings.configure(settings.Settings(project="p", stack="s"))
    outputs = struct_pb2.Struct()
    json_format.ParseDict(ANSWERS["plain"], outputs)

    async def look():
        thing = Thing()
        resolvers = rpc.transfer_properties(thing, dict.fromkeys(NAMES), True)
        late_values.resolve_outputs(thing, struct_pb2.Struct(), outputs, {}, resolvers, True, True)
        assert not made
        return await thing.long_name.future(), await thing.long_name.future()

    assert asyncio.run(look()) == ("a", "a")
    assert made == ["a"]
