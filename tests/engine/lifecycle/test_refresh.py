"""A refresh sees what others did; the next apply mends it."""

from provisioner.plan.model import DriftKind, Source
from tests.support.programs import things
from tests.support.runs import marks

PROGRAM = things(a={"size": 1}, b={"needs": "a"})


def test_a_changed_field_is_drift_and_is_put_back(desk):
    desk.apply(PROGRAM)
    id = desk.resources()["a"].id
    with desk.cloud.objects() as objects:
        objects[id]["size"] = 7
    assert desk.plan(PROGRAM).is_empty
    plan = desk.plan(PROGRAM, source=Source.CLOUD)
    assert marks(plan) == ["~ a (size)"]
    [drift] = plan.drift
    assert (drift.kind, drift.urn[-1]) == (DriftKind.CHANGED, "a")
    assert [(change.path, change.old, change.new) for change in drift.changes] == [("size", 1, 7)]
    desk.apply(PROGRAM, source=Source.CLOUD)
    assert desk.cloud.all()[id]["size"] == 1
    assert desk.plan(PROGRAM, source=Source.CLOUD).is_empty


def test_a_deleted_object_is_made_again(desk):
    desk.apply(PROGRAM)
    id = desk.resources()["b"].id
    with desk.cloud.objects() as objects:
        del objects[id]
    plan = desk.plan(PROGRAM, source=Source.CLOUD)
    assert marks(plan) == ["+ b"]
    assert [drift.kind for drift in plan.drift] == [DriftKind.GONE]
    desk.apply(PROGRAM, source=Source.CLOUD)
    assert len(desk.cloud.all()) == 2
    assert desk.breaches() == ()
    assert desk.plan(PROGRAM, source=Source.CLOUD).is_empty


def test_a_deleted_object_others_depend_on_takes_them_along(desk):
    desk.apply(PROGRAM)
    with desk.cloud.objects() as objects:
        del objects[desk.resources()["a"].id]
    assert marks(desk.plan(PROGRAM, source=Source.CLOUD)) == ["+ a", "± b (parentId)"]
    desk.apply(PROGRAM, source=Source.CLOUD)
    assert len(desk.cloud.all()) == 2
    assert desk.plan(PROGRAM, source=Source.CLOUD).is_empty


def test_a_plan_with_refresh_writes_nothing(desk):
    desk.apply(PROGRAM)
    files = {file: file.read_bytes() for file in (desk.folder / "state").rglob("*") if file.is_file()}
    with desk.cloud.objects() as objects:
        objects[desk.resources()["a"].id]["size"] = 7
    desk.plan(PROGRAM, source=Source.CLOUD)
    assert {file: file.read_bytes() for file in (desk.folder / "state").rglob("*") if file.is_file()} == files


def test_a_deleted_object_that_nobody_wants_is_forgotten(desk):
    desk.apply(things(a={}))
    with desk.cloud.objects() as objects:
        objects.clear()
    desk.apply(things(), source=Source.CLOUD)
    assert not [name for name in desk.resources() if name == "a"]


def test_a_deleted_object_is_no_longer_protected(desk):
    """There is nothing left to protect, so it does not stand in the way of a destroy."""
    import pulumi

    from provisioner.engine.interface import Result
    from provisioner.plan.model import Mode
    from tests.support.runs import nothing

    desk.apply(things(a={"opts": pulumi.ResourceOptions(protect=True)}))
    with desk.cloud.objects() as objects:
        objects.clear()
    assert marks(desk.plan(nothing, Mode.DESTROY, Source.CLOUD)) == []
    assert desk.apply(nothing, Mode.DESTROY, Source.CLOUD).result is Result.DONE
    assert desk.resources() == {}
