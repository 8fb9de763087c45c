"""What cannot change in place is replaced: the new object first, unless a typed name stands in the way."""

from provisioner.engine.interface import Result
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
