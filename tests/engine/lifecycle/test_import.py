"""Objects that exist are recorded as they are: looked at first, all of them, and written at once."""

import json
import shutil
from pathlib import Path

import pulumi
import pytest

from provisioner.engine.failures import CloudNotRead, InvalidInputs, PassphraseMissing, ProgramFailed
from provisioner.engine.interface import Access
from provisioner.plan.importing import Hindrance, Import
from provisioner.plan.model import ApprovedPlan, Mode, Op, Source
from provisioner.providers.interface import NO_CREDENTIALS, Refused
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks


@pytest.fixture
def lost(desk):
    """Applies a program and loses the state; comes back with the ids of its things, by name."""

    def apply(program):
        desk.apply(program)
        ids = {name: one.id for name, one in desk.resources().items() if one.type.startswith("fake:index")}
        shutil.rmtree(desk.folder / "state")
        desk.cloud.calls.clear()
        return ids

    return apply


@pytest.fixture
def look(desk):
    """What an import of these ids, by name, would come to."""

    def look(program, ids):
        with desk.engine().open(desk.stack(program), Access.READ) as run:
            return run.importing(wishes(ids))

    return look


@pytest.fixture
def take(desk):
    """Imports these ids, by name; comes back with where the backup is."""

    def take(program, ids):
        with desk.engine().open(desk.stack(program), Access.WRITE) as run:
            found = run.importing(wishes(ids))
            assert found.obstacles == ()
            return run.take_over()

    return take


def wishes(ids):
    return tuple(Import(resource=name, id=id) for name, id in ids.items())


def hindrances(found):
    return [(each.kind, each.wish.resource, *each.about) for each in found.obstacles]


def ops(found):
    return {step.name: (step.op, step.reasons) for step in found.plan.steps}


CHAIN = {"a": {"size": 1}, "b": {"size": 2, "needs": "a"}, "c": {"size": 3, "needs": "b"}}


def test_everything_is_imported_and_the_next_plan_is_empty(desk, lost, take):
    """Made names, dependencies and outputs of the stack included; nothing in the cloud is touched."""
    program = things(**CHAIN)
    ids = lost(program)
    before = desk.cloud.all()
    assert take(program, ids) == ""
    plan = desk.plan(program)
    assert plan.is_empty
    assert plan.recorded == ()
    assert desk.breaches() == ()
    assert desk.cloud.all() == before
    assert {operation for operation, _ in desk.cloud.calls} == {"read"}
    (version,) = versions(desk)
    assert (version.kind, version.changes) == ("import", {"import": 3})


def test_what_is_imported_stands_on_what_is_recorded_with_it_and_nothing_else(desk, lost, take):
    """A part of the environment: the rest is made by the next apply, and is in no record yet."""
    program = things(**CHAIN, other={"size": 9})
    ids = lost(program)
    take(program, {"a": ids["a"]})
    assert set(desk.resources()) == {"layer-test.here", "here", "a"}
    assert marks(desk.plan(program)) == ["+ b", "+ c", "+ other"]


def test_a_component_without_an_object_is_recorded_with_the_last_object(desk, lost, take):
    """Otherwise the plan after an import of everything would make it."""

    def program():
        things(a={"size": 1}, b={"size": 2})()
        pulumi.ComponentResource("test:index:Empty", "empty", {"origin": "nothing"})

    ids = lost(program)
    take(program, {"a": ids["a"]})
    assert "empty" not in desk.resources()
    take(program, {"b": ids["b"]})
    assert "empty" in desk.resources()
    assert desk.plan(program).is_empty


def test_an_object_whose_needs_are_not_imported_names_nothing_that_is_not_there(desk, lost, take):
    """Its parent object is new: the record does without it, and the next apply writes it in."""

    def program():
        provider = FakeRegistry("here")
        first = Thing("a", opts=pulumi.ResourceOptions(provider=provider), size=1)
        Thing("b", opts=pulumi.ResourceOptions(provider=provider, depends_on=[first]), size=2)

    ids = lost(things(a={"size": 1}, b={"size": 2}))
    take(program, {"b": ids["b"]})
    assert desk.breaches() == ()
    plan = desk.plan(program)
    assert marks(plan) == ["+ a"]
    assert [urn.rsplit("::", 1)[1] for urn in plan.recorded] == ["b"]


def test_a_difference_is_what_the_next_plan_does(desk, lost, look, take):
    """The record has the object as it is, so the plan after the import shows the same change."""
    ids = lost(things(**CHAIN))
    wanted = things(**{**CHAIN, "b": {"size": 7, "needs": "a"}})
    found = look(wanted, ids)
    assert ops(found) == {"a": (Op.SAME, ()), "b": (Op.UPDATE, ("size",)), "c": (Op.SAME, ())}
    (change,) = next(step.changes for step in found.plan.steps if step.name == "b")
    assert (change.path, change.old, change.new) == ("size", 2, 7)
    take(wanted, ids)
    assert marks(desk.plan(wanted)) == ["~ b (size)"]
    desk.apply(wanted)
    assert desk.plan(wanted).is_empty


def test_a_difference_that_needs_a_new_object_is_one_of_those(look, lost):
    ids = lost(things(a={"size": 1, "zone": "x"}))
    assert ops(look(things(a={"size": 1, "zone": "y"}), ids)) == {"a": (Op.REPLACE, ("zone",))}


def test_a_property_that_the_program_leaves_out_is_a_difference(look, lost):
    ids = lost(things(a={"size": 1, "colour": "red"}))
    assert ops(look(things(a={"size": 1}), ids)) == {"a": (Op.UPDATE, ("colour",))}


