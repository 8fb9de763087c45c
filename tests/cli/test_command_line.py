"""The frame around every command: help, wrong usage, exit codes, what happens if something breaks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.cli import main
from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.engine import failures

ROOT = Path(__file__).parents[2]
HEAVY = ("pulumi", "pydantic", "botocore", "yaml", "grpc", "cryptography")


def python(code, **more):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, **more)


def test_help(cli, golden):
    ended = cli("--help")
    assert ended.code == 0
    golden(ended.out)


@pytest.mark.parametrize(
    "name", [*main.COMMANDS, "state list", "state show", "local status", "images list", "images lock"]
)
def test_help_of_each_command(cli, name, golden):
    ended = cli(*name.split(), "--help")
    assert ended.code == 0
    golden(ended.out)


def test_asking_for_help_imports_nothing_heavy():
    code = f"""
import sys
from provisioner.cli.main import run
assert run(["--help"]) == 0
assert not set(sys.modules) & set({HEAVY})
"""
    ended = python(code)
    assert ended.returncode == 0, ended.stderr


def test_help_comes_within_a_blink():
    def seconds():
        """Of processors; on a busy machine it may be long until one is free."""
        before = os.times()
        subprocess.run(
            [sys.executable, "-m", "provisioner", "--help"], cwd=ROOT, check=True, capture_output=True
        )
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])

    assert min(seconds() for _ in range(5)) < 0.3


def test_version(cli):
    ended = cli("--version")
    assert ended.code == 0
    assert ended.out.startswith("provisioner ")


@pytest.mark.parametrize(
    "arguments", [("plna", "local"), ("plan",), ("plan", "local", "--refesh"), ("state",), ("local", "begin")]
)
def test_wrong_usage_ends_with_1(cli, arguments):
    ended = cli(*arguments)
    assert ended.code == 1
    assert ended.out == ""
    assert ended.err.startswith("Usage: provisioner")


def test_the_table_of_exit_codes(golden):
    golden("".join(f"{code.value:2} {code.name}\n" for code in ExitCode))


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (failures.LossNotApproved(()), 4),
        (failures.WrongAccount("1", "2"), 5),
        (failures.NoCredentials("1", "none"), 5),
        (failures.StateIsLocked("a", "b"), 6),
        (failures.PlanHasChanged("a", "b", "c"), 10),
        (failures.PassphraseMissing("a"), 1),
    ],
)
def test_the_exit_code_of_a_failure(failure, code):
    assert exit_code(failure) == code


def test_a_bug_leaves_a_report(cli, workspace, fake_run, tmp_path):
    fake_run.raises = ZeroDivisionError("half of nothing")
    ended = cli("plan", "dev")
    assert ended.code == 1
    assert ended.err.startswith(
        "error[BUG]: This is a bug in provisioner\n\n  ZeroDivisionError: half of nothing\n"
    )
    [report] = (tmp_path / ".provisioner" / "bugs").iterdir()
    assert f"      {report.relative_to(tmp_path)}\n" in ended.err
    assert "fake_engine.py" in report.read_text()


def test_a_bug_is_told_where_nothing_can_be_written(cli, workspace, fake_run, tmp_path):
    (tmp_path / ".provisioner").write_text("a file where a folder should be")
    fake_run.raises = ZeroDivisionError("half of nothing")
    ended = cli("plan", "dev")
    assert ended.code == 1
    assert "Traceback" in ended.err


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    command = f"{sys.executable} -m provisioner schema | true; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert ended.stderr == ""
    assert ended.stdout.strip() in ("0", "1")


def test_json_has_no_colours_and_neither_has_a_pipe(cli):
    assert "\x1b" not in cli("show", "local", "--origin").out
