"""Work that is shared out to child processes. Each test forks, so it runs in a process that has one thread."""

import os
import signal
import sys
import time

import pytest

from provisioner.children import processors, shared_out
from tests.support.crash import run_killed

WORK = {name: os.getpid for name in "abcde"}


def done(early):
    return {name: value.result(10) for name, value in early.items()}


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def every_child_has_its_share():
    with shared_out(WORK, 3) as early:
        made = done(early)
        assert sorted(made) == ["b", "c", "e"]
        assert made["b"] == made["e"] != made["c"]
        assert os.getpid() not in made.values()
        assert not is_gone(made["b"])
    assert is_gone(made["b"])
    assert is_gone(made["c"])


def alone_everything_is_done_here():
    for work, count in ((WORK, 1), ({"a": os.getpid}, 4), ({}, 4)):
        with shared_out(work, count) as early:
            assert dict(early) == {}


def what_fails_is_nobodys():
    def fails():
        raise ValueError

    def unheard_of():
        return lambda: None  # nothing that can be sent

    def dies():
        os.kill(os.getpid(), signal.SIGKILL)

    for broken in (fails, unheard_of, dies):
        with shared_out({"a": broken, "b": os.getpid, "c": broken, "d": os.getpid}, 2) as early:
            assert done(early).keys() == {"b", "d"}
        with shared_out({"a": broken, "b": broken, "c": broken, "d": os.getpid}, 2) as early:
            assert done(early) == {"b": None, "d": None}


def a_child_that_hangs_ends_with_the_context():
    began = time.monotonic()
    with shared_out({"a": os.getpid, "b": lambda: time.sleep(60)}, 2):
        pass
    assert time.monotonic() - began < 30


def nobody_answers_ctrl_c_but_the_parent():
    with shared_out(
        {"a": os.getpid, "b": os.getpid, "c": os.getpid, "d": lambda: time.sleep(60)}, 2
    ) as early:
        os.kill(early["b"].result(10), signal.SIGINT)
        assert early["d"].result(10) is None


def no_two_processes_talk_through_one_connection():
    sys.modules.pop("botocore", None)
    assert processors() == len(os.sched_getaffinity(0))
    sys.modules["botocore"] = sys
    assert processors() == 1


@pytest.mark.parametrize(
    "shown",
    [
        every_child_has_its_share,
        alone_everything_is_done_here,
        what_fails_is_nobodys,
        a_child_that_hangs_ends_with_the_context,
        nobody_answers_ctrl_c_but_the_parent,
        no_two_processes_talk_through_one_connection,
    ],
    ids=lambda shown: shown.__name__,
)
def test_it_holds_that(shown):
    assert run_killed(shown) == 0
