"""What a program asks for and nobody has yet is made."""

import pulumi

from provisioner.engine.interface import Result
from provisioner.plan.model import Op
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import marks


class Room(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("test:index:Room", name, {"origin": "rooms.first"}, opts)
        self.thing = Thing(f"{name}-thing", size=1, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"thingArn": self.thing.arn})


def program():
    here = FakeRegistry("here")
    room = Room("room", pulumi.ResourceOptions(providers=[here]))
    other = Thing("other", parent_id=room.thing.id, opts=pulumi.ResourceOptions(provider=here))
    pulumi.export("arn", other.arn)


def test_a_new_resource_is_planned_and_nothing_is_called(desk):
    """A preview reads the state only."""
    plan = desk.plan(program)
    assert marks(plan) == ["+ room-thing", "+ other"] or marks(plan) == ["+ other", "+ room-thing"]
    assert desk.cloud.calls == []
    assert plan.summary == {"create": 5}


def test_what_was_planned_is_made_and_recorded(desk):
    """Ids and outputs of one resource are the inputs of the next."""
    applied = desk.apply(program)
    assert applied.result is Result.DONE
    assert len(desk.cloud.all()) == 2
    records = desk.resources()
    assert desk.cloud.all()[records["other"].id]["parentId"] == records["room-thing"].id
    assert desk.outputs() == {"arn": f"arn:{records['other'].id}"}
    assert records["room"].outputs == {"thingArn": f"arn:{records['room-thing'].id}"}
    assert desk.breaches() == ()


def test_a_second_plan_is_empty(desk):
    """Nothing changed, so there is nothing to do."""
    desk.apply(program)
    plan = desk.plan(program)
    assert plan.is_empty
    assert {step.op for step in plan.steps} == {Op.SAME}


def test_a_name_made_up_once_is_kept(desk):
    """The plan shows the name that the object then has."""
    plan = desk.plan(program)
    desk.apply(program)
    names = desk.cloud.names()
    assert [step.new["name"][:-7] for step in plan.steps if step.name == "other"] == ["other-"]
    desk.apply(program)
    assert desk.cloud.names() == names


def test_a_resource_knows_the_setting_it_comes_from(desk):
    """The nearest component's origin is on every step below it."""
    plan = desk.plan(program)
    assert {step.name: step.origin for step in plan.steps}["room-thing"] == "rooms.first"
