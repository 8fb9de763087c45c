"""Modules whose code is kept are the modules that Python would have found."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from provisioner import kept_modules
from provisioner.kept import KEPT
KEPT.open(sys.argv[1])
kept_modules.load_kept()
import asyncio.events, json.decoder, pulumi.resource, pydantic.main
import mine, mine.inner, mine.inner.deep, mine.beside, alone
for module in (json.decoder, pulumi, pulumi.resource, pydantic.main, mine, mine.inner, mine.inner.deep, mine.beside, alone):
    spec = module.__spec__
    print(module.__name__, module.__file__, module.__cached__, module.__package__, getattr(module, "__path__", None))
    print(spec.origin, spec.cached, spec.has_location, spec.parent, spec.submodule_search_locations)
    print(module.__loader__.get_filename(module.__name__), len(module.__loader__.get_source(module.__name__)))
print(mine.inner.deep.told(), mine.beside.X, alone.X)
found = [KEPT.find("code", each.__file__) is not None for each in (json.decoder, mine.inner.deep, mine.beside, alone)]
KEPT.write()
print(*found, file=sys.stderr)
"""

FILES = {
    "mine/__init__.py": "",
    "mine/beside.py": "X = 1\n",
    "mine/inner/__init__.py": "from .deep import told\n",
    "mine/inner/deep.py": "def told():\n    return __file__.rpartition('/')[2]\n",
    "alone.py": "X = 2\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "project"


@pytest.fixture
def run(project, tmp_path):
    def told(kept="kept"):
        options = ["-c", PROGRAM, str(tmp_path / kept)]
        surroundings = {"PYTHONPATH": ":".join(sys.path), "PYTHONPYCACHEPREFIX": ""}
        ran = subprocess.run(
            [sys.executable, *options],
            cwd=project,
            env=surroundings,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout, ran.stderr.split()

    return told


def test_the_same_modules_are_found_in_the_same_places(run):
    plain, found = run("nothing kept yet")
    assert set(found) == {"False"}
    run(), run()  # the first time Python makes folders for what it compiles
    assert run() == (plain, ["True"] * 4)


def test_a_module_that_was_changed_is_loaded_as_it_is(run, project):
    run(), run()
    (project / "mine" / "beside.py").write_text("X = 'changed'\n")
    (project / "alone.py").write_text("X = 'changed, too'\n")
    assert run()[0].splitlines()[-1] == "deep.py changed changed, too"


def test_a_package_that_now_stands_before_a_module_is_found(run, project):
    run(), run()
    (project / "mine" / "beside").mkdir()
    (project / "mine" / "beside" / "__init__.py").write_text("X = 'package'\n")
    assert run()[0].splitlines()[-1] == "deep.py package 2"


def test_a_module_that_is_now_found_first_is_found(run, project, tmp_path):
    run(), run()
    (project / "alone").mkdir()
    (project / "alone" / "__init__.py").write_text("X = 'first'\n")
    assert run()[0].splitlines()[-1] == "deep.py 1 first"
