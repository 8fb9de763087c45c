"""What cannot change in place is replaced: the new object first, unless a typed name stands in the way."""

import threading

import pytest

import pulumi
from provisioner.engine.embedded import deployment
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.failures import PlanHasChanged
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.plan.values import UNKNOWN
from tests.support.fake_cloud import FakeProvider, FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks


def test_the_new_object_is_made_before_the_old_one_goes(desk):
    desk.apply(things(a={"zone": "x"}))
    before = desk.resources()["a"].id
    desk.cloud.calls.clear()
    plan = desk.plan(things(a={"zone": "y"}))
    assert marks(plan) == ["± a (zone)"]
    assert plan.steps[0].delete_first is False
    desk.apply(things(a={"zone": "y"}))
    assert [operation for operation, _ in desk.cloud.calls if operation in ("create", "delete")] == [
        "create",
        "delete",
    ]
    assert before not in desk.cloud.all()
    assert len(desk.cloud.all()) == 1
    assert desk.plan(things(a={"zone": "y"})).is_empty


def test_a_typed_name_makes_room_first(desk):
    desk.apply(things(a={"zone": "x", "name": "typed"}))
    desk.cloud.calls.clear()
    plan = desk.plan(things(a={"zone": "y", "name": "typed"}))
    assert [step.delete_first for step in plan.changed] == [True]
    desk.apply(things(a={"zone": "y", "name": "typed"}))
    assert [operation for operation, _ in desk.cloud.calls if operation in ("create", "delete")] == [
        "delete",
        "create",
    ]
    assert desk.cloud.names() == ["typed"]
    assert desk.breaches() == ()


def test_dependents_follow_a_replacement(desk):
    """b's parentId needs a new object; the old b is deleted before the old a, which it uses."""
    desk.apply(things(a={"zone": "x"}, b={"needs": "a"}))
    assert marks(desk.plan(things(a={"zone": "y"}, b={"needs": "a"}))) == ["± a (zone)", "± b (parentId)"]
    assert desk.apply(things(a={"zone": "y"}, b={"needs": "a"})).result is Result.DONE
    assert len(desk.cloud.all()) == 2
    assert desk.plan(things(a={"zone": "y"}, b={"needs": "a"})).is_empty


def test_dependents_are_deleted_before_an_object_that_must_make_room(desk):
    first = things(a={"zone": "x", "name": "typed"}, b={"needs": "a"}, c={"needs": "b"})
    second = things(a={"zone": "y", "name": "typed"}, b={"needs": "a"}, c={"needs": "b"})
    desk.apply(first)
    desk.cloud.calls.clear()
    assert marks(desk.plan(second)) == ["± a (zone)", "± b (parentId)", "± c (parentId)"]
    assert desk.apply(second).result is Result.DONE
    deleted = [name.split("-")[0] for operation, name in desk.cloud.calls if operation == "delete"]
    assert deleted == ["c", "b", "typed"]
    assert len(desk.cloud.all()) == 3
    assert desk.plan(second).is_empty
    assert desk.breaches() == ()


def test_an_old_object_that_cannot_be_deleted_is_not_forgotten(desk):
    """It stays in the state, and the next apply deletes it."""
    from provisioner.providers.interface import Refused

    desk.apply(things(a={"zone": "x"}))
    old = desk.resources()["a"].id

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now", code="Busy")

    desk.cloud.before = refuse
    assert desk.apply(things(a={"zone": "y"})).result is Result.FAILED
    assert len(desk.cloud.all()) == 2
    desk.cloud.before = lambda *_: None
    plan = desk.plan(things(a={"zone": "y"}))
    assert [(step.op.value, step.id) for step in plan.changed] == [("delete", old)]
    desk.apply(things(a={"zone": "y"}))
    assert len(desk.cloud.all()) == 1
    assert desk.plan(things(a={"zone": "y"})).is_empty


def test_a_name_that_an_old_object_still_holds_is_freed_first(desk):
    """The old object waits for its deletion since a run that failed; now its name is wanted again."""
    from provisioner.providers.interface import Refused

    typed, made_up = things(a={"name": "typed"}, b={"needs": "a"}), things(a={}, b={"needs": "a"})

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now")

    desk.apply(typed)
    desk.cloud.before = refuse
    assert desk.apply(made_up).result is Result.FAILED
    desk.cloud.before = lambda *_: None
    assert "typed" in desk.cloud.names()
    plan = desk.plan(typed)
    assert marks(plan) == ["± a (name)", "± b (parentId)", "- b", "- a"]
    applied = desk.apply(typed)
    assert (applied.result, applied.not_done) == (Result.DONE, ())
    assert len(desk.cloud.all()) == 2
    assert "typed" in desk.cloud.names()
    assert desk.breaches() == ()
    assert desk.plan(typed).is_empty


def test_an_old_object_in_the_way_of_a_deletion_goes_first(desk):
    """b was replaced, and its old object, which uses a, was never deleted; now a must make room."""
    from provisioner.providers.interface import Refused

    def program(zone, needs):
        return things(a={"zone": zone, "name": "typed"}, b={"zone": "z", **needs})

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now")

    desk.apply(program("x", {"needs": "a"}))
    desk.cloud.before = refuse
    assert desk.apply(program("x", {})).result is Result.FAILED
    desk.cloud.before = lambda *_: None
    plan = desk.plan(program("y", {}))
    assert marks(plan) == ["± a (zone)", "- b"]
    applied = desk.apply(program("y", {}))
    assert (applied.result, applied.not_done, applied.counts["delete"]) == (Result.DONE, (), 1)
    assert len(desk.cloud.all()) == 2
    assert desk.plan(program("y", {})).is_empty


