"""Options of a resource that say how it is changed."""

import pulumi
import pytest

from provisioner.engine.failures import ProtectedResources
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import Mode
from provisioner.plan.values import Secret
from tests.support.programs import things
from tests.support.runs import marks, nothing

Opts = pulumi.ResourceOptions


def calls(desk, *operations):
    return [operation for operation, _ in desk.cloud.calls if operation in operations]


@pytest.mark.parametrize(
    ("ignored", "plan"),
    [
        pytest.param("note", [], id="the whole property"),
        pytest.param("note.b", ["~ a (note)"], id="another part of it"),
        pytest.param("note.a[0].c", [], id="exactly that part"),
        pytest.param("note.a[*].c", [], id="that part of every element"),
        pytest.param("note.*", [], id="every part"),
        pytest.param("*", [], id="everything"),
    ],
)
def test_changes_are_ignored_as_far_as_the_path_says(desk, ignored, plan):
    desk.apply(things(a={"note": {"a": [{"c": 1}], "b": 1}}))
    second = things(a={"note": {"a": [{"c": 2}], "b": 1}, "opts": Opts(ignore_changes=[ignored])})
    assert marks(desk.plan(second)) == plan


def test_what_is_ignored_keeps_its_value_when_something_else_changes(desk):
    desk.apply(things(a={"size": 1, "note": "old"}))
    desk.apply(things(a={"size": 2, "note": "new", "opts": Opts(ignore_changes=["note"])}))
    [thing] = desk.cloud.all().values()
    assert (thing["size"], thing["note"]) == (2, "old")


def test_an_ignored_property_does_not_force_a_new_object(desk):
    desk.apply(things(a={"zone": "x"}))
    assert marks(desk.plan(things(a={"zone": "y", "opts": Opts(ignore_changes=["zone"])}))) == []


@pytest.mark.parametrize(
    ("paths", "plan"),
    [
        pytest.param(["note"], "± a (note)", id="the property"),
        pytest.param(["note.b"], "± a (note)", id="the part that changes"),
        pytest.param(["note.a"], "~ a (note)", id="another part"),
        pytest.param(["*"], "± a (note)", id="anything"),
        pytest.param(["size"], "~ a (note)", id="another property"),
    ],
)
def test_a_change_forces_a_new_object_if_the_program_says_so(desk, paths, plan):
    desk.apply(things(a={"note": {"a": 1, "b": 1}}))
    second = things(a={"note": {"a": 1, "b": 2}, "opts": Opts(replace_on_changes=paths)})
    assert marks(desk.plan(second)) == [plan]


def test_the_program_may_want_the_old_object_deleted_first(desk):
    desk.apply(things(a={"zone": "x"}))
    second = things(a={"zone": "y", "opts": Opts(delete_before_replace=True)})
    assert [step.delete_first for step in desk.plan(second).changed] == [True]
    desk.cloud.calls.clear()
    desk.apply(second)
    assert calls(desk, "create", "delete") == ["delete", "create"]


def test_the_program_may_want_the_new_object_made_first_whatever_the_provider_says(desk):
    """Here the typed name stands in the way, and the cloud says so."""
    desk.apply(things(a={"zone": "x", "name": "typed"}))
    second = things(a={"zone": "y", "name": "typed", "opts": Opts(delete_before_replace=False)})
    assert [step.delete_first for step in desk.plan(second).changed] == [False]
    applied = desk.apply(second)
    assert (applied.result, [failure.error for failure in applied.failures]) == (
        Result.FAILED,
        ["there is a thing named typed already"],
    )
    assert desk.cloud.names() == ["typed"]


def test_an_output_is_secret_if_the_program_says_so(desk):
    program = things(a={"opts": Opts(additional_secret_outputs=["arn"])})
    desk.apply(program)
    arn = f"arn:{desk.resources()['a'].id}"
    assert desk.outputs() == {"arns": [Secret(arn)]}
    assert isinstance(desk.resources()["a"].outputs["arn"], Secret)
    state = (desk.folder / "state" / ".pulumi" / "stacks" / "layer" / "test.here.json").read_text()
    assert arn not in state
    assert desk.plan(program).is_empty


