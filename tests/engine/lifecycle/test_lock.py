"""One run changes a stack at a time; everybody may look."""

import os

import pytest

from provisioner.engine.failures import ProgramFailed, StateIsLocked
from provisioner.engine.interface import Access
from tests.support.programs import things
from tests.support.runs import marks


def test_a_second_writer_is_told_who_is_at_it(desk):
    desk.apply(things(a={}))
    with desk.engine().open(desk.stack(things(a={})), Access.WRITE):
        with pytest.raises(StateIsLocked) as caught:
            desk.apply(things(a={}, b={}))
        assert f"process {os.getpid()}" in caught.value.holder
    assert len(desk.cloud.all()) == 1


def test_a_reader_plans_meanwhile(desk):
    desk.apply(things(a={}))
    with desk.engine().open(desk.stack(things(a={})), Access.WRITE):
        assert marks(desk.plan(things(a={}, b={}))) == ["+ b"]


def test_a_reader_plans_in_the_middle_of_an_apply(desk):
    """It sees what is recorded at that moment; what is under way shows as unfinished."""
    plans = []

    def look(operation, inputs):
        if operation == "create" and inputs["name"].startswith("b"):
            desk.cloud.before = lambda *_: None
            plans.append(desk.plan(things(a={}, b={"needs": "a"})))

    desk.cloud.before = look
    desk.apply(things(a={}, b={"needs": "a"}))
    [plan] = plans
    assert marks(plan) == ["+ b"]
    assert [(found.op, found.urn[-1], found.found) for found in plan.unfinished] == [
        ("creating", "b", "was not made")
    ]


def test_the_lock_is_free_after_a_failure(desk):
    def broken():
        raise ValueError

    with pytest.raises(ProgramFailed):
        desk.apply(broken)
    desk.apply(things(a={}))
