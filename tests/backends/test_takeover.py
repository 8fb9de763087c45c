"""A holder that went silent is taken over, and whenever it wakes up it writes nothing any more."""

import contextlib
import errno

import pytest

from provisioner.backends import lease, objects
from provisioner.engine.failures import StateIsLocked, StateNotWritten
from provisioner.engine.interface import Access
from provisioner.engine.state_failures import StateIsTakenOver
from tests.backends.test_bucket_away import first, second
from tests.support import disk
from tests.support.buckets import BucketDesk
from tests.support.fake_s3 import FakeS3


class Hours:
    """A clock for servers and machines that can be put forward."""

    def __init__(self, patch):
        self.passed = 0
        age, now = objects._age, lease._now
        patch.setattr(objects, "_age", lambda answer: age(answer) + self.passed)
        patch.setattr(lease, "_now", lambda: now() + self.passed)


@pytest.fixture
def hours(monkeypatch):
    return Hours(monkeypatch)


@pytest.fixture
def two(tmp_path_factory, quick_passphrase):
    """Two machines on the same state, each with a client of its own."""

    def desks():
        server = FakeS3()
        one = BucketDesk(tmp_path_factory.mktemp("one"), client=server.client())
        return one, one.elsewhere(tmp_path_factory.mktemp("other"), server.client())

    return desks


def is_whole(desk):
    """What exists is what is recorded, once."""
    assert [name[0] for name in desk.cloud.names()] == ["a", "c"]
    assert desk.plan(second).is_empty
    assert desk.breaches() == ()
    made = [name for operation, name in desk.cloud.calls if operation == "create"]
    assert len(made) == len(set(made)), "something was made twice"


@pytest.mark.parametrize("when", ["before", "after"])
def test_stopped_at_any_request_and_taken_over_it_disturbs_nobody(two, hours, when):
    """It stops while it waits to send a request, or for its answer, and the other one does the whole apply."""
    refused = 0
    for moment in range(100):
        desk, other = two()
        desk.apply(first)
        happened = []
        desk.client.requests.clear()

        def stop(number, moment=moment, other=other, happened=happened):
            if number == moment:
                hours.passed += 61
                happened.append(other.apply(second))

        setattr(desk.client, when, stop)
        try:
            desk.apply(second)
        except (StateIsTakenOver, StateIsLocked) as lost:
            refused += isinstance(lost, StateIsTakenOver)
        finally:
            desk.client.clear()
        is_whole(other)
        hours.passed += 61
        desk.engine().push(desk.stack(second))
        assert desk.kept() is None
        is_whole(desk)
        if not happened:
            break
    assert moment > 25
    assert refused > 10


def test_the_holder_that_took_over_can_be_taken_over_itself(two, hours):
    """Three in a row, each stopped in the middle; the last one finishes, the others are refused."""
    desk, other = two()
    third = desk.elsewhere(desk.folder / "third", desk.client._server.client())
    desk.apply(first)
    stopped = []

    def wait_in_the_middle(one, then):
        one.client.requests.clear()

        def stop(number):
            if one.client.requests[number].startswith("PUT journals/") and one not in stopped:
                stopped.append(one)
                hours.passed += 61
                then()

        one.client.before = stop

    wait_in_the_middle(other, lambda: third.apply(second))

    def other_is_refused():
        with pytest.raises(StateIsTakenOver):
            other.apply(second)

    wait_in_the_middle(desk, other_is_refused)
    with pytest.raises(StateIsTakenOver) as lost:
        desk.apply(second)
    assert lost.value.stack == "layer/test.here"
    is_whole(third)


def test_what_only_the_first_one_knew_is_added_if_nobody_has_found_it_out(two, hours):
    """Its lock was only freed: the operation that it had under way is open still."""
    desk, other = two()
    desk.apply(first)

    def freed(operation, inputs):
        if operation == "updated":
            hours.passed += 61
            assert "process " in other.engine().unlock(other.stack(second))

    desk.cloud.before = freed
    with pytest.raises(StateIsTakenOver) as lost:
        desk.apply(second)
    assert lost.value.kept.exists()
    assert other.plan(second).unfinished != ()
    pushed = desk.engine().push(desk.stack(second))
    assert (pushed.added, pushed.settled) == (1, 0)
    assert other.plan(second).unfinished == ()
    assert other.resources()["a"].inputs["size"] == 2
    desk.cloud.before = lambda operation, inputs: None
    other.apply(second)
    is_whole(other)


def test_what_another_run_has_found_out_is_not_added_twice(two, hours):
    desk, other = two()
    desk.apply(first)

    def overtaken(operation, inputs):
        if operation == "updated":
            desk.cloud.before = lambda operation, inputs: None
            hours.passed += 61
            other.apply(second)

    desk.cloud.before = overtaken
    with pytest.raises(StateIsTakenOver):
        desk.apply(second)
    pushed = desk.engine().push(desk.stack(second))
    assert (pushed.added, pushed.settled) == (0, 1)
    is_whole(desk)


def test_a_lease_of_which_nobody_took_any_notice_goes_on(two, hours):
    """The machine slept for an hour, and nobody came: the lease is renewed, and the run goes on."""
    desk, other = two()
    desk.apply(first)

    def sleep(operation, inputs):
        if operation == "updated":
            hours.passed += 3600

    desk.cloud.before = sleep
    desk.apply(second)
    is_whole(other)


def test_a_live_holder_keeps_its_lock_however_long_it_takes(two, hours, monkeypatch):
    desk, other = two()
    with desk.engine().open(desk.stack(first), Access.WRITE):
        hours.passed += 59
        with pytest.raises(StateIsLocked):
            other.apply(first)


def test_who_died_in_the_same_folder_is_succeeded_at_once(two):
    """Its lock in the folder is the kernel's: nobody has to wait for the lease to run out."""
    desk, other = two()
    desk.apply(first)

    class Died(BaseException):
        pass

    def die(operation, inputs):
        if operation == "updated":
            raise Died

    desk.cloud.before = die
    with pytest.MonkeyPatch.context() as killed, contextlib.suppress(Died):
        killed.setattr(lease.Lease, "free", lambda self: None)
        desk.apply(second)
    desk.cloud.before = lambda operation, inputs: None
    with pytest.raises(StateIsLocked):
        other.apply(second)
    desk.apply(second)
    is_whole(desk)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"token": 7, "generation": "x", "seconds": "y"}'])
def test_a_lease_that_cannot_be_read_is_held_by_somebody_until_it_runs_out(two, hours, damage):
    desk, other = two()
    desk.apply(first)
    desk.objects().put(".pulumi/leases/layer/test.here.json", damage)
    with pytest.raises(StateIsLocked) as locked:
        other.apply(second)
    assert locked.value.holder == "a process that did not leave its name"
    hours.passed += 61
    other.apply(second)
    is_whole(other)


@pytest.mark.parametrize("moment", range(12))
def test_a_full_disk_here_is_told_and_nothing_is_lost(two, moment):
    """What is put twice is not done before both have it, be it the disk that refuses."""
    desk, other = two()
    desk.apply(first)
    with contextlib.suppress(StateNotWritten), disk.failing(moment, errno.ENOSPC):
        desk.apply(second)
    desk.apply(second)
    is_whole(other)
