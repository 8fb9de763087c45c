"""A plugin's process: how it says where it listens, and how it ends."""

import os
import time

import pytest

from provisioner.providers.interface import Refused
from provisioner.providers.protocol import process
from provisioner.providers.protocol.process import PluginProcess
from tests.support.plugins import script


@pytest.fixture
def plugin(tmp_path):
    """Starts a shell script as a plugin; ends it afterwards."""
    started = []

    def start(text):
        file = script(tmp_path, "pulumi-resource-lab", f"#!/bin/sh\n{text}\n")
        started.append(PluginProcess(file, "127.0.0.1:1", os.environ))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_the_first_line_is_the_port_and_the_address_of_the_engine_is_given(plugin, tmp_path):
    running = plugin(f'echo "$1" > {tmp_path}/engine; echo " 4711\r"; exec sleep 60')
    assert running.port == 4711
    assert (tmp_path / "engine").read_text().strip() == "127.0.0.1:1"
    assert not running.has_ended


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exit 3", "ended with exit status 3 and never told which port it listens on"),
        ("echo no licence >&2; exit 1", "it said last:\nno licence"),
        ("echo Welcome; sleep 60", "is to tell its port first, and said: Welcome"),
        ("kill -9 $$", "was killed by SIGKILL"),
    ],
)
def test_a_plugin_that_tells_no_port_is_refused_with_what_it_said(plugin, text, reason):
    with pytest.raises(Refused) as caught:
        plugin(text)
    assert reason in caught.value.reason
    assert caught.value.code == process.DID_NOT_START


def test_a_plugin_that_keeps_silent_is_not_waited_for_for_ever(plugin, monkeypatch):
    monkeypatch.setattr(process, "COMES_UP", 0.2)
    with pytest.raises(Refused, match="has not told its port in 0 seconds"):
        plugin("exec sleep 60")


def test_what_cannot_be_executed_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be started: No such file or directory"):
        PluginProcess(tmp_path / "nothing", "127.0.0.1:1", {})


def test_what_the_plugin_has_started_ends_with_it(plugin, tmp_path):
    running = plugin(f"sleep 60 & echo $! > {tmp_path}/child; echo 4711; wait")
    child = int((tmp_path / "child").read_text())
    running.stop()
    assert running.has_ended
    for _ in range(100):
        if not os.path.exists(f"/proc/{child}/stat") or _is_zombie(child):  # noqa: PTH110 - it is no path of ours
            return
        time.sleep(0.01)
    pytest.fail("what the plugin had started outlived it")


def test_a_plugin_that_does_not_want_to_end_is_killed(plugin, monkeypatch):
    monkeypatch.setattr(process, "GOES_DOWN", 0.1)
    running = plugin("trap '' INT; echo 4711; while :; do sleep 1; done")
    running.stop()
    assert running.has_ended


def test_much_output_does_not_hold_it_up(plugin):
    running = plugin(
        "echo 4711; yes chatter | head -20000; yes noise | head -20000 >&2; echo the end >&2; exit 5"
    )
    assert running.is_ending()
    assert running.epitaph().endswith("the end")
    assert "ended with exit status 5" in running.epitaph()


def _is_zombie(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "Z"
