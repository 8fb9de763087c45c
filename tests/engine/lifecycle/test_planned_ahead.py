"""Stacks that are planned in child processes before those they build on."""

import os
from datetime import UTC, datetime

import pytest

from provisioner.engine.embedded import secrets
from provisioner.plan.model import Mode, Source
from provisioner.plan.saved import Bound, SavedPlan
from provisioner.schedule import LayerStacks, schedule
from provisioner.planning import Wish
from provisioner.workflow import Change, carry_out, keep, preview
from tests.engine.lifecycle.test_stack_references import apply, below, both, stack
from tests.engine.lifecycle.test_stack_references import above as on_top
from tests.support.crash import run_killed
from tests.support.runs import Desk


MADE = datetime(2026, 11, 21, tzinfo=UTC)
BOUND = Bound(environment="test", files={}, cloud="local", account="", program="", packages={}, providers={})


def planned(desk, layers, mode, processors):
    return preview(desk.engine(), schedule(layers, mode), Source.CLOUD, processors=processors)


def told(plans):
    """All but the names that are made up for what does not exist yet."""
    return [
        (
            plan.layer,
            plan.region,
            plan.outputs,
            plan.drift,
            [(step.op, step.urn, step.reasons) for step in plan.steps],
        )
        for plan in plans
    ]


def compare(folder, began, wanted, mode, times):
    """What comes out is the same, and the upper stack's program ran so often, each time in a child."""
    secrets.ROUNDS = 10
    ran = folder / "ran"
    desk = Desk(folder)

    def above():
        with ran.open("a") as file:
            file.write(f"{os.getpid()} ")
        on_top()

    if began is not None:
        apply(desk, both(below(**began)))
    layers = both(below(**wanted), above)
    plans = planned(desk, layers, mode, processors=2)
    where = ran.read_text().split() if ran.exists() else []
    assert len(where) == times
    assert str(os.getpid()) not in where
    assert told(plans) == told(planned(desk, layers, mode, processors=1))


@pytest.mark.parametrize(
    ("began", "wanted", "mode", "times"),
    [
        ({}, {}, Mode.UPDATE, 1),
        ({"secret": True}, {"secret": True}, Mode.UPDATE, 1),
        ({}, {"size": 2}, Mode.UPDATE, 2),
        ({}, {"zone": "y"}, Mode.UPDATE, 2),
        ({}, {"secret": True}, Mode.UPDATE, 2),
        (None, {}, Mode.UPDATE, 2),
        ({}, {}, Mode.DESTROY, 0),
    ],
    ids=[
        "nothing new",
        "a secret",
        "another output",
        "an unknown one",
        "now a secret",
        "nothing there",
        "destroy",
    ],
)
def test_a_plan_made_ahead_counts_if_nothing_below_has_changed(tmp_path, began, wanted, mode, times):
    assert run_killed(compare, tmp_path, began, wanted, mode, times) == 0


def fail_twice(folder):
    secrets.ROUNDS = 10
    desk = Desk(folder)

    def broken():
        raise ValueError("above is broken")

    apply(desk, both(below()))
    with pytest.raises(Exception, match="above is broken"):
        planned(desk, both(below(), broken), Mode.UPDATE, processors=2)


def test_what_fails_in_a_child_is_told_as_ever(tmp_path):
    assert run_killed(fail_twice, tmp_path) == 0


def three_regions(folder):
    secrets.ROUNDS = 10
    desk = Desk(folder)
    regions = tuple(stack("below", below(name=each), each) for each in "abc")
    layers = (LayerStacks((regions,)),)
    assert told(planned(desk, layers, Mode.UPDATE, 4)) == told(planned(desk, layers, Mode.UPDATE, 1))


def test_regions_are_planned_side_by_side(tmp_path):
    assert run_killed(three_regions, tmp_path) == 0


def kept(folder):
    secrets.ROUNDS = 10
    desk = Desk(folder)
    layers = both(below(secret=True))
    apply(desk, layers)

    def keep_plans(processors):
        wish = Wish(Source.STATE)
        return keep(
            desk.engine(), schedule(layers, Mode.UPDATE), wish, lambda plan: plan, processors=processors
        )

    there, here = keep_plans(2), keep_plans(1)
    assert [each.plan for each in there] == [each.plan for each in here]
    assert [each.saved.mark for each in there] == [each.saved.mark for each in here]
    assert {each.saved.seed for each in there}.isdisjoint({each.saved.seed for each in here})
    file = SavedPlan(
        asked="test",
        cloud="",
        bound=BOUND,
        made=MADE,
        expires=MADE,
        stacks=tuple(each.saved for each in there),
    )
    change = Change(lambda _: "test", desk.events.append, saved=file)
    assert carry_out(desk.engine(), schedule(layers, Mode.UPDATE), Source.STATE, change) is not None


def test_a_plan_made_ahead_can_be_kept_and_carried_out(tmp_path):
    assert run_killed(kept, tmp_path) == 0
