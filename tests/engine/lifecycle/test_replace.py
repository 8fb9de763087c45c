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
