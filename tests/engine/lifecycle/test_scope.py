"""`--target`, `--exclude`, `--replace`: the rest stays as it is, and the state keeps every rule."""

import pytest

from provisioner.engine.interface import Result
from provisioner.engine.plan_failures import OutsideScope
from provisioner.plan.model import Mode
from provisioner.plan.scope import Scope
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks, nothing

import pulumi


def only(*names, **more):
    return Scope(targets=tuple(f"*::{name}" for name in names), **more)


def but(*names):
    return Scope(excludes=tuple(f"*::{name}" for name in names))


def anew(*names):
    return Scope(replaces=tuple(f"*::{name}" for name in names))


def sizes(desk):
    return {
        name: recorded.outputs.get("size")
        for name, recorded in desk.resources().items()
        if "size" in recorded.outputs
    }


SMALL = things(a={"size": 1}, b={"size": 1, "needs": "a"}, c={"size": 1})
LARGE = things(a={"size": 2}, b={"size": 2, "needs": "a"}, c={"size": 2})


@pytest.mark.parametrize(
    ("scope", "changed"),
    [
        pytest.param(only("a"), ["~ a (size)"], id="a target"),
        pytest.param(only("a", "c"), ["~ a (size)", "~ c (size)"], id="two targets"),
        pytest.param(only("a", target_dependents=True), ["~ a (size)", "~ b (size)"], id="and dependents"),
        pytest.param(but("a"), ["~ b (size)", "~ c (size)"], id="all but one"),
        pytest.param(Scope(targets=("*",), excludes=("*::b",)), ["~ a (size)", "~ c (size)"], id="both"),
        pytest.param(anew("c"), ["~ a (size)", "~ b (size)", "± c (--replace)"], id="a new object"),
    ],
)
def test_only_what_is_named_changes(desk, scope, changed):
    desk.apply(SMALL)
    assert marks(desk.plan(LARGE, scope=scope)) == changed
    assert desk.apply(LARGE, scope=scope).result is Result.DONE
    assert desk.breaches() == ()
    touched = {line[2] for line in changed}
    assert {name: size for name, size in sizes(desk).items()} == {
        name: 2 if name in touched else 1 for name in "abc"
    }
    assert desk.apply(LARGE).result is Result.DONE
    assert desk.plan(LARGE).is_empty


def test_what_is_left_out_is_named(desk):
    desk.apply(SMALL)
    assert [urn[-1] for urn in desk.plan(LARGE, scope=only("a")).left_out] == ["b", "c"]


def test_what_does_not_exist_yet_is_not_made_and_the_outputs_stay(desk):
    assert desk.apply(SMALL, scope=only("a")).result is Result.DONE
    assert [name[0] for name in desk.cloud.names()] == ["a"]
    assert desk.breaches() == ()
    assert desk.outputs().get("arns") is None
    assert desk.apply(SMALL).result is Result.DONE
    assert len(desk.outputs()["arns"]) == 3


def test_a_target_that_needs_what_is_left_out_is_refused(desk):
    with pytest.raises(OutsideScope) as caught:
        desk.plan(SMALL, scope=only("b"))
    assert (caught.value.urn[-1], caught.value.other[-1], caught.value.reason) == ("b", "a", "depends on")
    assert desk.cloud.all() == {}


def test_only_targets_are_deleted(desk):
    desk.apply(SMALL)
    some = things(b={"size": 1})
    plan = desk.plan(things(a={"size": 1}, b={"size": 1, "needs": "a"}), scope=only("a"))
    assert marks(plan) == []
    assert [urn[-1] for urn in plan.left_out] == ["b", "c"]
    assert desk.apply(nothing_but_a_registry, scope=only("c")).result is Result.DONE
    assert sorted(name[0] for name in desk.cloud.names()) == ["a", "b"]
    assert desk.breaches() == ()
    assert some


def nothing_but_a_registry():
    FakeRegistry("here")


def test_a_deletion_that_would_leave_somebody_without_is_refused(desk):
    desk.apply(SMALL)
    with pytest.raises(OutsideScope) as caught:
        desk.plan(nothing_but_a_registry, scope=only("a"))
    assert (caught.value.urn[-1], caught.value.other[-1], caught.value.reason) == ("a", "b", "is needed by")
    scope = only("a", target_dependents=True)
    assert desk.apply(nothing_but_a_registry, scope=scope).result is Result.DONE
    assert [name[0] for name in desk.cloud.names()] == ["c"]
    assert desk.breaches() == ()


