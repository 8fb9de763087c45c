"""Replacements that the program asks for: triggers, and resources that go with others."""

import json

import pulumi
import pytest

from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks

Opts = pulumi.ResourceOptions


def triggered(value):
    return things(a={"size": 1, "opts": Opts(replacement_trigger=value)})


def secretly(value):
    """The same with a secret, which has to be made by the program."""
    return lambda: triggered(pulumi.Output.secret(value))()


def state_file(desk):
    return json.loads((desk.folder / "state/.pulumi/stacks/layer/test.here.json").read_text())


@pytest.mark.parametrize(
    ("before", "after", "plan"),
    [
        pytest.param("x", "y", ["± a (replacementTrigger)"], id="another value"),
        pytest.param("x", "x", [], id="the same value"),
        pytest.param(None, "x", [], id="a trigger where there was none"),
        pytest.param("x", None, [], id="none where there was one"),
        pytest.param({"a": [1, 2]}, {"a": [1, 3]}, ["± a (replacementTrigger)"], id="inside a structure"),
        pytest.param(1, 0, ["± a (replacementTrigger)"], id="zero"),
    ],
)
def test_a_new_value_of_the_trigger_makes_a_new_object(desk, before, after, plan):
    desk.apply(triggered(before))
    old = desk.resources()["a"].id
    assert marks(desk.plan(triggered(after))) == plan
    desk.apply(triggered(after))
    assert (desk.resources()["a"].id != old) == bool(plan)
    assert len(desk.cloud.all()) == 1
    assert desk.plan(triggered(after)).is_empty


def test_a_trigger_may_be_secret_and_is_sealed(desk):
    desk.apply(secretly("hush"))
    assert "hush" not in json.dumps(state_file(desk))
    assert desk.exported()["a"]["replacementTrigger"]["ciphertext"]
    assert desk.plan(secretly("hush")).is_empty


def test_a_trigger_that_is_not_known_yet_is_a_replacement_in_the_plan(desk):
    def program(zone):
        def body():
            here = FakeRegistry("here")
            b = Thing("b", zone=zone, opts=Opts(provider=here))
            Thing("a", size=1, opts=Opts(provider=here, replacement_trigger=b.arn))

        return body

    desk.apply(program("x"))
    assert marks(desk.plan(program("y"))) == ["± a (replacementTrigger)", "± b (zone)"]
    desk.apply(program("y"))
    assert desk.plan(program("y")).is_empty


def together(option, zone, name=None):
    """`b` goes with `a`, as the option says."""

    def program():
        here = FakeRegistry("here")
        a = Thing("a", zone=zone, name=name, opts=Opts(provider=here))
        Thing("b", size=1, opts=Opts(provider=here, **{option: [a] if option == "replace_with" else a}))

    return program


@pytest.mark.parametrize(
    ("option", "reason"), [("replace_with", "replaceWith"), ("deleted_with", "deletedWith")]
)
@pytest.mark.parametrize("name", [None, "typed"], ids=["the new one first", "the old one first"])
def test_it_is_replaced_with_the_other(desk, option, reason, name):
    desk.apply(together(option, "x", name))
    before = {name: each.id for name, each in desk.resources().items()}
    plan = desk.plan(together(option, "y", name))
    assert [line.partition(" (")[0] for line in marks(plan)] == ["± a", "± b"]
    if name is None:
        assert marks(plan)[1] == f"± b ({reason})"
    desk.apply(together(option, "y", name))
    after = {name: each.id for name, each in desk.resources().items()}
    assert not {before[name] for name in "ab"} & {after[name] for name in "ab"}
    # What goes with another object is not deleted by itself when that one is.
    left = {before["b"]} if option == "deleted_with" else set()
    assert set(desk.cloud.all()) == {after["a"], after["b"], *left}
    assert desk.breaches() == ()
    assert desk.plan(together(option, "y", name)).is_empty


def test_it_stays_when_the_other_does(desk):
    desk.apply(together("replace_with", "x"))
    assert desk.plan(together("replace_with", "x")).is_empty


def test_what_needs_a_newer_format_is_written_in_it_and_nothing_else(desk):
    desk.apply(together("deleted_with", "x"))
    assert state_file(desk)["version"] == 3
    desk.apply(together("replace_with", "x"))
    file = state_file(desk)
    assert (file["version"], file["features"]) == (4, ["replaceWith"])
    assert desk.exported()["b"]["replaceWith"] == [desk.exported()["a"]["urn"]]
    desk.apply(together("deleted_with", "x"))
    assert "features" not in state_file(desk)


def test_a_difference_may_be_hidden(desk):
    def program(note, size):
        return things(a={"size": size, "note": note, "opts": Opts(hide_diffs=["note.b"])})

    desk.apply(program({"a": 1, "b": 1}, 1))
    [step] = desk.plan(program({"a": 2, "b": 2}, 1)).changed
    assert [change.path for change in step.changes] == ["note.a"]
    assert step.reasons == ("note",)
    assert desk.exported()["a"]["hideDiff"] == ["note.b"]
    desk.apply(program({"a": 2, "b": 2}, 1))
    assert desk.plan(program({"a": 2, "b": 2}, 1)).is_empty


def test_a_secret_trigger_is_compared_by_what_it_is(desk):
    desk.apply(triggered("x"))
    assert marks(desk.plan(secretly("x"))) == []
    assert marks(desk.plan(secretly("y"))) == ["± a (replacementTrigger)"]
