"""Ctrl-C: once to finish what runs and start nothing more, twice to stop now. Either way nothing is lost."""

import os
import signal
import threading

import pytest

from provisioner.engine.embedded.executor import PARALLEL
from provisioner.engine.embedded.interrupts import STOPPED_NOW
from provisioner.engine.interface import Result
from tests.engine.recovery.interruptible import CHAINS, DESTROYING, MAKING, many
from tests.support.interrupting import Interruptible
from tests.support.runs import Desk

pytestmark = pytest.mark.timeout(120)


def converges(desk):
    assert desk.breaches() == ()
    assert desk.apply(many).result is Result.DONE
    assert len(desk.cloud.all()) == 2 * CHAINS
    assert len({name.rsplit("-", 1)[0] for name in desk.cloud.names()}) == 2 * CHAINS
    assert desk.plan(many).is_empty


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_once_finishes_what_runs_and_starts_nothing_more(tmp_path, quick_passphrase, number):
    """What waited for a free thread is not started either."""
    with Interruptible(tmp_path, MAKING, "create").running(PARALLEL) as run:
        run.interrupt(number)
        assert run.go_on() == ("interrupted", 2 * CHAINS - PARALLEL)
    desk = Desk(tmp_path)
    assert len(desk.cloud.all()) == PARALLEL
    recorded = [each.id for each in desk.resources().values() if each.id in desk.cloud.all()]
    assert len(recorded) == PARALLEL
    assert desk.plan(many).unfinished == ()
    converges(desk)


def test_twice_ends_at_once_and_the_journal_knows_what_was_begun(tmp_path, quick_passphrase):
    with Interruptible(tmp_path, MAKING, "create").running(PARALLEL) as run:
        run.interrupt()
        assert run.interrupt_again() == STOPPED_NOW
    desk = Desk(tmp_path)
    unfinished = desk.plan(many).unfinished
    assert {found.found for found in unfinished} == {"was not made"}
    assert len(unfinished) == PARALLEL
    converges(desk)


def test_twice_after_the_cloud_has_acted_makes_nothing_twice(tmp_path, quick_passphrase):
    with Interruptible(tmp_path, MAKING, "created").running(PARALLEL) as run:
        run.interrupt()
        assert run.interrupt_again() == STOPPED_NOW
    desk = Desk(tmp_path)
    assert len(desk.cloud.all()) == PARALLEL
    assert {found.found.split(",")[0] for found in desk.plan(many).unfinished} == {"was made"}
    converges(desk)


def test_a_destroy_that_is_interrupted_starts_no_more_deletions(tmp_path, quick_passphrase):
    """Also not those that become free by the ones that were running."""
    Desk(tmp_path).apply(many)
    with Interruptible(tmp_path, DESTROYING, "delete").running(PARALLEL) as run:
        run.interrupt()
        result, _ = run.go_on()
    assert result == "interrupted"
    desk = Desk(tmp_path)
    assert len(desk.cloud.all()) == 2 * CHAINS - PARALLEL
    assert desk.breaches() == ()
    assert desk.destroy().result is Result.DONE
    assert desk.cloud.all() == {}


def test_an_interrupt_outside_of_a_run_is_pythons_own():
    """The handlers are put back."""
    from provisioner.engine.embedded.interrupts import listening

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with listening(lambda: None):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_interrupted_plan_ends_with_nothing_done(desk):
    """A program that waits for its turn is told to end, and no thread of it stays behind."""

    def program():
        os.kill(os.getpid(), signal.SIGINT)
        many()

    with pytest.raises(KeyboardInterrupt):
        desk.plan(program)
    for thread in threading.enumerate():
        if thread.name.startswith(("sdk", "program")):
            thread.join(10)
            assert not thread.is_alive()
    assert desk.cloud.calls == []


def test_runs_on_several_threads_are_all_told_and_one_that_begins_later_at_once():
    from provisioner.engine.embedded.interrupts import catching, listening

    told, ready, pressed = [], threading.Barrier(3, timeout=20), threading.Event()

    def run(name):
        with listening(lambda: told.append(name)):
            ready.wait()
            assert pressed.wait(20)

    with catching():
        threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        ready.wait()
        os.kill(os.getpid(), signal.SIGINT)
        pressed.set()
        for thread in threads:
            thread.join(20)
        with listening(lambda: told.append("late")):
            assert sorted(told) == ["a", "b", "late"]
    with listening(lambda: told.append("next command")):
        assert len(told) == 3


def test_an_interrupt_that_nobody_listened_to_is_not_lost():
    from provisioner.engine.embedded.interrupts import catching, listening

    def pressed_too_late():
        with catching():
            with listening(lambda: None):
                pass
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        pressed_too_late()
