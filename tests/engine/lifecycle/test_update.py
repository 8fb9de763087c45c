"""What differs in place is updated in place."""

import pulumi

from tests.support.programs import things
from tests.support.runs import marks


def test_a_changed_property_is_an_update_with_its_reason(desk):
    desk.apply(things(a={"size": 1}))
    plan = desk.plan(things(a={"size": 2}))
    assert marks(plan) == ["~ a (size)"]
    [step] = plan.changed
    [change] = step.changes
    assert (change.path, change.old, change.new) == ("size", 1, 2)


def test_an_update_keeps_the_object(desk):
    desk.apply(things(a={"size": 1}))
    before = desk.resources()["a"].id
    desk.apply(things(a={"size": 2}))
    assert desk.resources()["a"].id == before
    assert desk.cloud.all()[before]["size"] == 2
    assert desk.plan(things(a={"size": 2})).is_empty


def test_a_removed_property_is_an_update(desk):
    desk.apply(things(a={"size": 1, "note": "x"}))
    assert marks(desk.plan(things(a={"size": 1}))) == ["~ a (note)"]


def test_an_ignored_property_is_left_to_others(desk):
    ignoring = pulumi.ResourceOptions(ignore_changes=["size"])
    desk.apply(things(a={"size": 1}))
    assert desk.plan(things(a={"size": 5, "opts": ignoring})).is_empty


def test_new_dependencies_are_recorded_without_touching_the_object(desk):
    desk.apply(things(a={"size": 1}, b={"size": 1}))
    calls = list(desk.cloud.calls)

    def program():
        from tests.support.fake_cloud import FakeRegistry, Thing

        here = FakeRegistry("here")
        a = Thing("a", size=1, opts=pulumi.ResourceOptions(provider=here))
        b = Thing("b", size=1, opts=pulumi.ResourceOptions(provider=here, depends_on=[a]))
        pulumi.export("arns", [a.arn, b.arn])

    desk.apply(program)
    assert desk.cloud.calls == calls
    exported = next(r for r in _records(desk, program) if r["urn"].endswith("::b"))
    assert [urn.rsplit("::", 1)[1] for urn in exported["dependencies"]] == ["a"]


def _records(desk, program):
    from provisioner.engine.interface import Access

    with desk.engine().open(desk.stack(program), Access.READ) as run:
        return run.export()["deployment"]["resources"]
