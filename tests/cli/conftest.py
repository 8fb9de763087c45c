"""A command line in this process, on an environment whose engine does what the test says."""

import io
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from provisioner.cli import apply, destroy, drift, output, plan, refresh, state, state_lock, state_versions
from provisioner.cli.main import run
from provisioner.schedule import LayerStacks
from provisioner.wiring import Workspace
from tests.support.fake_engine import STACKS, FakeEngine, FakeRun


class Typed(io.StringIO):
    """What a person types at a terminal."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A checkout of one's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli(capsys, monkeypatch):
    """Runs a command line; `typed` is what a person answers at a terminal, None: there is no terminal."""

    def call(*arguments, typed=None):
        monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else Typed(f"{typed}\n"))
        code = run(arguments)
        written = capsys.readouterr()
        return SimpleNamespace(code=code, out=written.out, err=written.err)

    return call


@pytest.fixture
def fake_run():
    return FakeRun()


@pytest.fixture
def workspace(fake_run, monkeypatch):
    """Makes every command work on the fake; answers with what the commands were wired for."""
    # Nothing in an account is encrypted with keys of these plans.
    monkeypatch.setattr("provisioner.cli.key_guard._holders", lambda *_: ((), ()))
    wired = SimpleNamespace(cloud="aws", notices=(), begun=[])

    def made(name, *_):
        return Workspace(
            name=name,
            environment=SimpleNamespace(
                name="dev", cloud=wired.cloud, region="us-east-1", rendered_into=None
            ),
            engine=FakeEngine(fake_run),
            layers=(LayerStacks((STACKS,)),),
            notices=wired.notices,
            begin=lambda: wired.begun.append("begun"),
        )

    @contextmanager
    def planning(name):
        yield made(name)

    monkeypatch.setattr(plan, "planning", planning)
    monkeypatch.setattr(apply, "applying", made)
    monkeypatch.setattr(destroy, "destroying", made)
    for module, name in ((drift, "looking"), (drift, "reverting"), (refresh, "looking")):
        monkeypatch.setattr(module, name, made)
    monkeypatch.setattr(output, "recorded", made)
    for module in (state, state_lock, state_versions):
        monkeypatch.setattr(module, "recorded", made)
    return wired
