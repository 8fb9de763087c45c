"""For every AWS type: a run is killed when the cloud has done what it was asked, and before anybody knows.

Objects are counted in the cloud, never in our records: the next run finds what is there and makes nothing twice.
"""

import pytest

from provisioner.engine.interface import Result
from provisioner.providers.aws.registry import CATALOG
from tests.e2e.census import CENSUS
from tests.e2e.one_type import (
    CASES,
    Desk,
    Program,
    apply_and_die,
    change_of,
    package_at,
    regions_of,
    shared_types_of,
    types_of,
    watched,
)
from tests.support.crash import run_killed

SPECS = {spec.type: spec for spec in CATALOG}
NEVER_ALONE = {
    type: "nothing removes it: it goes with what it needs" for type, spec in SPECS.items() if not spec.delete
} | {
    "aws:kms/replicaKey:ReplicaKey": (
        "a key that waits for the end of its deletion window is still the one copy that its region may have"
    )
}
"""Types of which an object comes and goes together with what it needs, with the reason."""
CHANGING = [file for file in CASES if change_of(file)]
NEVER_CHANGED = {
    "aws:efs/backupPolicy:BackupPolicy": "backups are on, or there is no policy",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "another policy or scope is another association",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "it says which two belong together, and nothing else",
    "aws:kms/grant:Grant": "another permission is another grant",
    "aws:route53/zoneAssociation:ZoneAssociation": "it says which two belong together, and nothing else",
}
"""Types of which no object can be changed in place, with the reason."""


def test_every_type_is_killed_and_counted():
    """The types of the cases below are all types there are, and of each one knows how it is counted."""
    assert {case.type for case in CASES.values()} == set(SPECS)
    assert set(CENSUS) == set(SPECS)
    assert {CASES[file].type for file in CHANGING} == set(SPECS) - set(NEVER_CHANGED)


class Scene:
    """One stack, in which one object comes, changes and goes."""

    def __init__(self, file, cloud, desk):
        self.type = CASES[file].type
        self.whole = Program(file)
        self.needs = Program(file, only_needs=True)
        self.without = Program.nothing if self.type in NEVER_ALONE else self.needs
        self.changed = Program(file, changed=True)
        self._types = types_of(file)
        self._shared = shared_types_of(file)
        self._regions = [cloud.elsewhere(region) for region in regions_of(file)]
        self._cloud = cloud
        self._desk = desk

    def objects(self):
        """All objects of the type, as the cloud lists them."""
        return self._cloud.objects(self.type)

    def surroundings(self):
        """All objects of all types that the case has to do with, wherever it does."""
        return {(here.region, type): here.objects(type) for here in self._regions for type in self._types}

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
        assert [one for one in plan.drift if one.type not in self._shared] == []
        assert plan.unfinished == ()
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
    first = len(scene.done(scene.needs))  # calls for what it comes together with: that has cases of its own
    making, removing = scene.done(scene.whole), scene.done(scene.without)
    for moment in range(max(len(making), 1 if first else len(removing))):
        scene.killed(scene.whole, first + min(moment, len(making) - 1))
        scene.settled(scene.whole)
        assert len(scene.objects()) == len(before) + 1
        scene.killed(scene.without, min(moment, len(removing) - 1))
        scene.settled(scene.without)
        assert scene.objects() == before


@pytest.mark.parametrize("file", CHANGING)
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
