"""The option `import_`: an object that exists is recorded, and brought in line with what is wanted."""

import pulumi
import pytest

from provisioner.engine.failures import CloudNotRead, InvalidInputs, PlanHasChanged, ProtectedResources
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import ApprovedPlan, Mode, Op, Source
from provisioner.plan.portable import plan_json, plan_of
from provisioner.providers.interface import Refused
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks

Opts = pulumi.ResourceOptions


@pytest.fixture
def existing(desk):
    """The id of an object that nobody here made."""
    with desk.cloud.objects() as objects:
        objects["thing-1"] = {"name": "theirs", "size": 1, "zone": "x"}
    return "thing-1"


def importing(**inputs):
    """A program that imports the existing thing under the name `a`."""
    return things(a={"name": "theirs", "size": 1, "zone": "x", **inputs, "opts": Opts(import_="thing-1")})


def changing(desk):
    return [operation for operation, _ in desk.cloud.calls if operation in ("create", "update", "delete")]


def test_an_object_that_is_as_wanted_is_recorded_and_not_touched(desk, existing):
    plan = desk.plan(importing())
    [step] = [step for step in plan.changed if step.name == "a"]
    assert (step.op, step.id, step.changes) == (Op.IMPORT, existing, ())
    assert marks(plan) == ["= a"]
    assert desk.apply(importing()).counts["import"] == 1
    assert changing(desk) == []
    record = desk.exported()["a"]
    assert (record["id"], record["importID"]) == (existing, existing)
    assert record["created"]
    assert desk.breaches() == ()


def test_afterwards_there_is_nothing_to_do_with_the_option_or_without_it(desk, existing):
    desk.apply(importing())
    plan = desk.plan(importing())
    assert (plan.is_empty, plan.is_bookkeeping) == (True, False)
    assert desk.plan(things(a={"name": "theirs", "size": 1, "zone": "x"})).is_empty


def test_what_is_wanted_otherwise_is_updated_at_once(desk, existing):
    plan = desk.plan(importing(size=2))
    assert marks(plan) == ["= a (size)"]
    [step] = [step for step in plan.changed if step.name == "a"]
    assert [(each.path, each.old, each.new) for each in step.changes] == [("size", 1, 2)]
    assert desk.apply(importing(size=2)).result is Result.DONE
    assert desk.cloud.all()[existing]["size"] == 2
    assert desk.exported()["a"]["created"]
    assert desk.plan(importing(size=2)).is_empty


def test_what_is_left_to_others_stays_as_it_is(desk, existing):
    options = Opts(import_=existing, ignore_changes=["size"])
    program = things(a={"name": "theirs", "size": 9, "zone": "x", "opts": options})
    assert marks(desk.plan(program)) == ["= a"]
    desk.apply(program)
    assert desk.cloud.all()[existing]["size"] == 1


def test_what_would_have_to_be_made_anew_is_not_imported(desk, existing):
    with pytest.raises(InvalidInputs) as caught:
        desk.plan(importing(zone="y"))
    [(urn, name, reason)] = caught.value.problems
    assert (urn.rsplit("::", 1)[1], name) == ("a", "zone")
    assert "needs a new object" in reason or "would need a new object" in reason


def test_nor_is_it_afterwards_as_long_as_the_program_names_it(desk, existing):
    desk.apply(importing())
    with pytest.raises(InvalidInputs):
        desk.plan(importing(zone="y"))
    assert marks(desk.plan(things(a={"name": "theirs", "size": 1, "zone": "y"}))) == ["± a (zone)"]


def test_an_object_that_is_not_there_stops_the_plan(desk):
    with pytest.raises(CloudNotRead) as caught:
        desk.plan(importing())
    assert "none with id thing-1" in caught.value.reason


def test_an_object_has_one_name_in_a_stack(desk, existing):
    desk.apply(importing())

    def twice():
        here = FakeRegistry("here")
        for name in "ab":
            Thing(name, name="theirs", size=1, zone="x", opts=Opts(provider=here, import_=existing))

    with pytest.raises(InvalidInputs) as caught:
        desk.plan(twice)
    assert "is recorded as urn:pulumi:" in caught.value.problems[0][2]


def test_the_object_whose_place_it_takes_is_deleted_and_the_plan_says_so(desk, existing):
    desk.apply(things(a={"size": 1}))
    assert marks(desk.plan(importing())) == ["= a", "- a"]
    desk.apply(importing())
    assert list(desk.cloud.all()) == [existing]
    assert desk.plan(importing()).is_empty


def test_unless_it_is_protected(desk, existing):
    desk.apply(things(a={"size": 1, "opts": Opts(protect=True)}))
    with pytest.raises(ProtectedResources):
        desk.plan(importing())


def test_the_id_of_what_is_recorded_already_changes_nothing(desk):
    desk.apply(things(a={"size": 1}))
    named = things(a={"size": 1, "opts": Opts(import_=desk.resources()["a"].id)})
    assert desk.plan(named).is_empty
    desk.apply(named)
    assert desk.exported()["a"]["importID"] == desk.resources()["a"].id


def test_an_object_that_was_only_read_is_managed_from_now_on(desk, existing):
    def reading():
        here = FakeRegistry("here")
        pulumi.CustomResource("fake:index:Thing", "a", {}, Opts(provider=here, id=existing))

    desk.apply(reading)
    assert marks(desk.plan(importing())) == ["= a"]
    desk.apply(importing())
    assert "external" not in desk.exported()["a"]
    assert desk.cloud.all().keys() == {existing}


def test_no_more_is_changed_than_was_agreed_to(desk, existing):
    with desk.engine().open(desk.stack(importing()), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        with desk.cloud.objects() as objects:
            objects[existing]["size"] = 7
        with pytest.raises(PlanHasChanged):
            run.apply(ApprovedPlan(plan, "test"), desk.events.append)
    assert desk.cloud.all()[existing]["size"] == 7
    assert "a" not in desk.resources()


def test_an_update_that_is_refused_leaves_the_object_recorded(desk, existing):
    def refusing(operation, _inputs):
        if operation == "update":
            raise Refused("not today")

    desk.cloud.before = refusing
    applied = desk.apply(importing(size=2))
    assert [failed.error for failed in applied.failures] == ["not today"]
    assert desk.exported()["a"]["inputs"]["size"] == 1
    desk.cloud.before = lambda _operation, _inputs: None
    assert marks(desk.plan(importing(size=2))) == ["~ a (size)"]


def test_a_kept_plan_says_it_too(desk, existing):
    plan = desk.plan(importing(size=2))
    raw = plan_json(plan, lambda text: text)
    [kept] = [step for step in plan_of(raw).steps if step.name == "a"]
    assert (kept.op, kept.id, kept.reasons) == (Op.IMPORT, existing, ("size",))
