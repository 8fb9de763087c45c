"""What README tells people to type exists."""

import re
from pathlib import Path

import click
import pytest

from provisioner.cli.main import commands

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = sorted(set(re.findall(r"^ {4}provisioner (.+?)\s*(?:#.*)?$", README, re.MULTILINE)))
MAKE = sorted(set(re.findall(r"`make (\w+)|^ {4}make (\w+)", README, re.MULTILINE)))


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_is_understood(line):
    """Every word of it is parsed as click would; nothing is run."""
    words = line.replace("|", " ").split()
    command: click.Command = commands
    context = click.Context(commands, **commands.context_settings)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        command, context = found, click.Context(found, parent=context, info_name=name)
    command.make_parser(context).parse_args(words)


def test_the_readme_opens_with_the_two_commands():
    """Before the first heading of a section."""
    opening = README.split("\n## ")[0]
    assert "    make local" in opening
    assert "    make test" in opening


@pytest.mark.parametrize("target", sorted({name for pair in MAKE for name in pair if name}))
def test_a_make_target_of_the_readme_exists(target):
    """As a rule of the Makefile."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_lock_file_names_no_address():
    """Whose index it is, is the installer's business; every package has its hashes."""
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = [line for line in lock.splitlines() if re.match(r"^[a-z0-9]", line)]
    assert len(pinned) > 50
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
