"""`kill -9` around the one write of an import: everything is recorded, or nothing, and it can be done again."""

import shutil

import pytest

from provisioner.engine.interface import Access
from provisioner.plan.importing import Import
from tests.engine.recovery.sweep import PROGRAMS
from tests.support.programs import things
from tests.support.crash import import_and_die, run_killed

PROGRAM, _ = PROGRAMS["build"]
BEFORE, AFTER, LATER = range(3)
"""Moments: just before the write, just after it, and one that never comes."""


@pytest.fixture
def ids(desk):
    """What an apply has made whose state is lost since."""
    desk.apply(PROGRAM)
    things = [one for one in desk.resources().values() if one.type == "fake:index:Thing"]
    shutil.rmtree(desk.folder / "state")
    return {one.urn.rsplit("::", 1)[1]: one.id for one in things}


@pytest.mark.parametrize(("moment", "recorded"), [(BEFORE, 0), (AFTER, 12), (LATER, 12)])
def test_all_is_recorded_or_nothing(moment, recorded, desk, ids):
    before = desk.cloud.all()
    code = run_killed(import_and_die, desk.folder, ids, moment)
    assert code == (0 if moment == LATER else -9)
    things = [one for one in desk.resources().values() if one.type == "fake:index:Thing"]
    assert len(things) == recorded
    assert desk.breaches() == ()
    again(desk, ids)
    assert desk.plan(PROGRAM).is_empty
    assert desk.cloud.all() == before


def test_what_an_earlier_run_left_open_is_settled_on_the_way(desk):
    """It was killed when the cloud had made its first object: that one is found, another one is imported."""
    program = things(a={"size": 1}, b={"size": 2, "needs": "a"})
    desk.apply(program)
    id = desk.resources()["b"].id
    shutil.rmtree(desk.folder / "state")
    (a,) = (each for each, thing in desk.cloud.all().items() if "parentId" not in thing)
    with desk.cloud.objects() as objects:
        del objects[a]

    def die(happening, _inputs):
        if happening == "created":
            raise Killed

    desk.cloud.before = die
    with pytest.raises(Killed):
        desk.apply(things(a={"size": 1}))
    desk.cloud.before = lambda *_: None
    with desk.engine().open(desk.stack(program), Access.WRITE) as run:
        found = run.importing((Import(resource="b", id=id),))
        run.take_over()
    assert found.obstacles == ()
    assert {"a", "b"} <= set(desk.resources())
    assert desk.breaches() == ()
    assert desk.plan(program).unfinished == ()


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it but the test."""


def again(desk, ids):
    """The same import once more: what is recorded already is left as it is."""
    with desk.engine().open(desk.stack(PROGRAM), Access.WRITE) as run:
        found = run.importing(tuple(Import(resource=name, id=id) for name, id in ids.items()))
        assert found.obstacles == ()
        run.take_over()
