"""What people are told to type is what they typed."""

import sys

import pytest

from provisioner.cli.called import program
from tests.support.plans import VPC, recorded


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A `provisioner` in `.venv/bin` of the working folder, which no shell finds."""
    file = tmp_path / ".venv" / "bin" / "provisioner"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", [str(file)])
    return file


def test_its_path_where_a_shell_would_not_find_it(installed, monkeypatch, tmp_path):
    assert program() == ".venv/bin/provisioner"
    monkeypatch.setattr(sys, "argv", [".venv/bin/provisioner"])
    assert program() == ".venv/bin/provisioner"
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program() == str(installed)


def test_its_name_where_a_shell_finds_it(installed, monkeypatch):
    monkeypatch.setenv("PATH", str(installed.parent))
    assert program() == "provisioner"


def test_its_path_where_a_shell_finds_another_one(installed, monkeypatch, tmp_path):
    other = tmp_path / "other" / "provisioner"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))
    assert program() == ".venv/bin/provisioner"


def test_a_file_of_the_working_folder_needs_a_slash(monkeypatch, tmp_path, installed):
    monkeypatch.chdir(installed.parent)
    assert program() == "./provisioner"


def test_a_module_is_called_as_one(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/checkout/provisioner/__main__.py"])
    monkeypatch.setattr(sys, "executable", "/opt/python")
    assert program() == "/opt/python -m provisioner"


def test_a_program_that_uses_us_is_not_told_of(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pytest"])
    assert program() == "provisioner"


def test_every_command_to_type_has_it(cli, workspace, fake_run, installed):
    fake_run.recorded = (recorded(VPC, "v", "vpc-1"),)
    out = cli("apply", "dev", typed="").out
    assert out.count("  .venv/bin/provisioner ") == 4
    assert "  provisioner " not in out
    assert "\n      .venv/bin/provisioner output dev\n" in cli("output", "dev", "nothing").err
