"""Many processes want one stack: one gets it, the others are told who. A stopped one writes nothing any more."""

import multiprocessing
import os
import queue
import signal
import time
from pathlib import Path

import pytest

from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.engine.failures import StateIsLocked
from tests.support.buckets import BucketDesk, client_of
from tests.support.crash import PRELOAD
from tests.support.crowds import CROWD, PAIR, apply_slowly, contend, crowd_of, desk_in

ROUNDS = int(os.environ.get("ROUNDS", "14"))
"""Each size of a crowd twice; `make soak` has fifty."""

LEASE = 5.0
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([*PRELOAD, "tests.support.crowds"])


@pytest.fixture(params=["folder", "bucket"])
def endpoint(request):
    """Of the server that has the bucket; None: state is in a folder."""
    return None if request.param == "folder" else request.getfixturevalue("s3_endpoint")


def test_of_two_to_eight_at_once_one_wins_and_the_others_name_it(tmp_path, endpoint, quick_passphrase):
    for number in range(ROUNDS):
        (tmp_path / f"round-{number}").mkdir()
    meet, results = _processes.Barrier(CROWD), _processes.Queue()
    crowd = [
        _processes.Process(target=contend, args=(tmp_path, endpoint, number, ROUNDS, meet, results))
        for number in range(CROWD)
    ]
    for process in crowd:
        process.start()
    said = [results.get(timeout=120) for number in range(ROUNDS) for _ in range(crowd_of(number))]
    for process in crowd:
        process.join(60)
        assert process.exitcode == 0
    for number in range(ROUNDS):
        here = [(pid, holder) for turn, pid, holder in said if turn == number]
        winners = [pid for pid, holder in here if holder is None]
        assert len(winners) == 1
        others = [holder for _, holder in here if holder is not None]
        assert len(others) == crowd_of(number) - 1
        assert all(f"process {winners[0]}, since 20" in holder for holder in others)
        desk = desk_in(tmp_path / f"round-{number}", endpoint, CROWD)
        assert [name[0] for name in desk.cloud.names()] == ["a", "b"]
        assert desk.plan(PAIR).is_empty
        assert desk.breaches() == ()


def test_to_be_locked_out_has_an_exit_code_of_its_own():
    assert exit_code(StateIsLocked("layer/test.here", "ann@desk")) is ExitCode.LOCKED
    assert ExitCode.LOCKED == 6


def test_stopped_beyond_its_lease_it_is_taken_over_and_refused_when_it_goes_on(
    tmp_path, s3_endpoint, quick_passphrase
):
    """SIGSTOP, another machine applies, SIGCONT."""
    results = _processes.Queue()
    process = _processes.Process(target=apply_slowly, args=(tmp_path, s3_endpoint, LEASE, results))
    process.start()
    while not (tmp_path / "created").exists():
        assert process.is_alive()
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGSTOP)
    other = desk_in(tmp_path, s3_endpoint, 1)
    with pytest.raises(StateIsLocked) as locked:
        other.apply(PAIR)
    assert f"process {process.pid}, since 20" in locked.value.holder
    time.sleep(LEASE + 1.5)  # the server tells whole seconds
    other.apply(PAIR)
    before = {key: other.objects().get(key).body for key in other.keys()}
    (tmp_path / "go-on").touch()
    os.kill(process.pid, signal.SIGCONT)
    how, kept = results.get(timeout=60)
    process.join(60)
    assert how == "StateIsTakenOver"
    assert Path(kept).exists()
    assert {key: other.objects().get(key).body for key in other.keys()} == before, "it has written something"
    assert [name[0] for name in other.cloud.names()] == ["a", "b"], "it has made something"
    assert other.plan(PAIR).is_empty
    first = BucketDesk(tmp_path / "machine-0", client=client_of(s3_endpoint), prefix=tmp_path.name)
    pushed = first.engine().push(first.stack(PAIR))
    assert (pushed.added, pushed.settled) == (0, 1)
    assert other.breaches() == ()


def test_killed_it_leaves_a_lease_that_unlock_frees_when_it_has_run_out(
    tmp_path, s3_endpoint, quick_passphrase
):
    results = _processes.Queue()
    process = _processes.Process(target=apply_slowly, args=(tmp_path, s3_endpoint, LEASE, results))
    process.start()
    while not (tmp_path / "created").exists():
        time.sleep(0.01)
    other = desk_in(tmp_path, s3_endpoint, 1)
    with pytest.raises(StateIsLocked) as refused:
        other.engine().unlock(other.stack(PAIR))
    process.kill()
    process.join(60)
    time.sleep(LEASE + 1.5)
    assert other.engine().unlock(other.stack(PAIR)) == refused.value.holder
    assert other.engine().unlock(other.stack(PAIR)) is None
    other.apply(PAIR)
    assert [name[0] for name in other.cloud.names()] == ["a", "b"]
    with pytest.raises(queue.Empty):
        results.get_nowait()
