"""`kill -9` at every journal write of an apply with an import and hooks: the next apply finishes."""

import shutil

import pytest

from provisioner.engine.interface import Result
from tests.engine.recovery.sweep import had_hooks, take_over
from tests.support.crash import apply_and_die, run_killed
from tests.support.runs import Desk

MOST_MOMENTS = 60


@pytest.fixture
def prepared(tmp_path, quick_passphrase):
    """A folder in which one object is recorded, and another one exists that is not."""
    (tmp_path / "before").mkdir()
    desk = Desk(tmp_path / "before")
    desk.apply(had_hooks)
    with desk.cloud.objects() as objects:
        objects["thing-1"] = {"name": "theirs", "size": 1}
    return desk.folder


@pytest.mark.timeout(280)
def test_a_run_killed_anywhere_is_finished_by_the_next(prepared, tmp_path):
    """The object is imported once, at whatever moment the run before it ended."""
    for moment in range(MOST_MOMENTS):
        folder = tmp_path / str(moment)
        shutil.copytree(prepared, folder)
        code = run_killed(apply_and_die, folder, "take over", moment)
        desk = Desk(folder)
        assert desk.apply(take_over).result is Result.DONE
        assert desk.plan(take_over).is_empty
        things = desk.cloud.all()
        assert {thing["name"].partition("-")[0] for thing in things.values()} == {"theirs", "attended"}
        assert (len(things), things["thing-1"]["size"]) == (2, 2)
        assert desk.breaches() == ()
        if code == 0:
            break
        assert code == -9
    else:
        pytest.fail("the run was killed at every moment; are there more writes than expected?")
    assert moment > 10, "the sweep must have killed something"
