"""What is said while a plan is carried out. Time is what the test says it is."""

import pytest

from provisioner.engine.events import (
    Interrupted,
    ProgramSpoke,
    Severity,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.plan.model import Op
from provisioner.report.progress import Progress, seconds_text
from provisioner.report.style import PLAIN
from tests.support.plans import REPOSITORY, VPC, urn

A, B = urn(VPC, "a"), urn(REPOSITORY, "b")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def progress(clock):
    return Progress(3, PLAIN, clock)


def test_a_start_is_no_news_and_an_end_is(progress):
    assert progress.told(StepStarted(Op.CREATE, A)) == []
    assert progress.told(StepSucceeded(Op.CREATE, A, 0.42)) == ["  + aws:ec2:Vpc a  created in 0.4 s"]


def test_a_failure_says_what_was_tried(progress):
    progress.told(StepStarted(Op.DELETE, B))
    assert progress.told(StepFailed(Op.DELETE, B, "not empty")) == [
        "  ✗ aws:ecr:Repository b  deleting failed: not empty"
    ]
    assert progress.region(5) == []


def test_of_a_long_failure_the_first_line_is_told_at_once(progress):
    progress.told(StepStarted(Op.DELETE, B))
    [line] = progress.told(StepFailed(Op.DELETE, B, "the plugin died; it said last:\npanic: nil map"))
    assert line.endswith("failed: the plugin died; it said last:")


def test_a_step_that_takes_long_is_mentioned_now_and_then(progress, clock):
    progress.told(StepStarted(Op.CREATE, A))
    clock.now += 4
    assert progress.slow() == []
    clock.now += 1
    assert progress.slow() == ["  + aws:ec2:Vpc a  creating … 5.0 s"]
    clock.now += 10
    assert progress.slow() == []
    clock.now += 20
    assert progress.slow() == ["  + aws:ec2:Vpc a  creating … 35 s"]


def test_the_region_shows_the_oldest_steps_and_how_far_it_is(progress, clock):
    for name in ("a", "b", "c"):
        progress.told(StepStarted(Op.CREATE, urn(VPC, name)))
        clock.now += 1
    progress.told(StepSucceeded(Op.CREATE, urn(VPC, "a"), 3.0))
    assert progress.region(1) == ["  + aws:ec2:Vpc b  creating … 2.0 s", "  … and 1 more", "  1 of 3 done"]


def test_the_two_halves_of_a_replacement_are_one_step(progress):
    progress.told(StepStarted(Op.REPLACE, A, "new"))
    assert progress.told(StepSucceeded(Op.REPLACE, A, 1.0, "new")) == [
        "  ± aws:ec2:Vpc a  replaced (the new object) in 1.0 s"
    ]
    progress.told(StepStarted(Op.REPLACE, A, "old"))
    progress.told(StepSucceeded(Op.REPLACE, A, 1.0, "old"))
    progress.told(StepStarted(Op.CREATE, B))
    assert progress.region(5)[-1] == "  1 of 3 done"


def test_ctrl_c_says_what_happens_now(progress):
    progress.told(StepStarted(Op.CREATE, A))
    assert progress.told(Interrupted()) == [
        "  Stopping: nothing new is started, 1 running step is finished. Press Ctrl-C again to stop now."
    ]


def test_the_program_may_speak(progress):
    assert progress.told(ProgramSpoke(Severity.WARNING, "old zone\n", A)) == [
        "  warning: aws:ec2:Vpc a: old zone"
    ]
    assert progress.told(ProgramSpoke(Severity.INFO, "hello")) == ["  info: hello"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (12.4, "12 s"), (60, "1 min 00 s"), (185.2, "3 min 05 s")],
)
def test_seconds(seconds, text):
    assert seconds_text(seconds) == text
