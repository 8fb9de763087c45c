"""A resource that goes by a new name keeps its object: nothing in the cloud is touched."""

import pulumi
import pytest

from provisioner.engine.failures import AliasTaken
from provisioner.engine.interface import Access, Result
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks


class Hall(pulumi.ComponentResource):
    def __init__(self, name, opts=None, kind="test:index:Hall", tail="", thing_opts=None):
        super().__init__(kind, name, {}, opts)
        inner = pulumi.ResourceOptions(parent=self)
        thing_opts = pulumi.ResourceOptions.merge(inner, thing_opts or pulumi.ResourceOptions())
        self.thing = Thing(f"{name}-thing{tail}", size=1, opts=thing_opts)
        self.below = Thing(
            f"{name}-thing{tail}-below",
            parent_id=self.thing.id,
            opts=pulumi.ResourceOptions(parent=self.thing),
        )
        self.register_outputs({})


def hall(name, provider=None, aliases=None, **kinds):
    def program():
        here = FakeRegistry("here")
        Hall(name, pulumi.ResourceOptions(providers=[here], aliases=aliases), **kinds)

    return program


def alias(**former):
    return pulumi.ResourceOptions(aliases=[pulumi.Alias(**former)])


def applied_without_a_call(desk, program):
    """Applies the program, and checks that the cloud was not asked for anything."""
    objects = desk.cloud.all()
    desk.cloud.calls.clear()
    plan = desk.plan(program)
    assert marks(plan) == []
    assert plan.recorded, "an apply has something to record"
    assert desk.apply(program).result is Result.DONE
    assert desk.cloud.calls == []
    assert desk.cloud.all() == objects
    assert desk.breaches() == ()
    again = desk.plan(program)
    assert again.is_empty
    assert again.recorded == ()


def urns(desk):
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        return {recorded.urn.split("::", 2)[2] for recorded in run.resources()}


def test_a_new_name_keeps_the_object(desk):
    desk.apply(things(a={}, b={"needs": "a"}))
    renamed = things(z={"opts": alias(name="a")}, b={"needs": "z"})
    applied_without_a_call(desk, renamed)
    assert sorted(name for name in desk.resources() if len(name) == 1) == ["b", "z"]
    assert desk.plan(things(z={}, b={"needs": "z"})).is_empty, "the alias may go once it was applied"


def test_references_follow_the_new_name(desk):
    desk.apply(things(a={}, b={"needs": "a"}))
    desk.apply(things(z={"opts": alias(name="a")}, b={"needs": "z"}))
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        [b] = [each for each in run.export()["deployment"]["resources"] if each["urn"].endswith("::b")]
    assert [urn.rsplit("::", 1)[1] for urn in b["propertyDependencies"]["parentId"]] == ["z"]


def test_children_follow_the_name_of_their_parent(desk):
    """The names of the things begin with the component's, and so do their former ones."""
    desk.apply(hall("old"))
    applied_without_a_call(desk, hall("new", aliases=[pulumi.Alias(name="old")]))
    assert {urn.rsplit("::", 1)[1] for urn in urns(desk)} == {
        "layer-test.here",
        "here",
        "new",
        "new-thing",
        "new-thing-below",
    }


def test_children_follow_the_type_of_their_parent(desk):
    """The type of the parent is part of the URNs of all that is below it."""
    desk.apply(hall("hall"))
    applied_without_a_call(
        desk, hall("hall", kind="test:index:Room", aliases=[pulumi.Alias(type_="test:index:Hall")])
    )
    assert "test:index:Room$fake:index:Thing$fake:index:Thing::hall-thing-below" in urns(desk)


def test_a_child_may_have_an_alias_of_its_own_below_a_renamed_parent(desk):
    desk.apply(hall("old"))
    own = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="new-thing")])
    applied_without_a_call(desk, hall("new", aliases=[pulumi.Alias(name="old")], tail="-2", thing_opts=own))


def test_a_child_of_a_component_may_be_renamed(desk):
    """An alias that does not mention the parent means the present one."""

    def below(name, aliases=None):
        def program():
            options = pulumi.ResourceOptions(providers=[FakeRegistry("here")])
            room = pulumi.ComponentResource("test:index:Room", "room", {}, options)
            Thing(name, opts=pulumi.ResourceOptions(parent=room, aliases=aliases))

        return program

    desk.apply(below("old"))
    applied_without_a_call(desk, below("new", [pulumi.Alias(name="old")]))


