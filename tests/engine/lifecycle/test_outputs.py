"""What a stack and its components say at their end."""

import pulumi
import pytest

from provisioner.engine.failures import ProgramFailed
from provisioner.engine.interface import Access, Result
from provisioner.plan.values import Reference, Secret
from provisioner.providers.interface import Refused
from tests.support.fake_cloud import FakeRegistry, Thing


def exporting(value, fail=False, **things):
    def program():
        here = FakeRegistry("here")
        pulumi.export("value", value() if callable(value) else value)
        for name, inputs in things.items():
            Thing(name, opts=pulumi.ResourceOptions(provider=here), **inputs)
        if fail:
            raise ValueError("too late")

    return program


def test_outputs_of_every_shape_are_recorded(desk):
    shapes = {
        "text": "ü",
        "number": 1.5,
        "whole": 30,
        "truth": True,
        "nothing": None,
        "list": [1, [2]],
        "map": {"a": {}},
    }
    desk.apply(exporting(shapes))
    assert desk.outputs() == {"value": shapes}
    assert desk.plan(exporting(shapes)).is_empty


def test_a_changed_output_alone_is_something_to_apply(desk):
    desk.apply(exporting("old"))
    plan = desk.plan(exporting("new"))
    assert not plan.changed
    assert not plan.is_empty
    assert (plan.old_outputs, plan.outputs) == ({"value": "old"}, {"value": "new"})
    desk.apply(exporting("new"))
    assert desk.outputs() == {"value": "new"}


def test_a_secret_output_is_secret_wherever_it_is_shown(desk):
    desk.apply(exporting(lambda: pulumi.Output.secret({"password": "canary"})))
    assert desk.outputs() == {"value": Secret({"password": "canary"})}
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        assert "canary" not in repr(run.export())


def test_a_failed_apply_keeps_the_old_outputs(desk):
    """They are what the last complete apply left."""
    desk.apply(exporting("old"))

    def refuse(operation, inputs):
        raise Refused("no")

    desk.cloud.before = refuse
    assert desk.apply(exporting("new", a={})).result is Result.FAILED
    assert desk.outputs() == {"value": "old"}


def test_a_program_that_raises_after_its_outputs_keeps_the_old_ones(desk):
    desk.apply(exporting("old"))
    with pytest.raises(ProgramFailed):
        desk.apply(exporting("new", fail=True))
    assert desk.outputs() == {"value": "old"}


def test_outputs_are_there_in_the_run_that_made_them(desk):
    from provisioner.plan.model import ApprovedPlan, Mode, Source

    with desk.engine().open(desk.stack(exporting("new", a={})), Access.WRITE) as run:
        run.apply(ApprovedPlan(run.preview(Mode.UPDATE, Source.STATE), "test"), lambda _: None)
        assert run.outputs() == {"value": "new"}
        assert len(run.resources()) == 3
        assert run.preview(Mode.UPDATE, Source.STATE).is_empty


def test_a_resource_among_the_inputs_is_a_reference_for_us_and_an_id_for_the_provider(desk):
    def program():
        here = FakeRegistry("here")
        a = Thing("a", opts=pulumi.ResourceOptions(provider=here))
        Thing("b", friend=a, opts=pulumi.ResourceOptions(provider=here))
        pulumi.ComponentResource("test:index:Room", "room", {"thing": a})

    desk.apply(program)
    a = desk.resources()["a"]
    assert desk.cloud.all()[desk.resources()["b"].id]["friend"] == a.id
    assert desk.resources()["room"].inputs == {"thing": Reference(a.urn, a.id)}
    assert desk.plan(program).is_empty


class Room(pulumi.ComponentResource):
    def __init__(self, name, size, opts=None):
        super().__init__("test:index:Room", name, {"size": size}, opts)
        self.thing = Thing(f"{name}-thing", size=size, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"size": size, "arn": self.thing.arn})


def room(size):
    return lambda: Room("room", size, pulumi.ResourceOptions(providers=[FakeRegistry("here")])) and None


def test_a_components_inputs_and_outputs_follow_the_program(desk):
    desk.apply(room(1))
    plan = desk.plan(room(2))
    assert {step.name: (step.op.value, step.reasons) for step in plan.changed} == {
        "room": ("update", ("size",)),
        "room-thing": ("update", ("size",)),
    }
    desk.apply(room(2))
    recorded = desk.resources()["room"]
    assert recorded.inputs == {"size": 2}
    assert recorded.outputs == {"size": 2, "arn": desk.resources()["room-thing"].outputs["arn"]}
    assert desk.plan(room(2)).is_empty


def test_a_component_is_never_replaced(desk):
    """Also not when the program says which changes should: there is no object."""

    def program(size):
        def body():
            pulumi.ComponentResource(
                "test:index:Room", "room", {"size": size}, pulumi.ResourceOptions(replace_on_changes=["size"])
            )

        return body

    desk.apply(program(1))
    assert [step.op.value for step in desk.plan(program(2)).changed] == ["update"]
