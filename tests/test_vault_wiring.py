"""Which Vault a command reaches: the environment's, or for what is still recorded of one the one around us."""

import subprocess
import sys
from pathlib import Path

import pytest

from environments.load import load
from provisioner.asked import Asked
from provisioner.provider_wiring import SERVED
from provisioner.providers.on_demand import WithSpare
from provisioner.vault_access import environment_session
from provisioner.vault_wiring import notices, vault_package, with_vault

HERE = "https://127.0.0.1:8200"
THERE = "https://vault.example.com:8200"
TEXT = """\
name: sample
cloud: none
owner: ml-platform@example.com
region: munich
encryption: {vault: {address: ADDRESS, namespace: ml}}
"""
ON_A_DESK = """\
name: sample
cloud: local
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
encryption: {vault: {address: ADDRESS}}
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)

    def found(text, address=THERE):
        file = Path("environments/sample.yaml")
        file.write_text(text.replace("ADDRESS", f'"{address}"'))
        return load(file)

    return found


def test_the_environments_vault_is_reached_as_it_says(found):
    environment = found(TEXT)
    session = vault_package(environment).configure({"address": THERE}).session
    assert (session.address, session.namespace) == (THERE, "ml")
    assert notices(environment) == ()
    assert list(with_vault({"aws": "drivers of aws"}, environment)) == ["aws", "vault"]


def test_on_a_desk_a_vault_elsewhere_is_left_alone_and_that_is_told(found):
    environment = found(ON_A_DESK)
    (told,) = notices(environment)
    assert "Vault is left out" in told
    assert list(with_vault({}, environment)) == []
    assert notices(found(ON_A_DESK, HERE)) == ()
    assert list(with_vault({}, found(ON_A_DESK, HERE))) == ["vault"]


def test_what_is_still_recorded_of_a_vault_is_reached_where_it_was(found):
    packages = with_vault({"aws": "drivers of aws"}, found(ON_A_DESK))
    assert packages["aws"] == "drivers of aws"
    assert packages["vault"] is packages["vault"]
    assert packages["vault"].configure({"address": HERE}).session.address == HERE
    assert len(packages) == 1
    with pytest.raises(KeyError):
        packages["azure"]


def test_a_spare_one_stands_behind_one_that_is_there():
    assert WithSpare({"vault": "theirs"}, "vault", lambda: "spare")["vault"] == "theirs"


def test_an_engine_that_is_not_ours_has_the_same(found, monkeypatch):
    found(TEXT)
    told = []
    package = SERVED["vault"].package(Asked("sample", None), told.append)
    assert package.configure({}).session.address == THERE
    assert told == []
    monkeypatch.setenv("VAULT_ADDR", HERE)
    assert SERVED["vault"].package(None, told.append).configure({}).session.address == HERE
    assert SERVED["vault"].version() == package.version


def test_keys_and_models_are_those_of_the_environments_vault(found, monkeypatch):
    """And not of the one that somebody's shell still names, who would be shown the environment's login."""
    environment = found(TEXT)
    monkeypatch.setenv("VAULT_ADDR", HERE)
    monkeypatch.setenv("VAULT_SERVER_URL", HERE)
    assert environment_session(environment).address == THERE
    assert environment_session(found(ON_A_DESK)).address == HERE
    assert environment_session(None).address == HERE


def test_who_has_no_vault_imports_no_driver_for_one():
    """Nor the client: a plan is raced."""
    code = "import provisioner.wiring, sys; print([n for n in sys.modules if 'vault.' in n or n == 'hvac'])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert ran.stdout == "[]\n"