def test_a_resource_may_move_to_another_parent(desk):
    def flat():
        Thing("a", opts=pulumi.ResourceOptions(provider=FakeRegistry("here")))

    def below():
        here = FakeRegistry("here")
        hall = pulumi.ComponentResource(
            "test:index:Hall", "hall", {}, pulumi.ResourceOptions(providers=[here])
        )
        Thing(
            "a",
            opts=pulumi.ResourceOptions(
                parent=hall, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
            ),
        )

    desk.apply(flat)
    before = desk.cloud.all()
    desk.apply(below)
    assert desk.cloud.all() == before
    assert "test:index:Hall$fake:index:Thing::a" in urns(desk)
    assert desk.plan(below).is_empty


def test_an_alias_may_be_a_whole_urn(desk):
    desk.apply(things(a={}))
    urn = desk.resources()["a"].urn
    applied_without_a_call(desk, things(z={"opts": pulumi.ResourceOptions(aliases=[urn])}))


def test_the_first_alias_that_is_recorded_counts(desk):
    desk.apply(things(a={}))
    names = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="never"), pulumi.Alias(name="a")])
    applied_without_a_call(desk, things(z={"opts": names}))


def test_a_provider_may_be_renamed(desk):
    def named(name, aliases=None):
        def program():
            provider = FakeRegistry(name, opts=pulumi.ResourceOptions(aliases=aliases))
            Thing("a", opts=pulumi.ResourceOptions(provider=provider))

        return program

    desk.apply(named("here"))
    applied_without_a_call(desk, named("there", [pulumi.Alias(name="here")]))


def test_what_two_resources_claim_is_given_to_none(desk):
    desk.apply(things(a={}))
    with pytest.raises(AliasTaken):
        desk.plan(things(y={"opts": alias(name="a")}, z={"opts": alias(name="a")}))
    with pytest.raises(AliasTaken):
        desk.plan(things(a={}, z={"opts": alias(name="a")}))
    assert len(desk.cloud.all()) == 1


def test_an_alias_of_what_was_never_there_makes_a_new_object(desk):
    assert marks(desk.plan(things(z={"opts": alias(name="a")}))) == ["+ z"]


def test_a_renamed_resource_may_change_at_once(desk):
    desk.apply(things(a={"size": 1}, b={"needs": "a"}))
    renamed = things(z={"size": 2, "opts": alias(name="a")}, b={"needs": "z"})
    assert marks(desk.plan(renamed)) == ["~ z (size)"]
    desk.apply(renamed)
    assert [thing.get("size") for thing in desk.cloud.all().values()] == [2, None]
    assert desk.plan(renamed).is_empty


def test_a_renamed_resource_may_be_replaced_at_once_with_what_depends_on_it(desk):
    """The typed name makes room first, so its dependent is deleted before it, and both have new names."""
    desk.apply(things(a={"zone": "x", "name": "typed"}, b={"needs": "a"}))
    both = things(
        z={"zone": "y", "name": "typed", "opts": alias(name="a")},
        y={"needs": "z", "opts": alias(name="b")},
    )
    plan = desk.plan(both)
    assert marks(plan) == ["± y (parentId)", "± z (zone)"]
    assert {step.delete_first for step in plan.changed} == {True}
    desk.cloud.calls.clear()
    assert desk.apply(both).result is Result.DONE
    assert [call for call in desk.cloud.calls if call[0] == "delete"][1] == ("delete", "typed")
    assert len(desk.cloud.all()) == 2
    assert desk.breaches() == ()
    assert desk.plan(both).is_empty


def test_children_are_found_after_a_run_that_renamed_their_parent_only(desk):
    """The parent is under its new name already; its former one is out of use, so its children are looked for there."""
    from provisioner.engine.embedded.journal import Journal

    desk.apply(hall("old"))
    before = desk.cloud.all()
    append, writes = Journal.append, []

    def failing(self, entry):
        writes.append(entry)
        if len(writes) > 1:
            raise OSError("out of order")
        append(self, entry)

    Journal.append = failing
    try:
        with pytest.raises(OSError, match="out of order"):
            desk.apply(hall("new", aliases=[pulumi.Alias(name="old")]))
    finally:
        Journal.append = append
    assert {urn.rsplit("::", 1)[1] for urn in urns(desk)} >= {"new", "old-thing", "old-thing-below"}
    program = hall("new", aliases=[pulumi.Alias(name="old")])
    assert marks(desk.plan(program)) == []
    assert desk.apply(program).result is Result.DONE
    assert desk.cloud.all() == before
    assert desk.plan(program).is_empty
