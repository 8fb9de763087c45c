"""Secrets sealed with a key of Vault's transit engine, in Pulumi's format; a Vault that refuses changes nothing."""

import json
from base64 import b64decode

import pulumi
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from environments.account import State
from environments.key_address import is_key, transit_address
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.state_failures import KeyRefused
from provisioner.report.explain import explain
from provisioner.report.message import render
from provisioner.seal_wiring import in_region
from provisioner.state_wiring import keys_of
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing
from tests.support.fake_transit import TOKEN, FakeTransit
from tests.support.runs import Desk

ADDRESS = "hashivault://state"


def program(size=1):
    """A thing with a secret."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    Thing("a", size=size, note=pulumi.Output.secret("canary"), opts=options)


@pytest.fixture
def vault(monkeypatch):
    found = FakeTransit()
    monkeypatch.setenv("VAULT_SERVER_URL", found.address)
    monkeypatch.setenv("VAULT_SERVER_TOKEN", TOKEN)
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path, vault):
    return with_vault(Desk(tmp_path), ADDRESS)


def with_vault(desk, url):
    """The desk, with secrets sealed by Vault where there are none yet; every run logs in by itself."""
    backend = desk.engine()._backend
    desk.engine = lambda: EmbeddedEngine(
        backend, {"fake": FakePackage(desk.cloud)}, keys_of(State(secrets=url), "", is_local=False)
    )
    return desk


def latest(desk):
    return json.loads(desk.engine()._backend.place("layer", "test.here").content().checkpoint)["checkpoint"][
        "latest"
    ]


def test_the_format_is_pulumis(desk, vault):
    """What is kept beside the state is Vault's own text; what it opens to is the key of every value."""
    desk.apply(program)
    providers = latest(desk)["secrets_providers"]
    assert providers["type"] == "cloud"
    assert providers["state"]["url"] == ADDRESS
    text = b64decode(providers["state"]["encryptedkey"]).decode()
    assert text.startswith("vault:v1:")
    status, said = vault.answer("transit/decrypt/state", {"ciphertext": text}, {"X-Vault-Token": TOKEN})
    assert status == 200
    key = b64decode(said["data"]["plaintext"])
    (note,) = [
        each["inputs"]["note"] for each in latest(desk)["resources"] if "note" in each.get("inputs", {})
    ]
    version, nonce, sealed = note["ciphertext"].split(":")
    assert version == "v1"
    assert AESGCM(key).decrypt(b64decode(nonce), b64decode(sealed), None) == b'"canary"'


def test_another_run_opens_what_was_sealed_with_one_call(desk, vault):
    desk.apply(program)
    vault.asked.clear()
    assert desk.plan(program).is_empty
    assert vault.asked == ["transit/decrypt/state"]


def test_an_engine_mounted_elsewhere_is_asked_there(tmp_path, vault):
    vault.keys["prod/transit", "state"] = 1
    desk = with_vault(Desk(tmp_path), "hashivault://state?engine=prod/transit")
    desk.apply(program)
    assert vault.asked == ["prod/transit/keys/state", "prod/transit/encrypt/state"]
    assert desk.plan(program).is_empty


def test_a_key_that_is_not_there_is_not_made_in_passing(tmp_path, vault):
    """Vault makes a key when something is encrypted with one that it does not have; a slip would go unseen."""
    desk = with_vault(Desk(tmp_path), "hashivault://sate")
    with pytest.raises(KeyRefused) as refused:
        desk.apply(program)
    assert refused.value.code == "NoSuchKey"
    assert ("transit", "sate") not in vault.keys
    assert desk.cloud.names() == []


def test_a_token_that_may_only_use_the_key_is_enough(desk, vault):
    vault.denied = {"keys"}
    desk.apply(program)
    assert desk.plan(program).is_empty


def sealed(vault):
    vault.sealed = True


def denied(vault):
    vault.denied = {"encrypt", "decrypt"}


def forgotten(vault):
    vault.keys.clear()


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(sealed, "VaultSealed"), (denied, "PermissionDenied"), (forgotten, "NoSuchKey")],
    ids=["sealed", "denied", "no key"],
)
def test_a_vault_that_refuses_changes_nothing_and_says_what_to_do(desk, vault, golden, trouble, code):
    desk.apply(program)
    before = latest(desk)
    trouble(vault)
    for act in (desk.plan, desk.apply):
        with pytest.raises(KeyRefused) as refused:
            act(lambda: program(2))
        assert refused.value.code == code
    assert latest(desk) == before
    text = render(explain(refused.value, "dev", "provisioner apply dev"))
    golden(text.replace(vault.address, "https://vault.example.com:8200"))


def test_nothing_that_says_where_vault_is_is_told(desk, monkeypatch, golden):
    monkeypatch.delenv("VAULT_SERVER_URL")
    with pytest.raises(KeyRefused) as refused:
        desk.apply(program)
    golden(render(explain(refused.value, "dev", "provisioner apply dev")))


def test_the_variables_of_vaults_own_tools_do_as_well(desk, vault, monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.delenv("VAULT_SERVER_URL")
    monkeypatch.delenv("VAULT_SERVER_TOKEN")
    desk.apply(program)
    assert desk.plan(program).is_empty


def test_pulumi_finds_the_same_vault_in_its_variables(vault):
    """Its own engine logs in nowhere."""
    keys = keys_of(State(secrets=ADDRESS), "", is_local=False)
    assert keys.around(ADDRESS) == {"VAULT_SERVER_URL": vault.address, "VAULT_SERVER_TOKEN": TOKEN}
    assert keys.around("awskms://alias/state") == {}


@pytest.mark.parametrize(
    ("url", "name", "mount"),
    [
        ("hashivault://state", "state", "transit"),
        ("hashivault://State.2?engine=prod/transit", "State.2", "prod/transit"),
        ("hashivault://state?engine=prod%2Ftransit/", "state", "prod/transit"),
    ],
)
def test_addresses_as_pulumi_writes_them(url, name, mount):
    assert is_key(url)
    assert (transit_address(url).name, transit_address(url).mount) == (name, mount)
    assert in_region(url, "us-east-1") == url


@pytest.mark.parametrize(
    "url",
    [
        "hashivault://",
        "hashivault:///state",
        "hashivault://a/b",
        "hashivault://state?region=x",
        "hashivault://-a",
    ],
)
def test_what_is_no_address_of_a_key(url):
    assert not is_key(url)
