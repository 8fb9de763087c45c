"""What depends on what is recorded, kept to while making, and reversed while deleting."""

import pulumi

from provisioner.engine.interface import Access
from tests.support.fake_cloud import FakeRegistry, Thing


class Room(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("test:index:Room", name, {}, opts)
        self.thing = Thing(f"{name}-thing", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def made_of(here, name, **options):
    return Thing(name, opts=pulumi.ResourceOptions(provider=here, **options))


def record(desk, name):
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        resources = run.export()["deployment"]["resources"]
    return next(each for each in resources if each["urn"].endswith(f"::{name}"))


def names(urns):
    return [urn.rsplit("::", 1)[1] for urn in urns]


def test_each_property_knows_where_it_comes_from(desk):
    def program():
        here = FakeRegistry("here")
        a, b = made_of(here, "a"), made_of(here, "b")
        Thing("c", parent_id=a.id, note=b.arn, opts=pulumi.ResourceOptions(provider=here))

    desk.apply(program)
    found = record(desk, "c")
    assert {key: names(urns) for key, urns in found["propertyDependencies"].items()} == {
        "note": ["b"],
        "parentId": ["a"],
    }
    assert names(found["dependencies"]) == ["a", "b"]


def test_what_depends_on_a_component_waits_for_everything_in_it(desk):
    def program():
        here = FakeRegistry("here")
        room = Room("room", pulumi.ResourceOptions(providers=[here]))
        made_of(here, "after", depends_on=[room])

    desk.apply(program)
    assert [name.rsplit("-", 1)[0] for operation, name in desk.cloud.calls if operation == "create"] == [
        "room-thing",
        "after",
    ]
    assert "room-thing" in names(record(desk, "after")["dependencies"])
    desk.cloud.calls.clear()
    desk.destroy()
    assert [name.rsplit("-", 1)[0] for operation, name in desk.cloud.calls if operation == "delete"] == [
        "after",
        "room-thing",
    ]


def test_a_child_is_deleted_before_its_parent(desk):
    def program():
        parent = made_of(FakeRegistry("here"), "parent")
        Thing("child", opts=pulumi.ResourceOptions(parent=parent))

    desk.apply(program)
    desk.cloud.calls.clear()
    desk.destroy()
    assert [name.split("-")[0] for operation, name in desk.cloud.calls if operation == "delete"] == [
        "child",
        "parent",
    ]


def test_a_dependency_that_turned_round_does_not_keep_an_old_object(desk):
    """Old a needed b; now b needs the new a. What was replaced gives way."""
    from provisioner.engine.interface import Result
    from provisioner.providers.interface import Refused

    def first():
        here = FakeRegistry("here")
        b = made_of(here, "b")
        Thing("a", zone="x", opts=pulumi.ResourceOptions(provider=here, depends_on=[b]))

    def turned():
        here = FakeRegistry("here")
        a = Thing("a", zone="y", opts=pulumi.ResourceOptions(provider=here))
        made_of(here, "b", depends_on=[a])

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now")

    desk.apply(first)
    desk.cloud.before = refuse
    assert desk.apply(turned).result is Result.FAILED
    assert len(desk.cloud.all()) == 3
    desk.cloud.before = lambda *_: None
    assert desk.destroy().result is Result.DONE
    assert desk.cloud.all() == {}
    assert desk.resources() == {}
