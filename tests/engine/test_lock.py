"""One process at a time holds a stack's lock; who it is is shown, and death frees it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.engine.embedded import lock
from provisioner.engine.failures import StateIsLocked

ROOT = Path(__file__).parents[2]
TRY = """
import sys
from pathlib import Path
from provisioner.engine.embedded import lock
from provisioner.engine.failures import StateIsLocked
sys.stdin.readline()
try:
    with lock.held(Path(sys.argv[1]), "foundation/dev"):
        print("held", flush=True)
        sys.stdin.readline()
except StateIsLocked as locked:
    print(locked.holder, flush=True)
"""


def process(file) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", TRY, file], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def say_go(runner: subprocess.Popen) -> None:
    runner.stdin.write("go\n")
    runner.stdin.flush()


def end(runner: subprocess.Popen) -> None:
    runner.communicate(timeout=30)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "locks" / "dev.json"


def test_of_eight_processes_that_race_exactly_one_gets_it_and_all_others_name_it(file):
    racers = [process(file) for _ in range(8)]
    for racer in racers:
        say_go(racer)
    said = {racer.pid: racer.stdout.readline().strip() for racer in racers}
    for racer in racers:
        end(racer)
    winners = [pid for pid, word in said.items() if word == "held"]
    assert len(winners) == 1
    others = [word for word in said.values() if word != "held"]
    assert len(others) == 7
    assert all(f"process {winners[0]}, since 20" in word for word in others)


def test_the_death_of_its_holder_frees_it(file):
    holder = process(file)
    say_go(holder)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StateIsLocked) as locked, lock.held(file, "foundation/dev"):
        pass
    assert locked.value.stack == "foundation/dev"
    assert f"process {holder.pid}" in locked.value.holder
    os.kill(holder.pid, signal.SIGKILL)
    end(holder)
    with lock.held(file, "foundation/dev"):
        assert json.loads(file.read_text())["pid"] == os.getpid()


def test_the_holder_is_told_in_pulumis_words(file):
    with lock.held(file, "foundation/dev"):
        assert set(json.loads(file.read_text())) == {"pid", "username", "hostname", "timestamp"}
    assert file.read_text() == ""


def test_it_can_be_taken_again_and_not_twice_at_once(file):
    for _ in range(3):
        with lock.held(file, "a"), pytest.raises(StateIsLocked), lock.held(file, "a"):
            pass


def test_two_stacks_do_not_wait_for_each_other(file):
    with lock.held(file, "a"), lock.held(file.with_name("other.json"), "b"):
        pass


def test_an_error_inside_frees_it(file):
    with pytest.raises(RuntimeError), lock.held(file, "a"):
        raise RuntimeError
    with lock.held(file, "a"):
        pass


def test_a_child_process_does_not_keep_it(file):
    """The local cloud's server outlives the run that starts it."""
    with lock.held(file, "a"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    with lock.held(file, "a"):
        pass
    child.communicate(b"\n", timeout=30)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}'])
def test_a_holder_that_left_no_name_is_told_as_such(content):
    assert lock.named(content) == "a process that did not leave its name"


def test_a_user_without_a_name_is_told_by_number(monkeypatch, file):
    def nameless():
        raise KeyError

    monkeypatch.setattr(lock.getpass, "getuser", nameless)
    with lock.held(file, "a"):
        assert json.loads(file.read_text())["username"] == str(os.getuid())


def test_who_holds_it_can_be_asked_without_taking_it(file):
    assert lock.holder(file) is None
    assert not file.parent.exists()
    with lock.held(file, "foundation/dev"):
        assert f"process {os.getpid()}, since " in lock.holder(file)
        with pytest.raises(StateIsLocked), lock.held(file, "foundation/dev"):
            pass
    assert lock.holder(file) is None
    with lock.held(file, "foundation/dev"):
        pass


def test_whoever_died_holds_it_no_more(file):
    runner = process(file)
    say_go(runner)
    assert runner.stdout.readline().strip() == "held"
    assert lock.holder(file)
    runner.kill()
    end(runner)
    assert lock.holder(file) is None