def test_what_the_program_leaves_to_others_is_no_difference(desk, look, lost, take):
    ids = lost(things(a={"size": 1}))
    program = things(a={"size": 4, "opts": pulumi.ResourceOptions(ignore_changes=["size"])})
    assert ops(look(program, ids)) == {"a": (Op.SAME, ())}
    take(program, ids)
    assert desk.plan(program).is_empty


def test_all_obstacles_come_at_once_and_nothing_is_written(desk, lost, look):
    program = things(a={"size": 1}, b={"size": 2}, d={"size": 4}, e={"size": 5}, f={"size": 6})
    ids = lost(program)
    found = look(program, {"a": ids["a"], "b": "thing-0", "d": ids["a"], "e": ids["e"]})
    (a,) = (step.urn for step in found.plan.steps if step.name == "a")
    assert sorted(hindrances(found), key=str) == [
        (Hindrance.GONE, "b"),
        (Hindrance.HELD, "d", a),
    ]
    assert set(ops(found)) == {"a", "e"}
    assert [one.urn.rsplit("::", 1)[1] for one in found.unmade] == ["f"]
    assert not (desk.folder / "state").exists()


def test_an_object_that_may_not_be_read_is_an_obstacle_with_the_reason(desk, lost, look):
    ids = lost(things(a={"size": 1}))
    desk.cloud.before = refusing("AccessDenied")
    assert hindrances(look(things(a={"size": 1}), ids)) == [(Hindrance.NOT_READ, "a", "not you")]


def test_nobody_to_ask_as_is_no_obstacle_of_one_object(desk, lost, look):
    ids = lost(things(a={"size": 1}))
    desk.cloud.before = refusing(NO_CREDENTIALS)
    with pytest.raises(CloudNotRead):
        look(things(a={"size": 1}), ids)


def refusing(code):
    def refuse(_operation, _inputs):
        raise Refused("not you", code=code)

    return refuse


def test_what_is_recorded_stays_as_it_is(desk, look, lost, take):
    """The same object again is no mistake; another one, or one that another resource has, is."""
    program = things(**CHAIN, d={"size": 4})
    ids = lost(program)
    take(program, {"a": ids["a"]})
    (recorded,) = look(program, {"a": ids["a"]}).recorded
    assert recorded.endswith("::a")
    assert hindrances(look(program, {"a": ids["d"]})) == [(Hindrance.RECORDED, "a", ids["a"])]
    assert hindrances(look(program, {"d": ids["a"]})) == [(Hindrance.HELD, "d", recorded)]


def test_an_object_that_was_seen_gone_gives_its_place_to_the_one_that_is_imported(desk, take):
    """A refresh that finds nothing keeps the place; another object may take it."""
    program = things(a={"size": 1})
    desk.apply(program)
    with desk.cloud.objects() as objects:
        (id,) = objects
        objects["thing-1"] = objects.pop(id)
    with desk.engine().open(desk.stack(program), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.CLOUD)
        desk.cloud.before = refusing("Busy")  # so that the apply records what it saw, and does nothing
        run.apply(ApprovedPlan(plan, "test"), lambda _: None)
    desk.cloud.before = lambda *_: None
    take(program, {"a": "thing-1"})
    assert desk.resources()["a"].id == "thing-1"
    assert desk.plan(program).is_empty


def test_a_later_import_backs_the_state_up_and_adds_to_it(desk, lost, take):
    program = things(**CHAIN)
    ids = lost(program)
    take(program, {"a": ids["a"]})
    backup = take(program, {"b": ids["b"], "c": ids["c"]})
    resources = json.loads(Path(backup).read_text())["checkpoint"]["latest"]["resources"]
    assert [one["urn"].rsplit("::", 1)[1] for one in resources] == ["layer-test.here", "here", "a"]
    assert desk.plan(program).is_empty
    assert desk.outputs()["arns"] == [f"arn:{ids[name]}" for name in "abc"]


def test_outputs_of_the_stack_are_recorded_as_far_as_they_are_known(desk, lost, take):
    def program():
        things(a={"size": 1})()
        pulumi.export("constant", 7)

    ids = lost(program)
    take(program, ids)
    assert desk.outputs() == {"arns": [f"arn:{ids['a']}"], "constant": 7}


def test_a_secret_stays_one(desk, lost, take, look):
    """In the record as in the difference; without a passphrase nothing is recorded."""

    def program(password="hunter2"):
        things(a={"size": 1, "password": pulumi.Output.secret(password)})()

    ids = lost(program)
    take(program, ids)
    for file in (desk.folder / "state").rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes()
    assert desk.plan(program).is_empty
    shutil.rmtree(desk.folder / "state")
    found = look(lambda: program("another"), ids)
    assert ops(found) == {"a": (Op.UPDATE, ("password",))}
    assert "hunter2" not in repr(found)
    desk.passphrase = None
    with pytest.raises(PassphraseMissing):
        take(program, ids)
    desk.passphrase = "a passphrase"
    assert desk.resources() == {}


def test_inputs_that_no_provider_takes_are_told_as_a_plan_tells_them(lost, look):
    ids = lost(things(a={"size": 1}))
    with pytest.raises(InvalidInputs):
        look(things(a={"size": -1}), ids)


def test_a_program_that_fails_is_told_and_nothing_is_recorded(desk, lost, look):
    ids = lost(things(a={"size": 1}))

    def broken():
        things(a={"size": 1})()
        raise KeyError("size")

    with pytest.raises(ProgramFailed):
        look(broken, ids)


def versions(desk):
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        return run.archive.newest(9)
