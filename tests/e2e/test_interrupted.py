"""Ctrl-C during a real `provisioner apply local`: once finishes what runs, twice stops at once; nothing is lost."""

import json
import signal

from tests.e2e.terminal import CTRL_C, Terminal

UNDER_WAY = (1, 20_000)
"""Bytes of the second layer's journal: an apply writes five times as many."""


def converges(product, environment):
    """The next apply goes on, and in the end there is what is recorded, once."""
    product.in_a_row(
        f"apply {environment} --yes",
        f"plan {environment} --refresh --detailed-exitcode",
        f"state verify {environment}",
    )
    assert product.made() == product.recorded(environment)


def test_once_finishes_what_runs_and_starts_nothing_new(product):
    """By the signal, as a process manager would send it, in the second layer; every call that was begun has been recorded."""
    product.begin()
    process = product.started("apply local --yes")
    assert product.wait_for_progress(process, UNDER_WAY)
    process.send_signal(signal.SIGINT)
    ran = product.ended(process)
    assert ran.code == 9, ran.said
    assert "Stopping: nothing new is started" in ran.out
    assert "Interrupted after" in ran.out
    assert "Not done (" in ran.out
    assert "provisioner apply local" in ran.out
    assert product.made() == product.recorded("local")
    plan = product("plan local --json --detailed-exitcode", code=2).json
    assert plan["unfinished"] == []
    assert 0 < plan["summary"]["create"] < sum(plan["summary"].values())
    converges(product, "local")


def test_twice_stops_at_once(product):
    """At a terminal, after the plan was shown and agreed to; the next apply finds what was made unseen."""
    product.begin()
    with Terminal(product, "apply small") as terminal:
        terminal.wait_for("Type yes to go on")
        terminal.type("yes\n")
        terminal.wait_for("created in")
        terminal.type(CTRL_C)
        terminal.wait_for("Press Ctrl-C again to stop now")
        terminal.type(CTRL_C)
        assert terminal.ended() == 9
    converges(product, "small")


def test_an_answer_that_is_not_yes_changes_nothing(product):
    """Neither does Ctrl-C at the question."""
    product.begin()
    with Terminal(product, "apply small") as terminal:
        terminal.wait_for("Type yes to go on")
        terminal.type("y\n")
        assert terminal.ended() == 1
        assert "Nothing was changed." in terminal.shown
    with Terminal(product, "apply small") as terminal:
        terminal.wait_for("Type yes to go on")
        # Python does not notice a Ctrl-C in the instant between the question and the wait for an answer.
        assert terminal.ended(type=CTRL_C) == 9
        assert "Nothing was changed." in terminal.shown
    assert product.made() == {}
    assert json.loads(product("state list small --json").out)["resources"] == []
