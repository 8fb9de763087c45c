"""Our outputs of resources are those of the SDK, made with less effort."""

import asyncio
import gc
import inspect
import warnings

import pulumi
import pytest
from pulumi import output
from pulumi.runtime import resource, rpc, settings

from provisioner.engine.embedded import light_outputs
from provisioner.engine.failures import CloudNotRead

THEIRS = rpc.transfer_properties
TRACKED_BY_SDK = pulumi.Output._track


class Thing:
    """A resource, as far as its outputs are concerned."""


NAMES = {"urn": 1, "id": 2, "size": 3}


@pytest.fixture(params=["theirs", "ours"])
def transfer(request, monkeypatch):
    """Gives a resource its outputs, as the SDK does it and as we do."""
    monkeypatch.setattr(rpc, "transfer_properties", THEIRS)
    monkeypatch.setattr(pulumi.Output, "_track", TRACKED_BY_SDK)
    monkeypatch.setattr(output, "contains_unknowns", rpc.contains_unknowns)
    if request.param == "ours":
        light_outputs.lighten()
    settings.configure(settings.Settings(project="p", stack="s"))
    return rpc.transfer_properties


def told(transfer, *answer):
    """What somebody learns who waits for all there is to know of one output."""

    async def ask():
        thing = Thing()
        resolvers = transfer(thing, {"size": None}, True)
        outstanding = len(settings.SETTINGS.outputs)
        resolvers["size"](*answer)
        value = await thing.size.future(with_unknowns=True)
        deps = await thing.size.resources()
        await asyncio.sleep(0)
        left = outstanding, len(settings.SETTINGS.outputs)
        return value, await thing.size.is_known(), await thing.size.is_secret(), deps == {thing}, left

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("answer", "learnt"),
    [
        ((3, True, False, None, None), (3, True, False)),
        (({"a": [1]}, True, True, None, None), ({"a": [1]}, True, True)),
        ((None, False, False, None, None), (None, False, False)),
        (([rpc.UNKNOWN], True, False, None, None), ([rpc.UNKNOWN], True, False)),
        (([pulumi.UNKNOWN], True, False, None, None), ([pulumi.UNKNOWN], False, False)),
    ],
    ids=["known", "secret", "unknown", "a text that stands for unknown", "unknown within"],
)
def test_an_output_tells_what_it_was_given(transfer, answer, learnt):
    outstanding = 1 if transfer is THEIRS else 0  # ours are there when the call is answered
    assert told(transfer, *answer) == (*learnt, True, (outstanding, 0))


def test_what_failed_fails_for_who_waits_and_stays_outstanding(transfer):
    async def ask():
        thing = Thing()
        transfer(thing, {"size": None}, True)["size"](None, False, False, None, ValueError("broken"))
        with pytest.raises(ValueError, match="broken"):
            await thing.size.future()
        await asyncio.sleep(0)
        return len(settings.SETTINGS.outputs)

    assert asyncio.run(ask()) == 1


@pytest.mark.parametrize(("custom", "names"), [(True, {"size"}), (False, {"id", "size"})])
def test_the_sdk_sets_urn_and_id_itself(transfer, custom, names):
    async def ask():
        thing = Thing()
        return transfer(thing, NAMES, custom).keys(), vars(thing).keys()

    assert asyncio.run(ask()) == (names, names)


@pytest.mark.parametrize(
    ("value", "is_known"), [("text", True), (None, True), (rpc.UNKNOWN, True), (pulumi.UNKNOWN, False)]
)
def test_a_plain_value_is_there_at_once(transfer, value, is_known):
    assert transfer is rpc.transfer_properties

    async def ask():
        plain = pulumi.Output.from_input(value)
        return await plain.is_known(), await plain.future(with_unknowns=True)

    assert asyncio.run(ask()) == (is_known, value)


def test_a_plain_value_is_waited_for_by_nobody():
    async def ask():
        before = len(settings.SETTINGS.outputs)
        pulumi.Output.from_input("text")
        return len(settings.SETTINGS.outputs) - before

    settings.configure(settings.Settings(project="p", stack="s"))
    light_outputs.lighten()
    assert asyncio.run(ask()) == 0


def test_others_that_an_output_depends_on_stay(transfer):
    async def ask():
        thing, other = Thing(), Thing()
        transfer(thing, {"size": None}, True)["size"](1, True, False, {other}, None)
        return await thing.size.resources() == {thing, other}

    assert asyncio.run(ask())


def test_the_sdk_calls_it_by_its_name_and_with_the_same_arguments():
    assert inspect.signature(THEIRS).parameters.keys() == (
        inspect.signature(light_outputs._transfer).parameters.keys()
    )
    assert "rpc.transfer_properties(res, props, custom)" in inspect.getsource(resource)
    assert "resolve(None, False, False, None, exn)" in inspect.getsource(rpc.resolve_outputs_due_to_exception)


def test_what_a_stopped_program_waited_for_is_no_coroutine_that_was_never_awaited(desk):
    def program():
        pulumi.export("value", pulumi.StackReference("organization/layer/nowhere").require_output("missing"))

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(CloudNotRead):
            desk.plan(program)
        gc.collect()
    assert [str(each.message) for each in warned] == []