def test_room_is_made_when_the_last_user_has_let_go(desk):
    """b is just being replaced by one that does not need a any more: a waits for that."""
    import threading

    waiting = threading.Event()

    def program(zone, needs):
        return (
            things(b={"zone": "z"}, a={"zone": zone, "name": "typed"})
            if not needs
            else things(a={"zone": zone, "name": "typed"}, b={"zone": "z", "needs": "a"})
        )

    def slow(operation, inputs):
        if operation == "create" and inputs["name"].startswith("b"):
            waiting.wait(0.2)

    desk.apply(program("x", needs=True))
    desk.cloud.before = slow
    applied = desk.apply(program("y", needs=False))
    assert (applied.result, applied.failures) == (Result.DONE, ())
    assert len(desk.cloud.all()) == 2
    assert desk.breaches() == ()
    assert desk.plan(program("y", needs=False)).is_empty


def test_room_is_made_when_others_have_made_theirs(desk):
    """b's old object, which uses a's, is just being deleted to free its name: a waits for that."""
    import time

    from provisioner.providers.interface import Refused

    typed = things(a={"name": "typed-a"}, b={"name": "typed-b", "needs": "a"})
    apart = things(b={"name": "typed-b"}, a={"name": "typed-a"})

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now")

    def slow(operation, inputs):
        if (operation, inputs.get("name")) == ("delete", "typed-b"):
            time.sleep(0.2)

    desk.apply(typed)
    desk.cloud.before = refuse
    assert desk.apply(things(a={}, b={})).result is Result.FAILED
    desk.cloud.before = slow
    applied = desk.apply(apart)
    assert (applied.result, applied.failures) == (Result.DONE, ())
    assert {"typed-a", "typed-b"} <= set(desk.cloud.names())
    desk.cloud.before = lambda *_: None
    assert desk.plan(apart).is_empty
    assert desk.breaches() == ()


def test_what_the_plan_keeps_is_not_deleted_because_it_is_asked_for_late(desk, monkeypatch):
    """b lets go of a, and waits for x, which is slow: when a must make room, b has not been asked for yet."""

    def second():
        here = pulumi.ResourceOptions(provider=FakeRegistry("here"))
        x, y = Thing("x", opts=here), Thing("y", opts=here)
        Thing("b", zone="z", parent_id=x.id, opts=here)
        Thing("a", zone="y", name="typed", size=Thing("y2", parent_id=y.id, opts=here).arn, opts=here)

    desk.apply(things(a={"zone": "x", "name": "typed"}, b={"zone": "z", "needs": "a"}))
    b = desk.resources()["b"].id
    is_looking, diff = threading.Event(), FakeProvider.diff

    def who_cannot_outlive_it(self, type, old, new):
        if new.get("parentId") is UNKNOWN:
            is_looking.set()
        return diff(self, type, old, new)

    def slow(operation, inputs):
        if operation == "create" and inputs["name"].startswith("x"):
            assert is_looking.wait(20)

    with desk.engine().open(desk.stack(second), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        assert [step.delete_first for step in plan.changed if step.name == "b"] == [False]
        monkeypatch.setattr(FakeProvider, "diff", who_cannot_outlive_it)
        desk.cloud.before = slow
        desk.cloud.calls.clear()
        applied = run.apply(ApprovedPlan(plan, "test"), desk.events.append)
    assert (applied.result, applied.failures) == (Result.DONE, ())
    calls = [(operation, name.split("-")[0]) for operation, name in desk.cloud.calls]
    assert calls.index(("created", "b")) < calls.index(("delete", "typed"))
    monkeypatch.undo()
    assert len(desk.cloud.all()) == 5
    assert desk.breaches() == ()
    assert desk.plan(second).is_empty


def apply_another(desk, planned, applied):
    """Approve the plan of one program, and apply another."""
    with desk.engine().open(desk.stack(planned), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        run._stack = desk.stack(applied)  # noqa: SLF001 - programs that answer otherwise each time are like this
        return run.apply(ApprovedPlan(plan, "test"), desk.events.append)


def test_what_the_plan_keeps_is_not_deleted_because_it_is_never_asked_for(desk, monkeypatch):
    monkeypatch.setattr(deployment, "SILENCE", 0.1)
    first = things(a={"zone": "x", "name": "typed"}, b={"needs": "a"})
    planned = things(b={}, a={"zone": "y", "name": "typed"})
    desk.apply(first)
    objects = desk.cloud.all()
    with pytest.raises(PlanHasChanged) as refused:
        apply_another(desk, planned, things(a={"zone": "y", "name": "typed"}))
    found = refused.value
    assert (found.urn.rsplit("::", 1)[1], found.planned, found.actual) == ("b", "replace", "nothing")
    assert desk.cloud.all() == objects
    assert desk.breaches() == ()


def test_what_the_plan_does_not_know_is_not_deleted_to_make_room():
    """Nobody adds to the records between plan and apply; if somebody did, nothing would be lost."""
    record = ResourceState(urn="urn:pulumi:s::p::t:t:T::b", type="t:t:T", custom=True, id="vm-1")
    with pytest.raises(PlanHasChanged):
        Progress(approved={}).keeper(record)
