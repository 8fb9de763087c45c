"""Work that is shared out to child processes. Each test forks, so it runs in a process that has one thread."""

import os
import signal
import sys
import threading
import time

import pytest

from provisioner.children import Work, processors, shared_out
from tests.support.crash import run_killed


def work(**early):
    """Pieces of work with what can be done early; who asks learns what they asked, and whom."""
    return {name: Work(do, lambda question: (question, os.getpid())) for name, do in early.items()}


WORK = work(**dict.fromkeys("abcde", os.getpid))


def done(given):
    return {name: each.early.result(10) for name, each in given.items()}


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


def a_child_answers_questions_after_its_work():
    with shared_out(WORK, 3) as given:
        made = done(given)
        assert [given["b"].ask(number).result(10) for number in range(3)] == [
            (number, made["b"]) for number in range(3)
        ]
        assert given["e"].ask("x" * 1_000_000).result(10) == ("x" * 1_000_000, made["b"])
        assert given["c"].ask(None).result(10) == (None, made["c"])
        many = []
        threads = [
            threading.Thread(
                target=lambda number=number: many.append((number, given["b"].ask(number).result(10)))
            )
            for number in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(many) == [(number, (number, made["b"])) for number in range(20)]


def a_question_goes_before_what_can_be_done_early():
    reads, writes = os.pipe()
    b = Work(lambda: os.read(reads, 1), lambda question: time.monotonic())
    with shared_out({**WORK, "b": b, "d": Work(time.monotonic, b.answer)}, 2) as given:
        answered = given["b"].ask("now")
        os.write(writes, b".")
        assert answered.result(10) < given["d"].early.result(10)


def who_asks_a_child_that_ended_is_told_so():
    def dies(question):
        os.kill(os.getpid(), signal.SIGKILL)

    mortal = {"a": Work(os.getpid, dies), "b": Work(os.getpid, dies)}
    with shared_out(mortal, 2) as given:
        assert given["b"].ask("to die").result(10) is None
        assert given["b"].ask("again").result(10) is None
    assert given["b"].ask("after the end").result(10) is None


def what_fails_to_answer_is_nobodys():
    def fails(question):
        raise ValueError

    with shared_out({"a": Work(os.getpid, fails), "b": Work(os.getpid, fails)}, 2) as given:
        assert given["b"].early.result(10)
        assert given["b"].ask("anything").result(10) is None


def alone_everything_is_done_here():
    for pieces, count in ((WORK, 1), (work(a=os.getpid), 4), ({}, 4)):
        with shared_out(pieces, count) as early:
            assert dict(early) == {}


def what_fails_is_nobodys():
    def fails():
        raise ValueError

    def unheard_of():
        return lambda: None  # nothing that can be sent

    def dies():
        os.kill(os.getpid(), signal.SIGKILL)

    for broken in (fails, unheard_of, dies):
        with shared_out(work(a=broken, b=os.getpid, c=broken, d=os.getpid), 2) as early:
            assert done(early).keys() == {"b", "d"}
        with shared_out(work(a=broken, b=broken, c=broken, d=os.getpid), 2) as early:
            assert done(early) == {"b": None, "d": None}


class Unloved:
    """Can be sent, and not be received."""

    def __reduce__(self):
        return int, ("not a number",)


def what_cannot_be_received_is_nobodys():
    with shared_out(work(a=os.getpid, b=Unloved, c=os.getpid, d=os.getpid), 2) as early:
        assert done(early) == {"b": None, "d": None}


def where_there_may_be_no_more_processes_the_rest_is_nobodys():
    fork, children = os.fork, []

    def once():
        if children:
            raise BlockingIOError
        children.append(fork())
        return children[0]

    os.fork = once
    with shared_out(WORK, 3) as early:
        made = done(early)
    assert made == {"b": children[0], "e": children[0]}
    assert is_gone(children[0])


def a_parent_that_is_killed_leaves_nobody():
    reads, writes = os.pipe()
    parent = os.fork()
    if parent == 0:
        large = {name: lambda name=name: (os.write(writes, name.encode()), "x" * 1_000_000) for name in "abc"}
        with shared_out(work(**large), 3):
            time.sleep(60)
    os.close(writes)
    with open(reads) as said:
        children = {said.read(1) for _ in range(2)}
        time.sleep(0.5)  # until the pipes are full
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
        assert said.read() == ""  # ends when both have ended
    assert children == {"b", "c"}


def a_child_that_hangs_ends_with_the_context():
    began = time.monotonic()
    with shared_out(work(a=os.getpid, b=lambda: time.sleep(60)), 2):
        pass
    assert time.monotonic() - began < 30


def nobody_answers_ctrl_c_but_the_parent():
    with shared_out(work(a=os.getpid, b=os.getpid, c=os.getpid, d=lambda: time.sleep(60)), 2) as given:
        os.kill(given["b"].early.result(10), signal.SIGINT)
        assert given["d"].early.result(10) is None


def no_two_processes_talk_through_one_connection():
    sys.modules.pop("botocore", None)
    assert processors() == len(os.sched_getaffinity(0))
    sys.modules["botocore"] = sys
    assert processors() == 1


@pytest.mark.parametrize(
    "shown",
    [
        every_child_has_its_share,
        a_child_answers_questions_after_its_work,
        a_question_goes_before_what_can_be_done_early,
        who_asks_a_child_that_ended_is_told_so,
        what_fails_to_answer_is_nobodys,
        alone_everything_is_done_here,
        what_fails_is_nobodys,
        what_cannot_be_received_is_nobodys,
        where_there_may_be_no_more_processes_the_rest_is_nobodys,
        a_parent_that_is_killed_leaves_nobody,
        a_child_that_hangs_ends_with_the_context,
        nobody_answers_ctrl_c_but_the_parent,
        no_two_processes_talk_through_one_connection,
    ],
    ids=lambda shown: shown.__name__,
)
def test_it_holds_that(shown):
    assert run_killed(shown) == 0
