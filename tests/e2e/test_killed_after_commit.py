"""For every AWS type: a run is killed when the cloud has done what it was asked, and before anybody knows.

Objects are counted in the cloud, never in our records: the next run finds what is there and makes nothing twice.
"""

import pytest

from provisioner.engine.interface import Result
from provisioner.plan.model import Mode
from provisioner.providers.aws.registry import CATALOG
from tests.e2e.census import CENSUS
from tests.e2e.one_type import CASES, Desk, Program, apply_and_die, watched
from tests.support.crash import run_killed


def test_every_type_is_killed():
    """The types of the cases below are all types there are."""
    assert {case.type for case in CASES.values()} == {spec.type for spec in CATALOG}
    assert set(CENSUS) == {spec.type for spec in CATALOG}


@pytest.fixture
def scene(cloud, tmp_path, quick_passphrase):
    """Plays a case; everything it made is removed at the end, and nothing else has changed."""
    before = cloud.census()
    scene = Scene(cloud, Desk(tmp_path, cloud.endpoint))
    yield scene
    scene.done(Program("", only_needs=True), Mode.DESTROY)
    assert cloud.census() == before


class Scene:
    """One stack, in which one object comes, changes and goes."""

    def __init__(self, cloud, desk):
        self.cloud = cloud
        self.desk = desk

    def done(self, program, mode=Mode.UPDATE):
        """Apply the program, and say which calls changed the cloud."""
        calls = []
        with watched(calls.append):
            applied = self.desk.apply(program, mode)
        assert applied.result is Result.DONE, applied.failures
        return calls

    def settled(self, program):
        """The next run converges: nothing is left to do, in the records and in the cloud."""
        self.done(program)
        plan = self.desk.plan(program)
        assert plan.is_empty, [(step.op, step.urn, step.changes) for step in plan.changed]
        assert not plan.drift
        assert not plan.unfinished
        assert self.desk.breaches() == ()

    def killed(self, program, moment, mode=Mode.UPDATE):
        """Apply the program in a process of its own, which dies at the moment."""
        assert run_killed(apply_and_die, self.desk.folder, self.desk.endpoint, program, mode, moment) == -9


@pytest.mark.parametrize("file", CASES)
def test_an_object_whose_run_was_killed_exists_once(file, scene):
    """Killed after each call that makes it, and after each that removes it."""
    type = CASES[file].type
    without, whole = Program(file, only_needs=True), Program(file)
    scene.done(without)
    before = scene.cloud.objects(type)
    making, removing = scene.done(whole), scene.done(without)
    for moment in range(max(len(making), len(removing))):
        scene.killed(whole, min(moment, len(making) - 1))
        scene.settled(whole)
        assert len(scene.cloud.objects(type)) == len(before) + 1
        if removing:
            scene.killed(without, min(moment, len(removing) - 1))
        scene.settled(without)
        assert scene.cloud.objects(type) == before
