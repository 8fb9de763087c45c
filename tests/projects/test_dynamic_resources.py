"""Dynamic resources: the provider is a Python object of the program, kept in the state as a pickle."""

import json

import pytest

PROVIDER = """
import json
import pathlib
import pulumi
from pulumi import dynamic

CLOUD = pathlib.Path("cloud.json")


def change(how):
    things = json.loads(CLOUD.read_text()) if CLOUD.exists() else {}
    how(things)
    CLOUD.write_text(json.dumps(things))


class Provider(dynamic.ResourceProvider):
    def configure(self, req):
        self.place = req.config.get("place")

    def check(self, olds, news):
        wrong = [dynamic.CheckFailure("size", "is negative")] if news.get("size") == -1 else []
        return dynamic.CheckResult(news, wrong)

    def diff(self, id, olds, news):
        replaces = ["zone"] if olds.get("zone") != news.get("zone") else []
        changed = bool(replaces) or olds.get("size") != news.get("size")
        return dynamic.DiffResult(changed, replaces, delete_before_replace=news.get("zone") == "first")

    def create(self, props):
        if props.get("size") == 13:
            raise RuntimeError("no luck")
        name = props["zone"] + "-1"
        outs = {"size": props["size"], "zone": props["zone"], "place": self.place}
        change(lambda things: things.update({name: outs}))
        return dynamic.CreateResult(name, outs)

    def read(self, id, props):
        things = json.loads(CLOUD.read_text())
        found = things.get(id)
        if found is None:
            return dynamic.ReadResult()
        return dynamic.ReadResult(id, found, {"size": found["size"], "zone": found["zone"]})

    def update(self, id, olds, news):
        outs = {**olds, "size": news["size"]}
        change(lambda things: things.update({id: {"size": outs["size"], "zone": outs["zone"]}}))
        return dynamic.UpdateResult(outs)

    def delete(self, id, props):
        change(lambda things: things.pop(id))


class Thing(dynamic.Resource, module="shop", name="Thing"):
    place: pulumi.Output[str]

    def __init__(self, name, size, zone="a", opts=None):
        super().__init__(Provider(), name, {"size": size, "zone": zone, "place": None}, opts)
"""


@pytest.fixture
def dynamic(shop):
    """A project with a dynamic provider in its program."""
    shop.write("Pulumi.dev.yaml", "config: {'shop:place': here}\n")

    def up(text, **how):
        return shop.up(PROVIDER + text, **how)

    shop.dynamic = up
    return shop


def things(shop):
    return json.loads((shop.folder / "cloud.json").read_text())


def changed(ran):
    """The steps that are about a thing and change it."""
    return [op for op, urn in ran.steps if "dynamic" in urn and op != "same"]


def test_it_is_made_configured_and_recorded_with_its_provider_sealed(dynamic):
    ran = dynamic.dynamic("pulumi.export('place', Thing('one', 1).place)\n")
    assert (ran.failure, ran.outputs, things(dynamic)) == (
        None,
        {"place": "here"},
        {"a-1": {"size": 1, "zone": "a", "place": "here"}},
    )
    _, provider, thing = ran.deployment["deployment"]["resources"]
    assert provider["urn"].endswith("::pulumi:providers:pulumi-python::default")
    assert provider["inputs"] == {"shop:place": "here"}
    assert thing["type"] == "pulumi-python:dynamic/shop:Thing"
    for properties in (thing["inputs"], thing["outputs"]):
        assert "ciphertext" in properties["__provider"]


def test_nothing_is_to_be_done_a_second_time(dynamic):
    dynamic.dynamic("Thing('one', 1)\n")
    assert changed(dynamic.run("up")) == []


def test_an_update_and_both_ways_to_replace(dynamic):
    dynamic.dynamic("Thing('one', 1)\n")
    assert changed(dynamic.dynamic("Thing('one', 2)\n")) == ["update"]
    assert things(dynamic) == {"a-1": {"size": 2, "zone": "a"}}
    ran = dynamic.dynamic("Thing('one', 2, 'b')\n")
    assert (changed(ran), list(things(dynamic))) == (["replace"], ["b-1"])
    ran = dynamic.dynamic("Thing('one', 2, 'first')\n")
    assert (ran.plan.changed[0].delete_first, list(things(dynamic))) == (True, ["first-1"])


def test_what_is_not_known_yet_reaches_the_provider_as_such(dynamic):
    dynamic.program(
        PROVIDER
        + "one = Thing('one', 1)\nThing('two', 2, one.place)\n"  # the zone of two is the place of one
    )
    assert changed(dynamic.run("preview")) == ["create", "create"]
    assert dynamic.run("up").succeeded
    assert sorted(things(dynamic)) == ["a-1", "here-1"]


def test_a_check_that_fails(dynamic):
    ran = dynamic.dynamic("Thing('one', -1)\n")
    [(_, name, reason)] = ran.failure.problems
    assert (name, reason) == ("size", "is negative")


def test_an_exception_in_the_provider_is_a_refusal_with_its_traceback(dynamic):
    ran = dynamic.dynamic("Thing('one', 13)\n")
    [failed] = ran.applied.failures
    assert "in create" in failed.error
    assert failed.error.endswith("RuntimeError: no luck")


def test_a_refresh_reads_it_and_finds_it_gone(dynamic):
    dynamic.dynamic("Thing('one', 1)\n")
    (dynamic.folder / "cloud.json").write_text(json.dumps({"a-1": {"size": 5, "zone": "a"}}))
    ran = dynamic.run("refresh")
    assert ran.deployment["deployment"]["resources"][2]["inputs"]["size"] == 5
    (dynamic.folder / "cloud.json").write_text("{}")
    ran = dynamic.run("refresh")
    assert [record["type"] for record in ran.deployment["deployment"]["resources"]][2:] == []


def test_it_is_deleted_by_the_provider_in_the_state(dynamic):
    dynamic.dynamic("Thing('one', 1)\n")
    dynamic.program("")
    assert dynamic.run("destroy").succeeded
    assert things(dynamic) == {}


def test_a_provider_that_says_nothing_of_differences(dynamic):
    silent = "Provider.diff = dynamic.ResourceProvider.diff\n"
    dynamic.dynamic(silent + "Thing('one', 1)\n")
    assert changed(dynamic.run("up")) == []
    assert changed(dynamic.dynamic(silent + "Thing('one', 2)\n")) == ["update"]


def test_a_provider_in_a_module_of_the_project(dynamic):
    dynamic.write("providers.py", PROVIDER)
    dynamic.program("from providers import Thing\nThing('one', 1)\n")
    assert dynamic.run("up").succeeded
    assert changed(dynamic.run("up")) == []
    dynamic.program("")
    assert dynamic.run("up").succeeded
    assert things(dynamic) == {}
