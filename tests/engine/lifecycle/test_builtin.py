"""What the engine does itself: stashes, and looking at resources of the same run."""

import pulumi
import pytest
from pulumi.runtime.resource import exists_resource

from provisioner.engine.failures import ProgramFailed
from provisioner.plan.values import Secret
from tests.support.fake_cloud import FakeRegistry, Thing

Opts = pulumi.ResourceOptions


def stashing(value, **options):
    """A program that keeps a value and tells what is kept."""

    def program():
        kept = pulumi.Stash("kept", input=value() if callable(value) else value, opts=Opts(**options))
        pulumi.export("kept", kept.output)

    return program


def test_a_stash_keeps_what_it_was_first_given(desk):
    desk.apply(stashing("first"))
    desk.apply(stashing("second"))
    assert desk.outputs() == {"kept": "first"}
    assert desk.exported()["kept"]["inputs"] == {"input": "second"}
    assert desk.plan(stashing("second")).is_empty
    desk.apply(stashing("third", replacement_trigger=1))
    desk.apply(stashing("fourth", replacement_trigger=2))
    assert desk.outputs() == {"kept": "fourth"}


def test_a_stash_keeps_secrets_as_such(desk):
    desk.apply(stashing(lambda: pulumi.Output.secret("hush")))
    desk.apply(stashing("plain"))
    assert isinstance(desk.outputs()["kept"], Secret)
    assert "hush" not in (desk.folder / "state/.pulumi/stacks/layer/test.here.json").read_text()


def test_a_stash_goes_with_its_record(desk):
    desk.apply(stashing("x"))
    assert desk.destroy().counts["delete"] >= 1
    assert desk.resources() == {}


def test_a_resource_of_the_same_run_can_be_looked_at(desk):
    def program():
        a = Thing("a", size=3, opts=Opts(provider=FakeRegistry("here")))
        found = a.urn.apply(
            lambda urn: pulumi.runtime.invoke_async("pulumi:pulumi:getResource", {"urn": urn})
        )
        pulumi.export("size", found.apply(lambda answer: answer["state"]["size"]))

    desk.apply(program)
    assert desk.outputs() == {"size": 3}


def test_one_that_is_not_registered_cannot(desk):
    def program():
        pulumi.runtime.invoke("pulumi:pulumi:getResource", {"urn": "urn:pulumi:a::b::c::d"})

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(program)
    assert "unknown resource" in caught.value.error


def test_a_program_may_ask_whether_an_object_exists(desk):
    desk.apply(program := asking("thing-1"))
    assert desk.outputs() == {"there": False}
    with desk.cloud.objects() as objects:
        objects["thing-1"] = {"name": "theirs"}
    desk.apply(program)
    assert desk.outputs() == {"there": True}


def asking(id):
    def program():
        options = Opts(provider=FakeRegistry("here"))
        there = exists_resource(None, "fake:index:Thing", id, {}, options)
        pulumi.export("there", there)

    return program
