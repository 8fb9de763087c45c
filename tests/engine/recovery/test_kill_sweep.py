"""`kill -9` at every journal write of an apply and of a destroy: the next apply finishes, and nothing exists twice.

Nor is what the killed run did taken for something that others have done.
"""

import shutil

import pytest

from provisioner.engine.interface import Access, Result
from tests.engine.recovery.sweep import BEFORE, PROGRAMS
from tests.support.crash import apply_and_die, run_killed
from tests.support.runs import Desk, nothing

MOST_MOMENTS = 200


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder for each program, with what has to be there before it."""
    folders = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provisioner.engine.embedded.secrets.ROUNDS", 10)
        return _prepared(folders, tmp_path_factory)


def _prepared(folders, tmp_path_factory):
    for name, before in BEFORE.items():
        folders[name] = tmp_path_factory.mktemp(name)
        if before:
            shutil.copytree(folders[before], folders[name], dirs_exist_ok=True)
            Desk(folders[name]).apply(*PROGRAMS[before])
    return folders


@pytest.mark.timeout(280)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_run_killed_anywhere_is_finished_by_the_next(name, prepared, tmp_path, quick_passphrase):
    """Moments go on until a run survives, so no write is left out."""
    for moment in range(MOST_MOMENTS):
        folder = tmp_path / str(moment)
        shutil.copytree(prepared[name], folder)
        code = run_killed(apply_and_die, folder, name, moment)
        _has_no_drift(Desk(folder))
        _converges(Desk(folder), name)
        if code == 0:
            break
        assert code == -9
    else:
        pytest.fail("the run was killed at every moment; are there more writes than expected?")
    assert moment > 10, "the sweep must have killed something"


def _has_no_drift(desk: Desk) -> None:
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert run.look().outside == ()


def _converges(desk: Desk, name: str) -> None:
    program, mode = PROGRAMS[name]
    assert desk.apply(program, mode).result is Result.DONE
    assert desk.plan(program, mode).is_empty or name == "destroy"
    recorded = {record.id for record in desk.resources().values() if record.type == "fake:index:Thing"}
    assert recorded == set(desk.cloud.all())
    names = desk.cloud.names()
    assert len(names) == len({name.rsplit("-", 1)[0] for name in names}), f"something exists twice: {names}"
    assert desk.breaches() == ()
