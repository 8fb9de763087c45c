"""The secrets of a state under a real Vault: least rights, rotation, minimum versions, and a Vault that is sealed."""

import json

import pulumi
import pytest

from environments.account import State
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.seals import Seals
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.interface import Access
from provisioner.engine.sealing import Migration, Rotation, Sealing
from provisioner.engine.state_failures import KeyRefused, NewKeyRefused
from provisioner.state_wiring import keys_of
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing
from tests.support.runs import Desk

CANARY = "canary-91bd"


def program(size=1):
    """A thing with a secret."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    Thing("a", size=size, note=pulumi.Output.secret(CANARY), opts=options)


class Sealed(Desk):
    """A desk whose states are sealed by a Vault, with every run logging in anew."""

    def under(self, server, prefix):
        self.server, self.mount = server, f"{prefix}/transit"
        self.key = f"hashivault://state?engine={self.mount}"
        server.post(f"sys/mounts/{self.mount}", {"type": "transit"})
        server.post(f"{self.mount}/keys/state", {})
        return self

    def backend_of(self):
        return Desk.engine(self)._backend

    def engine(self):
        return EmbeddedEngine(Desk.engine(self)._backend, {"fake": FakePackage(self.cloud)}, self.keys())

    def keys(self):
        return keys_of(State(secrets=self.key), "", is_local=False)

    def seals(self):
        place = self.backend_of().place("layer", "test.here")
        return Seals(place, StackStore(place), self.keys())

    def recorded(self):
        return json.loads(self.backend_of().place("layer", "test.here").content().checkpoint)["checkpoint"][
            "latest"
        ]


def logged_in(monkeypatch, server, token):
    monkeypatch.setenv("VAULT_ADDR", server.address)
    monkeypatch.setenv("VAULT_TOKEN", token)
    monkeypatch.setenv("VAULT_CACERT", str(server.ca))


@pytest.fixture
def sealed(tmp_path, quick_passphrase, vault, prefix, monkeypatch):
    desk = Sealed(tmp_path).under(vault, prefix)
    rights = "".join(
        f'path "{desk.mount}/{each}/state" {{ capabilities = ["update"] }}\n'
        for each in ("encrypt", "decrypt")
    )
    vault.put(f"sys/policies/acl/{prefix}-state", {"policy": rights})
    logged_in(monkeypatch, vault, vault.token(f"{prefix}-state"))
    return desk


def test_a_token_that_may_only_encrypt_and_decrypt_is_enough(sealed):
    sealed.apply(program)
    assert sealed.plan(program).is_empty
    assert sealed.recorded()["secrets_providers"]["state"]["url"] == sealed.key
    assert CANARY not in json.dumps(sealed.recorded())


def test_after_a_rotation_the_state_opens_and_after_a_raised_minimum_it_does_not(sealed, vault):
    sealed.apply(program)
    vault.post(f"{sealed.mount}/keys/state/rotate")
    assert sealed.plan(program).is_empty
    vault.post(f"{sealed.mount}/keys/state/config", {"min_decryption_version": 2})
    with pytest.raises(KeyRefused, match="too old"):
        sealed.plan(program)
    vault.post(f"{sealed.mount}/keys/state/config", {"min_decryption_version": 1})
    assert sealed.seals().reseal(Rotation(None), Access.WRITE).sealing is Sealing.ANEW
    vault.post(f"{sealed.mount}/keys/state/config", {"min_decryption_version": 2})
    assert sealed.plan(program).is_empty


def test_a_state_goes_from_a_passphrase_to_vault_and_back(sealed, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "open sesame")
    key, sealed.key = sealed.key, "passphrase"
    sealed.apply(program)
    for there in (key, "passphrase"):
        assert sealed.seals().reseal(Migration(there), Access.WRITE).sealing is Sealing.ANEW
        assert sealed.plan(program).is_empty
        assert sealed.seals().opened(20).by == there


def test_another_teams_token_is_refused_with_what_it_lacks(sealed, vault, monkeypatch):
    sealed.apply(program)
    before = sealed.recorded()
    logged_in(monkeypatch, vault, vault.token("default"))
    with pytest.raises(KeyRefused) as refused:
        sealed.apply(lambda: program(2))
    assert refused.value.code == "PermissionDenied"
    assert f"{sealed.mount}/decrypt/state" in refused.value.reason
    assert sealed.recorded() == before


def test_a_key_of_another_name_is_not_made_by_a_migration(sealed, vault, monkeypatch):
    logged_in(monkeypatch, vault, vault.root_token)
    sealed.apply(program)
    wrong = f"hashivault://sate?engine={sealed.mount}"
    with pytest.raises(NewKeyRefused) as refused:
        sealed.seals().reseal(Migration(wrong), Access.WRITE)
    assert refused.value.code == "NoSuchKey"
    assert not vault.is_there(f"{sealed.mount}/keys/sate")


def test_a_sealed_vault_stops_before_the_first_step(tmp_path, quick_passphrase, fresh_vault, monkeypatch):
    logged_in(monkeypatch, fresh_vault, fresh_vault.root_token)
    desk = Sealed(tmp_path).under(fresh_vault, "test")
    desk.apply(program)
    fresh_vault.seal()
    with pytest.raises(KeyRefused) as refused:
        desk.apply(lambda: program(2))
    assert refused.value.code == "VaultSealed"
    fresh_vault.unseal()
    desk.apply(lambda: program(2))
    assert desk.plan(lambda: program(2)).is_empty
