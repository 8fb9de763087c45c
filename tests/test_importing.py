"""An import of a whole environment: every stack is looked at first, then each is written once."""

import shutil
from dataclasses import replace

import pulumi
import pytest

from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import Access, Stack
from provisioner.importing import look, take_over
from provisioner.plan.importing import Accepted, Hindrance, Import
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.schedule import LayerStacks, schedule
from tests.support.programs import things

ALL = Accepted(changes=True, replacements=("*",))


def upper():
    """A later layer: one thing with a value from the earlier one."""
    lower = pulumi.StackReference("organization/lower/test.here")
    things(top={"size": 7, "note": lower.get_output("arns")})()


STACKS = tuple(
    Stack(layer, "test.here", "here", program)
    for layer, program in (("lower", things(a={"size": 1}, b={"size": 2, "needs": "a"})), ("upper", upper))
)
PHASES = schedule([LayerStacks(((stack,),)) for stack in STACKS], Mode.UPDATE)


@pytest.fixture
def ids(desk):
    """Two stacks are applied, and their states are lost."""
    found = {}
    for stack in STACKS:
        with desk.engine().open(stack, Access.WRITE) as run:
            run.apply(ApprovedPlan(run.preview(Mode.UPDATE, Source.STATE), "test"), lambda _: None)
            found |= {one.urn: one.id for one in run.resources() if one.type == "fake:index:Thing"}
    shutil.rmtree(desk.folder / "state")
    return found


def wishes(ids):
    return tuple(Import(resource=resource, id=id) for resource, id in ids.items())


def hindrances(found):
    return [(each.kind, each.wish.resource) for each in found.obstacles]


def plans(desk):
    for stack in STACKS:
        with desk.engine().open(stack, Access.READ) as run:
            yield run.preview(Mode.UPDATE, Source.STATE)


def test_a_later_layer_is_compared_with_what_the_earlier_one_will_answer(desk, ids):
    """Both stacks come back at once, and nothing is left to do in either."""
    shown = []
    backups = take_over(
        desk.engine(), PHASES, wishes(ids), Accepted(), lambda found: shown.append(found.count) or True
    )
    assert shown == [3]
    assert backups == ()
    assert all(plan.is_empty for plan in plans(desk))


def test_nobody_agrees_and_nothing_is_written(desk, ids):
    assert take_over(desk.engine(), PHASES, wishes(ids), ALL, lambda _: False) is None
    assert not (desk.folder / "state/.pulumi/stacks").exists()


def test_whoever_changes_a_stack_keeps_an_import_out(desk, ids):
    with desk.engine().open(STACKS[1], Access.WRITE), pytest.raises(StateIsLocked):
        take_over(desk.engine(), PHASES, wishes(ids), ALL, lambda _: True)
    assert not (desk.folder / "state/.pulumi/stacks").exists()


def test_looking_takes_no_lock(desk, ids):
    with desk.engine().open(STACKS[0], Access.WRITE):
        assert look(desk.engine(), PHASES, wishes(ids), ALL).count == 3


def test_who_is_meant_has_to_be_clear(desk, ids):
    a, b, top = ids
    asked = (
        Import(resource="tip", id="x"),
        Import(resource="to", id="x"),
        Import(resource=a.replace("here", "there", 1), id="x"),
        Import(resource=b, id=ids[b]),
        Import(resource="b", id=ids[a], place="ids.yaml:4"),
    )
    found = look(desk.engine(), PHASES, asked, ALL)
    assert hindrances(found) == [
        (Hindrance.UNKNOWN, "tip"),
        (Hindrance.UNKNOWN, "to"),
        (Hindrance.UNKNOWN, asked[2].resource),
        (Hindrance.TWICE, "b"),
    ]
    nearest = [each.about for each in found.obstacles]
    assert nearest[0] == (top,)
    assert nearest[1] == (top,)
    assert nearest[2][0] == a
    assert nearest[3] == (ids[b], "")


def test_nothing_is_shown_of_what_is_not_clear(desk, ids):
    """A name that two resources have would be looked at as one of them, and refused."""
    twins = tuple(replace(stack, program=things(a={"size": 1})) for stack in STACKS)
    phases = schedule([LayerStacks(((stack,),)) for stack in twins], Mode.UPDATE)
    a, b, _ = ids
    found = look(desk.engine(), phases, (Import(resource="a", id=ids[a]),), ALL)
    assert hindrances(found) == [(Hindrance.AMBIGUOUS, "a")]
    assert found.count == 0
    found = look(desk.engine(), PHASES, (*wishes({b: ids[b]}), Import(resource="tip", id="x")), ALL)
    assert found.count == 1


def test_an_object_of_another_stack_is_not_imported_into_this_one(desk, ids):
    """Before it is recorded there, and after."""
    a, _, top = ids
    both = wishes({a: ids[a], top: ids[a]})
    assert hindrances(look(desk.engine(), PHASES, both, ALL)) == [(Hindrance.HELD, top)]
    take_over(desk.engine(), PHASES, wishes({a: ids[a]}), ALL, lambda _: True)
    assert hindrances(look(desk.engine(), PHASES, wishes({top: ids[a]}), ALL)) == [(Hindrance.HELD, top)]


def test_obstacles_come_in_the_order_in_which_was_asked(desk, ids):
    a, b, top = ids
    asked = wishes({top: "thing-0", b: "thing-1", a: "thing-2"})
    assert hindrances(look(desk.engine(), PHASES, asked, ALL)) == [
        (Hindrance.GONE, top),
        (Hindrance.GONE, b),
        (Hindrance.GONE, a),
    ]