def test_what_goes_with_another_is_not_deleted_itself(desk):
    def program():
        from tests.support.fake_cloud import FakeRegistry, Thing

        here = FakeRegistry("here")
        a = Thing("a", opts=Opts(provider=here))
        Thing("b", opts=Opts(provider=here, deleted_with=a))

    desk.apply(program)
    desk.cloud.calls.clear()
    assert marks(desk.plan(nothing, Mode.DESTROY)) == ["- b", "- a"]
    desk.destroy()
    assert calls(desk, "delete") == ["delete"]
    assert desk.resources() == {}


def test_what_goes_with_another_that_stays_is_deleted(desk):
    def program(with_b):
        def body():
            from tests.support.fake_cloud import FakeRegistry, Thing

            here = FakeRegistry("here")
            a = Thing("a", opts=Opts(provider=here))
            if with_b:
                Thing("b", opts=Opts(provider=here, deleted_with=a))

        return body

    desk.apply(program(with_b=True))
    desk.apply(program(with_b=False))
    assert [name[0] for name in desk.cloud.names()] == ["a"]


def test_the_old_object_of_a_replacement_may_be_retained(desk):
    desk.apply(things(a={"zone": "x", "opts": Opts(retain_on_delete=True)}))
    old = desk.resources()["a"].id
    applied = desk.apply(things(a={"zone": "y", "opts": Opts(retain_on_delete=True)}))
    assert applied.result is Result.DONE
    assert calls(desk, "delete") == []
    assert old in desk.cloud.all()
    assert len(desk.cloud.all()) == 2
    assert desk.breaches() == ()
    assert desk.plan(things(a={"zone": "y", "opts": Opts(retain_on_delete=True)})).is_empty


def test_a_retained_object_that_nobody_wants_is_forgotten_and_the_plan_says_so(desk):
    desk.apply(things(a={"opts": Opts(retain_on_delete=True)}))
    plan = desk.plan(things())
    assert marks(plan) == []
    assert [note.rsplit("::", 1)[1] for note in plan.notes] == [
        "a stays in the cloud and is no longer managed (retainOnDelete)"
    ]
    desk.apply(things())
    assert "a" not in desk.resources()
    assert len(desk.cloud.all()) == 1


def test_protection_is_taken_off_by_an_apply_that_changes_nothing_else(desk):
    """The plan has nothing to show, and yet there is something to record."""
    desk.apply(things(a={"opts": Opts(protect=True)}))
    unprotected = things(a={"opts": Opts(protect=False)})
    plan = desk.plan(unprotected)
    assert plan.is_empty
    assert plan.is_bookkeeping
    assert [urn.rsplit("::", 1)[1] for urn in plan.recorded] == ["a"]
    with pytest.raises(ProtectedResources):
        desk.plan(nothing, Mode.DESTROY)
    desk.apply(unprotected)
    assert desk.destroy().result is Result.DONE


def test_children_are_protected_with_their_component(desk):
    def program():
        from tests.support.fake_cloud import FakeRegistry, Thing

        options = Opts(providers=[FakeRegistry("here")], protect=True)
        room = pulumi.ComponentResource("test:index:Room", "room", {}, options)
        Thing("a", opts=Opts(parent=room))

    desk.apply(program)
    assert desk.resources()["a"].protect is True


def test_every_protected_resource_is_named_once(desk):
    """Also one that is in the way of another, and would be replaced itself."""
    protect = Opts(protect=True)
    first = {"a": {"zone": "x", "name": "typed"}, "b": {"needs": "a"}, "c": {"needs": "a"}}
    second = {**first, "a": {"zone": "y", "name": "typed"}}
    desk.apply(things(**{name: {**inputs, "opts": protect} for name, inputs in first.items()}))
    with pytest.raises(ProtectedResources) as caught:
        desk.plan(things(**{name: {**inputs, "opts": protect} for name, inputs in second.items()}))
    assert sorted(urn[-1] for urn in caught.value.urns) == ["a", "b", "c"]


def test_timeouts_and_other_options_are_recorded(desk):
    desk.apply(things(a={"opts": Opts(custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="90s"))}))
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        [a] = [each for each in run.export()["deployment"]["resources"] if each["urn"].endswith("::a")]
    assert a["customTimeouts"] == {"create": 5400, "delete": 90}
