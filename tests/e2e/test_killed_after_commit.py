"""For every AWS type: a run is killed when the cloud has done what it was asked, and before anybody knows.

Objects are counted in the cloud, never in our records: the next run finds what is there and makes nothing twice.
"""

import pytest

from provisioner.engine.interface import Result
from provisioner.providers.aws.registry import CATALOG
from tests.e2e.census import CENSUS
from tests.e2e.one_type import CASES, Desk, Program, apply_and_die, package_at, types_of, watched
from tests.support.crash import run_killed

SPECS = {spec.type: spec for spec in CATALOG}


def test_every_type_is_killed_and_counted():
    """The types of the cases below are all types there are."""
    assert {case.type for case in CASES.values()} == set(SPECS)
    assert set(CENSUS) == set(SPECS)


class Scene:
    """One stack, in which one object comes, changes and goes."""

    def __init__(self, file, cloud, desk):
        self.type = CASES[file].type
        self.whole = Program(file)
        # An object that nothing removes, such as a VPC's own security group, goes with what it needs.
        self.without = Program(file, only_needs=True) if SPECS[self.type].delete else Program.nothing
        self.changed = Program(file, changed=True)
        self._types = types_of(file)
        self._cloud = cloud
        self._desk = desk

    def objects(self):
        """All objects of the type, as the cloud lists them."""
        return self._cloud.objects(self.type)

    def surroundings(self):
        """All objects of all types that the case has to do with."""
        return {type: self._cloud.objects(type) for type in self._types}

    def done(self, program):
        """Apply the program, and say which calls changed the cloud."""
        calls = []
        with watched(calls.append):
            applied = self._desk.apply(program)
        assert applied.result is Result.DONE, applied.failures
        return calls

    def killed(self, program, moment):
        """Apply the program in a process of its own, which dies after its n-th call that changes something."""
        arguments = self._desk.folder, self._cloud.endpoint, program, moment
        assert run_killed(apply_and_die, *arguments) == -9

    def settled(self, program):
        """The next run converges: nothing is left to do, in the records and in the cloud."""
        self.done(program)
        plan = self._desk.plan(program)
        assert plan.is_empty, [(step.op, step.urn, step.changes) for step in plan.changed]
        assert (plan.drift, plan.unfinished) == ((), ())
        assert self._desk.breaches() == ()


@pytest.fixture(scope="module")
def package(cloud):
    """Connected once: making clients takes longer than using them."""
    return package_at(cloud.endpoint)


@pytest.fixture
def scene(file, cloud, package, tmp_path, quick_passphrase):
    """The stage of a case; everything is removed at the end, and nothing is left in the cloud."""
    scene = Scene(file, cloud, Desk(tmp_path, package))
    before = scene.surroundings()
    yield scene
    scene.done(Program.nothing)
    assert scene.surroundings() == before


@pytest.mark.parametrize("file", CASES)
def test_an_object_whose_run_was_killed_exists_once(file, scene):
    """Killed after each call that makes it, and after each that removes it."""
    scene.done(scene.without)
    before = scene.objects()
    making, removing = scene.done(scene.whole), scene.done(scene.without)
    for moment in range(max(len(making), len(removing))):
        scene.killed(scene.whole, min(moment, len(making) - 1))
        scene.settled(scene.whole)
        assert len(scene.objects()) == len(before) + 1
        scene.killed(scene.without, min(moment, len(removing) - 1))
        scene.settled(scene.without)
        assert scene.objects() == before


@pytest.mark.parametrize("file", [file for file, case in CASES.items() if case.change])
def test_a_change_whose_run_was_killed_is_finished(file, scene):
    """All changes of the case at once, killed after each of the calls they take."""
    scene.done(scene.whole)
    before = scene.objects()
    changing = scene.done(scene.changed)
    assert changing
    for moment in range(len(changing)):
        scene.done(scene.whole)
        scene.killed(scene.changed, moment)
        scene.settled(scene.changed)
    scene.done(scene.whole)
    assert len(scene.objects()) == len(before)
