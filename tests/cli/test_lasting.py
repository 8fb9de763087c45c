"""Whoever reads the output may go: what was agreed to is done all the same, and that is said once."""

import io

import pytest

from provisioner.cli import changing
from provisioner.cli.lasting import LastingStream
from provisioner.cli.screen import Screen
from provisioner.report.style import PLAIN
from tests.support.plans import VPC, plan, step


class Closed(io.StringIO):
    """A pipe whose reader has seen enough after some writes."""

    def __init__(self, after):
        super().__init__()
        self._left = after

    def write(self, text):
        if not self._left:
            raise BrokenPipeError
        self._left -= 1
        return super().write(text)


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_an_apply_goes_on(cli, workspace, fake_run, monkeypatch, after, form):
    fake_run.plan = plan(step("create", VPC, "v"))
    monkeypatch.setattr(changing, "out", lambda: Screen(Closed(after), PLAIN))
    ended = cli("apply", "dev", "--yes", *form)
    assert ended.code == 0, ended.err
    assert ("apply", "--yes") in fake_run.asked
    assert ended.err.count("nobody reads the output any more") == 1


def test_what_nobody_could_read_is_not_asked(cli, workspace, fake_run, monkeypatch):
    fake_run.plan = plan(step("create", VPC, "v"))
    monkeypatch.setattr(changing, "out", lambda: Screen(Closed(0), PLAIN))
    ended = cli("apply", "dev", typed="yes")
    assert ended.code == 1
    assert "Nothing was changed." in ended.err
    assert not [each for each in fake_run.asked if each[0] == "apply"]


def test_what_is_held_back_is_dropped_too(capsys):
    class Late(io.StringIO):
        def flush(self):
            raise BrokenPipeError

    stream = LastingStream(Late(), lasts=True)
    stream.write("a")
    stream.flush()
    stream.flush()
    assert stream.write("b") == 0
    assert capsys.readouterr().err.count("the run goes on") == 1
