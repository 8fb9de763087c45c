"""Fixtures every test may use, and the walls no test may climb: no real cloud, no ambient credentials."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import tests.support.unsynced  # noqa: F401 - nobody waits for the disk
from provisioner.engine.embedded.on_demand import load_on_demand

# As in the product, before anything can have loaded the SDK whole.
load_on_demand("pulumi_aws")
load_on_demand("pulumi_vault")

CLOSED = "http://127.0.0.1:9"
"""A port nobody listens on: a client that was not pointed at a local server fails at once."""
WALLED = ("AWS_", "PULUMI_", "PROVISIONER_", "VAULT_")
"""What variables begin with that say where a cloud is and who one is there."""


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for what can go took a third of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which nothing was kept before the tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def no_real_cloud(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    """Whatever the developer's shell holds, a test sees neither credentials nor a way to a real cloud.

    Nor what this machine keeps of charts: with it, plans say more.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_cache))
    for name in [name for name in os.environ if name.startswith(WALLED)]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", CLOSED)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare text with `<test file>.golden/<test name>.txt`; UPDATE_GOLDEN=1 writes it instead."""
    folder = request.path.with_suffix(".golden")
    file = folder / f"{request.node.name}.txt"

    def check(actual: str) -> None:
        if os.environ.get("UPDATE_GOLDEN"):
            folder.mkdir(exist_ok=True)
            file.write_text(actual)
        assert file.exists(), f"{file} is missing; run the test with UPDATE_GOLDEN=1 and read the result"
        assert actual == file.read_text()

    return check


@pytest.fixture
def quick_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from a passphrase takes half a second on purpose; not in tests that are about something else."""
    monkeypatch.setattr("provisioner.engine.embedded.secrets.ROUNDS", 10)


@pytest.fixture
def desk(tmp_path: Path, quick_passphrase: None):
    """An embedded engine and a fake cloud in an empty folder."""
    from tests.support.runs import Desk  # only where the engine is tested: it takes a moment to import

    return Desk(tmp_path)