def test_a_part_can_be_destroyed(desk):
    desk.apply(SMALL)
    with pytest.raises(OutsideScope):
        desk.plan(nothing, Mode.DESTROY, scope=only("a"))
    assert desk.apply(nothing, Mode.DESTROY, scope=only("b")).result is Result.DONE
    assert sorted(name[0] for name in desk.cloud.names()) == ["a", "c"]
    assert desk.breaches() == ()
    assert desk.plan(SMALL).summary["create"] == 1
    assert desk.destroy().result is Result.DONE
    assert desk.cloud.all() == {}
    assert desk.resources() == {}


def test_everything_but_one_can_be_destroyed(desk):
    desk.apply(SMALL)
    assert desk.apply(nothing, Mode.DESTROY, scope=but("c")).result is Result.DONE
    assert [name[0] for name in desk.cloud.names()] == ["c"]
    assert desk.breaches() == ()
    # What keeps it alive stays as well: the stack and its provider.
    assert sorted(desk.resources()) == ["c", "here", "layer-test.here"]


def test_what_is_needed_by_what_stays_is_not_destroyed(desk):
    desk.apply(SMALL)
    with pytest.raises(OutsideScope) as caught:
        desk.plan(nothing, Mode.DESTROY, scope=but("b"))
    assert (caught.value.urn[-1], caught.value.other[-1]) == ("a", "b")


def test_a_new_object_under_somebody_who_is_left_out_is_refused(desk):
    desk.apply(SMALL)
    with pytest.raises(OutsideScope) as caught:
        desk.plan(SMALL, scope=Scope(targets=("*::a",), replaces=("*::a",)))
    assert (caught.value.urn[-1], caught.value.other[-1]) == ("a", "b")
    scope = Scope(targets=("*::a",), replaces=("*::a",), target_dependents=True)
    assert marks(desk.plan(SMALL, scope=scope)) == ["± a (--replace)", "± b (parentId)"]
    assert desk.apply(SMALL, scope=scope).result is Result.DONE
    assert desk.breaches() == ()
    assert len(desk.cloud.all()) == 3


def named(**inputs):
    return things(a={"name": "typed", "size": 1, **inputs}, b={"size": 1, "needs": "a"})


def test_what_must_go_first_takes_nobody_with_it_who_is_left_out(desk):
    """The new object cannot exist beside the old one, and what depends on it would have to go before."""
    desk.apply(named())
    with pytest.raises(OutsideScope):
        desk.plan(named(zone="z"), scope=only("a"))
    assert len(desk.cloud.all()) == 2
    assert desk.apply(named(zone="z"), scope=only("a", target_dependents=True)).result is Result.DONE
    assert desk.breaches() == ()
    assert desk.plan(named(zone="z")).is_empty


def test_who_names_a_component_means_what_is_in_it(desk):
    class Group(pulumi.ComponentResource):
        def __init__(self, name, size, provider):
            super().__init__("test:index:Group", name, {}, pulumi.ResourceOptions(providers=[provider]))
            Thing(f"{name}-thing", size=size, opts=pulumi.ResourceOptions(parent=self))

    def program(size):
        def run():
            provider = FakeRegistry("here")
            Group("x", size, provider)
            Group("y", size, provider)

        return run

    desk.apply(program(1))
    scope = Scope(targets=("*test:index:Group::x",))
    assert marks(desk.plan(program(2), scope=scope)) == ["~ x-thing (size)"]
    assert marks(desk.plan(program(2), scope=Scope(excludes=("*test:index:Group::x",)))) == [
        "~ y-thing (size)"
    ]


def test_a_renamed_resource_that_is_left_out_keeps_its_object(desk):
    desk.apply(things(a={"size": 1}, b={"size": 1}))
    renamed = things(
        new={"size": 2, "opts": pulumi.ResourceOptions(aliases=[pulumi.Alias(name="a")])}, b={"size": 2}
    )
    objects = desk.cloud.all()
    assert desk.apply(renamed, scope=only("b")).result is Result.DONE
    assert desk.breaches() == ()
    assert desk.cloud.all().keys() == objects.keys()
    assert marks(desk.plan(renamed)) == ["~ new (size)"]
