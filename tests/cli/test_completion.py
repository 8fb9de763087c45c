"""Completion in shells: commands, options, names of environments."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def completions(tmp_path, monkeypatch):
    """What a shell would offer for the last word of a line; each with its kind."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "mine.yaml").write_text("name: mine\n")
    (folder / "shared.yaml").write_text("owner: a@example.com\n# name: none\n")
    (folder / "notes.yml").mkdir()

    def ask(line, shell="bash"):
        words = line.split(" ")
        given = {
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            "_PROVISIONER_COMPLETE": f"{shell}_complete",
        }
        ran = subprocess.run(
            [sys.executable, "-m", "provisioner"],
            capture_output=True,
            text=True,
            env={**os.environ, **given, "PYTHONPATH": str(ROOT)},
        )
        assert ran.stderr == ""
        return ran.stdout.split()

    return ask


def test_commands(completions):
    assert completions("provisioner co") == ["plain,compare", "plain,completion"]


def test_options(completions):
    assert "plain,--refresh" in completions("provisioner plan --re")
    assert completions("provisioner --ver") == ["plain,--version"]


@pytest.mark.parametrize(
    "line", ["plan ", "validate a ", "compare x ", "state list ", "doctor ", "kubeconfig "]
)
def test_names_of_environments_and_not_of_what_they_extend(completions, line):
    found = completions(f"provisioner {line}")
    assert {"plain,mine", "plain,local", "plain,dev"} <= set(found)
    assert not {"plain,shared", "plain,base", "plain,notes"} & set(found)


def test_paths_are_left_to_the_shell(completions):
    assert completions("provisioner plan ./env") == ["file,./env"]


def test_a_mistyped_command_is_no_error_yet(completions):
    completions("provisioner plna ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_reads(cli, shell):
    ended = cli("completion", shell)
    assert ended.code == 0
    assert "_PROVISIONER_COMPLETE" in ended.out
    if found := shutil.which(shell):
        subprocess.run([found, "-n"], input=ended.out, text=True, check=True)


def test_bash_completes_with_the_script(cli, tmp_path):
    (tmp_path / "complete.sh").write_text(cli("completion", "bash").out)
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "provisioner").write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m provisioner "$@"\n'
    )
    (bin / "provisioner").chmod(0o755)
    script = """
set -e
. ./complete.sh
COMP_WORDS=(provisioner val); COMP_CWORD=1
_provisioner_completion provisioner
echo "${COMPREPLY[@]}"
"""
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{bin}:{os.environ['PATH']}"},
    )
    assert (ran.stdout, ran.stderr) == ("validate\n", "")


def test_another_shell_is_refused_with_those_there_are(cli):
    ended = cli("completion", "tcsh")
    assert ended.code == 1
    assert "'bash', 'zsh', 'fish'" in ended.err
