"""Nothing is done but what was approved: a run stops before the first step that turns out otherwise."""

import pytest

from provisioner.engine.failures import InvalidInputs, PlanHasChanged, ProtectedResources
from provisioner.engine.interface import Access
from provisioner.plan.model import ApprovedPlan, Mode, Source
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import nothing

import pulumi


def apply_another(desk, planned, applied):
    """Approve the plan of one program, and apply another."""
    with desk.engine().open(desk.stack(planned), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        run._stack = desk.stack(applied)  # noqa: SLF001 - programs that answer otherwise each time are like this
        return run.apply(ApprovedPlan(plan, "test"), desk.events.append)


FIRST = things(a={"size": 1}, b={"size": 1})


@pytest.mark.parametrize(
    ("planned", "applied", "message"),
    [
        pytest.param(
            things(a={"size": 2}, b={"size": 1}),
            things(a={"size": 3}, b={"size": 1}),
            ("a", "update with the planned `size`", "another value of `size`"),
            id="another value",
        ),
        pytest.param(
            things(a={"size": 2}, b={"size": 1}),
            things(a={"size": 2, "zone": "z"}, b={"size": 1}),
            ("a", "update", "replace"),
            id="a new object instead of a change",
        ),
        pytest.param(
            FIRST, things(a={"size": 1}, b={"size": 1}, c={}), ("c", "nothing", "create"), id="one more"
        ),
        pytest.param(FIRST, things(a={"size": 1}), ("b", "nothing", "delete"), id="one less"),
        pytest.param(things(a={"size": 1}), FIRST, ("b", "nothing", "same"), id="one that was to be deleted"),
    ],
)
def test_a_program_that_asks_for_something_else_is_stopped(desk, planned, applied, message):
    desk.apply(FIRST)
    objects = desk.cloud.all()
    with pytest.raises(PlanHasChanged) as caught:
        apply_another(desk, planned, applied)
    assert (caught.value.urn.rsplit("::", 1)[1], caught.value.planned, caught.value.actual) == message
    assert desk.cloud.all() == objects
    assert desk.breaches() == ()


def test_the_steps_before_it_are_kept(desk):
    with pytest.raises(PlanHasChanged):
        apply_another(desk, things(a={}, b={"needs": "a"}), things(a={}, b={"needs": "a", "size": 9}))
    assert [name[0] for name in desk.cloud.names()] == ["a"]
    assert desk.resources()["a"].id in desk.cloud.all()


def test_what_became_known_and_is_refused_stops_the_run(desk):
    """The plan could not know; nothing that depends on it is made."""

    def program():
        here = FakeRegistry("here")
        a = Thing("a", opts=pulumi.ResourceOptions(provider=here))
        Thing("b", size=a.arn.apply(lambda _: -1), opts=pulumi.ResourceOptions(provider=here))

    with pytest.raises(InvalidInputs) as caught:
        desk.apply(program)
    assert [(urn[-1], name) for urn, name, _ in caught.value.problems] == [("b", "size")]
    assert [name[0] for name in desk.cloud.names()] == ["a"]
    assert desk.breaches() == ()


def test_protection_that_is_only_asked_for_in_the_apply_holds(desk):
    protect = pulumi.ResourceOptions(protect=True)
    desk.apply(things(a={"zone": "x", "opts": protect}))
    with pytest.raises(ProtectedResources):
        apply_another(desk, things(a={"zone": "y"}), things(a={"zone": "y", "opts": protect}))
    assert len(desk.cloud.all()) == 1


def test_a_plan_to_destroy_does_nothing_else(desk):
    desk.apply(FIRST)
    with desk.engine().open(desk.stack(nothing), Access.WRITE) as run:
        plan = run.preview(Mode.DESTROY, Source.STATE)
    with desk.engine().open(desk.stack(FIRST), Access.WRITE) as run:
        applied = run.apply(ApprovedPlan(plan, "test"), lambda _: None)
    assert applied.counts == {"delete": 4}
    assert desk.cloud.all() == {}
