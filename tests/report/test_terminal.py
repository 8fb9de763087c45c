"""Where progress is shown: a live region on a terminal, plain lines anywhere else."""

import io
import threading

from provisioner.engine.events import StepStarted, StepSucceeded
from provisioner.plan.model import Op
from provisioner.report import terminal
from provisioner.report.style import PLAIN
from provisioner.report.terminal import showing, steps_called
from tests.support.plans import NETWORK, VPC, plan, root, step, urn

PLANS = [plan(root("create"), step("create", NETWORK, "n"), step("create", VPC, "v"), step("same", VPC, "w"))]


class Tty(io.StringIO):
    def isatty(self):
        return True


def test_only_steps_that_call_a_provider_are_counted():
    assert steps_called(PLANS) == 1


def test_plain_lines_have_no_terminal_codes():
    stream = io.StringIO()
    with showing(PLANS, stream, PLAIN) as tell:
        tell(StepStarted(Op.CREATE, urn(VPC, "v")))
        tell(StepSucceeded(Op.CREATE, urn(VPC, "v"), 0.5))
    assert stream.getvalue() == "\n  + aws:ec2:Vpc v  created in 0.5 s\n"


def test_a_terminal_shows_what_runs_and_takes_it_back(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Tty()
    with showing(PLANS, stream, PLAIN) as tell:
        tell(StepStarted(Op.CREATE, urn(VPC, "v")))
        assert "creating … 0.0 s\n  0 of 1 done\n" in stream.getvalue()
        tell(StepSucceeded(Op.CREATE, urn(VPC, "v"), 0.5))
    assert stream.getvalue().endswith("\x1b[1A\x1b[2K" * 2 + "  + aws:ec2:Vpc v  created in 0.5 s\n")


def test_a_slow_step_is_mentioned_without_any_event(monkeypatch):
    monkeypatch.setattr(terminal, "EVERY", 0.01)
    monkeypatch.setattr("provisioner.report.progress.SLOW", 0.0)
    written = _Watched()
    with showing(PLANS, written, PLAIN) as tell:
        tell(StepStarted(Op.CREATE, urn(VPC, "v")))
        assert written.something.wait(10)
    assert "creating …" in written.getvalue()


class _Watched(io.StringIO):
    """Says when something was written."""

    def __init__(self):
        super().__init__()
        self.something = threading.Event()

    def write(self, text):
        written = super().write(text)
        if text.strip():
            self.something.set()
        return written
