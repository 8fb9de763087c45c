"""What is told when Vault cannot be reached, or is not to be trusted, before anything is made."""

import dataclasses
import urllib.parse

import pulumi_vault as vault
import pytest

from provisioner.engine.failures import CloudNotRead
from provisioner.plan.model import Source
from provisioner.providers.interface import Refused
from provisioner.providers.vault.connection import TokenLogin
from tests.integration.vault.test_interruptions import made, policies
from tests.servers.certificates import Authority


@pytest.fixture
def connected(desk, monkeypatch):
    """Changes what the desk knows of Vault."""

    def change(**known):
        connection = dataclasses.replace(desk.connection(), **known)
        monkeypatch.setattr(desk, "connection", lambda: connection)

    return change


def test_a_vault_whose_authority_is_not_ours_is_not_trusted(desk, connected, tmp_path):
    stranger = Authority.made(tmp_path).file
    connected(ca=stranger)
    said = desk.refused(policies(desk, 1))
    assert "is not trusted" in said
    assert str(stranger) in said
    assert made(desk) == []


def test_a_private_authority_has_to_be_named(desk, connected):
    connected(ca=None)
    said = desk.refused(policies(desk, 1))
    assert "is not trusted" in said
    assert "encryption.vault.ca" in said


def test_plain_http_is_for_this_machine_only(desk, connected):
    connected(address="http://vault.example:8200")
    with pytest.raises(Refused, match="reached over plain http"):
        desk.plan(policies(desk, 1))


def test_without_a_token_it_says_how_to_log_in(desk, connected, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    connected(login=TokenLogin())
    assert "vault login" in desk.refused(policies(desk, 1))


def test_the_token_of_vaults_own_command_line_is_found(desk, connected, monkeypatch, tmp_path):
    (tmp_path / ".vault-token").write_text(desk.server.root_token)
    monkeypatch.setenv("HOME", str(tmp_path))
    connected(login=TokenLogin())
    desk.done(policies(desk, 1))
    assert len(made(desk)) == 1


def test_a_look_at_a_sealed_vault_says_that_it_is_sealed(desk, fresh_vault):
    desk.server = fresh_vault
    program = policies(desk, 1)
    desk.done(program)
    fresh_vault.seal()
    with pytest.raises(CloudNotRead, match="is sealed"):
        desk.plan(program, source=Source.CLOUD)


def test_what_only_vault_enterprise_has_is_told(desk):
    said = desk.refused(desk.subject(vault.Namespace, {"path": desk.prefix}))
    assert "has no namespaces" in said


def test_a_name_with_odd_letters_is_one_name(desk):
    """A path of Vault's is quoted: nothing of a name becomes another path."""
    name = f"{desk.prefix} 50% a?b#ç"
    desk.done(desk.subject(vault.Policy, {"name": name, "policy": 'path "kv" { capabilities = ["read"] }'}))
    assert desk.server.is_there(f"sys/policies/acl/{urllib.parse.quote(name)}")
    desk.destroy()
    assert not desk.server.is_there(f"sys/policies/acl/{urllib.parse.quote(name)}")
