"""Which versions of Python are taken is said in three places, and `make` says it to who has another one."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FIRST, BEYOND = map(int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups())
RANGE = f"Python 3.{FIRST} to 3.{BEYOND - 1}"


def test_the_readme_says_it_at_its_beginning():
    assert f"Needed: {RANGE}, " in (ROOT / "README.md").read_text().split("\n## ")[0]


def test_each_of_them_is_looked_for():
    names = re.search(r"foreach name,([^,]+),", (ROOT / "Makefile").read_text()).group(1)
    assert names.split() == ["python3", *(f"python3.{minor}" for minor in range(BEYOND - 1, FIRST - 1, -1))]


@pytest.fixture
def made(tmp_path):
    """What `make` says to a newcomer whose PATH has one Python, which is said to be of this version."""
    for file in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "bin").mkdir()

    def make(minor, *words, name="python3"):
        python = tmp_path / "bin" / name
        pretends = f"import sys; sys.version_info = (3, {minor}, 1); "
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{pretends}$2"\n')
        python.chmod(0o755)
        around = {"PATH": str(tmp_path / "bin")}
        ran = subprocess.run([MAKE, *words], cwd=tmp_path, env=around, capture_output=True, text=True)
        return ran.stdout + ran.stderr

    return make


@pytest.mark.parametrize("minor", [FIRST - 1, BEYOND])
def test_one_that_is_not_taken_is_told_so_before_anything_is_made(made, tmp_path, minor):
    said = made(minor)
    assert f"provisioner needs {RANGE}: there is none of them on the PATH.\n" in said
    assert f"make PYTHON=/path/to/python3.{BEYOND - 1}\n" in said
    assert not (tmp_path / ".venv").exists()


def test_one_that_is_named_and_not_taken_is_told_so(made, tmp_path):
    said = made(BEYOND, "PYTHON=bin/other", name="other")
    assert f"provisioner needs {RANGE}: bin/other is none of them.\n" in said
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("minor", [FIRST, BEYOND - 1])
def test_the_first_and_the_last_are_taken(made, minor):
    assert f"\tpython3.{minor} -m venv" in made(minor, "-n", name=f"python3.{minor}").replace("|| ", "")
