"""A resource that only gets another name in the program: the plan says what to type, and then it stays."""

import shlex

import pulumi

from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.amending import Moving, Renaming
from provisioner.engine.interface import Access
from provisioner.plan.model import Mode, Source
from provisioner.report.renames_text import rename_command
from provisioner.schedule import Task
from provisioner.workflow import preview
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import marks


def pool(name, **inputs):
    """A component with a thing, and one outside of it that uses it."""

    def program():
        here = FakeRegistry("here")
        room = pulumi.ComponentResource("test:index:Room", name, {}, pulumi.ResourceOptions(providers=[here]))
        nodes = Thing(f"{name}-nodes", opts=pulumi.ResourceOptions(parent=room), **inputs)
        Thing("user", opts=pulumi.ResourceOptions(provider=here), size=1, parent_id=nodes.id)

    return program


def plan_of(desk, program):
    task = Task(desk.stack(program), Mode.UPDATE)
    (plan,) = preview(desk.engine(), [(task,)], Source.STATE)
    return plan


def renamed(desk, names):
    amended(desk, Renaming(names))


def amended(desk, amendment):
    place = Folder(desk.folder / "state").place("layer", "test.here")
    with opened(place, Keys(lambda: desk.passphrase), Access.WRITE) as ledger:
        ledger.record(ledger.amended(amendment), "by hand")


def test_what_is_offered_makes_the_plan_an_update(desk):
    desk.apply(pool("old", size=1, zone="x"))
    plan = plan_of(desk, pool("new", size=2, zone="x"))
    assert marks(plan) == ["± user (parentId)", "+ new-nodes", "- old-nodes"]
    (one,) = plan.renames
    assert [name for _, name in one.names] == ["new"]
    assert (len(one.kept), one.updates, one.removed) == (1, 1, ())
    renamed(desk, one.names)
    plan = plan_of(desk, pool("new", size=2, zone="x"))
    assert marks(plan) == ["~ new-nodes (size)"]
    assert plan.renames == ()


def rooms(where):
    """Two components of different types, and a thing in one of them."""

    def program():
        here = FakeRegistry("here")
        options = pulumi.ResourceOptions(providers=[here])
        made = {type: pulumi.ComponentResource(f"test:index:{type}", type, {}, options) for type in "XY"}
        Thing("a", opts=pulumi.ResourceOptions(parent=made[where]), size=1, zone="x")

    return program


def test_a_move_below_another_component_is_offered(desk):
    desk.apply(rooms("X"))
    (one,) = plan_of(desk, rooms("Y")).renames
    command = shlex.split(rename_command("dev", one))
    assert command[2] == "mv"
    amended(desk, Moving(command[4], command[5], command[7]))
    assert marks(desk.plan(rooms("Y"))) == []
    assert desk.apply(rooms("Y")).counts["same"] > 0
    assert len(desk.cloud.all()) == 1


def test_what_would_be_replaced_all_the_same_is_not_offered(desk):
    desk.apply(pool("old", size=1, zone="x"))
    assert plan_of(desk, pool("new", size=1, zone="y")).renames == ()


def test_the_records_stay_as_they_are_while_it_is_tried(desk):
    desk.apply(pool("old", size=1, zone="x"))
    before = sorted(desk.resources())
    plan_of(desk, pool("new", size=1, zone="x"))
    assert sorted(desk.resources()) == before
    assert desk.breaches() == ()
