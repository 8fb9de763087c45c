"""Who we are: a token that is found as Vault's own CLI finds it, or one that is logged in for and kept alive."""

import stat

import pytest

from provisioner.providers.interface import NO_CREDENTIALS, Refused
from provisioner.providers.vault import refusals
from provisioner.providers.vault.connection import AppRoleLogin, JwtLogin, TokenLogin, VaultConnection
from provisioner.providers.vault.login import found_token
from provisioner.providers.vault.session import Session
from tests.support.fake_vault import SECRET_ID, TOKEN

PATH = "sys/policies/acl/a"


@pytest.fixture
def home(tmp_path):
    return {"HOME": str(tmp_path)}


@pytest.fixture
def role(tmp_path):
    file = tmp_path / "secret-id"
    file.write_text(f"{SECRET_ID}\n")
    return AppRoleLogin("a-role", file)


def by(vault, login, hours):
    connection = VaultConnection(address=vault.address, login=login)
    return Session(vault.address, "", connection, hours.clock())


def refused(call, *arguments):
    with pytest.raises(Refused) as found:
        call(*arguments)
    return found.value


def test_a_given_token_comes_first_then_the_variable_the_helper_and_the_file(home, tmp_path):
    (tmp_path / ".vault-token").write_text("of-the-file\n")
    assert found_token(TokenLogin(), home) == "of-the-file"
    helper = tmp_path / "helper"
    helper.write_text('#!/bin/sh\n[ "$1" = get ] && echo of-the-helper\n')
    helper.chmod(stat.S_IRWXU)
    (tmp_path / ".vault").write_text(f'token_helper = "{helper}"\n')
    assert found_token(TokenLogin(), home) == "of-the-helper"
    assert found_token(TokenLogin(), {**home, "VAULT_TOKEN": "of-the-variable"}) == "of-the-variable"
    assert found_token(TokenLogin("given"), {**home, "VAULT_TOKEN": "of-the-variable"}) == "given"


def test_where_there_is_none_it_says_how_to_come_by_one(home, golden):
    found = refused(found_token, TokenLogin(), home)
    assert found.code == NO_CREDENTIALS
    golden(found.reason + "\n")


def test_a_helper_that_fails_is_told_with_what_it_said(home, tmp_path):
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\necho the keychain is locked >&2\nexit 1\n")
    helper.chmod(stat.S_IRWXU)
    (tmp_path / ".vault").write_text(f'token_helper = "{helper}"\n')
    found = refused(found_token, TokenLogin(), home)
    assert found.reason.replace(str(tmp_path), "~") == (
        "the token helper `~/helper` that ~/.vault names has failed: the keychain is locked"
    )


def test_a_role_logs_in_when_the_first_call_is_made(vault, role, hours):
    session = by(vault, role, hours)
    assert vault.asked == []
    assert session.call("POST", PATH, {}).is_good
    assert vault.asked == ["POST auth/approle/login", f"POST {PATH}"]


def test_a_role_that_is_not_let_in(vault, tmp_path, hours):
    (tmp_path / "secret-id").write_text("another")
    found = refused(by(vault, AppRoleLogin("a-role", tmp_path / "secret-id"), hours).call, "GET", PATH)
    assert found.code == NO_CREDENTIALS
    assert "invalid role or secret ID" in found.reason
    assert "another" not in found.reason


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        (AppRoleLogin("a", None), "set VAULT_SECRET_ID, or name a file"),
        (JwtLogin("a", None), "set VAULT_JWT, or name a file"),
    ],
)
def test_a_proof_that_is_nowhere(vault, login, reason, hours):
    assert reason in refused(by(vault, login, hours).call, "GET", PATH).reason


def test_a_proof_that_cannot_be_read_or_is_empty(vault, tmp_path, hours):
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.touch()
    assert "cannot be read" in refused(by(vault, JwtLogin("a", missing), hours).call, "GET", PATH).reason
    assert "is empty" in refused(by(vault, JwtLogin("a", empty), hours).call, "GET", PATH).reason


def test_proofs_from_variables(vault, monkeypatch, hours):
    monkeypatch.setenv("VAULT_SECRET_ID", SECRET_ID)
    assert by(vault, AppRoleLogin("a", None), hours).call("POST", PATH, {}).is_good


def test_a_token_is_renewed_before_a_third_of_its_time_is_left(vault, role, hours):
    session = by(vault, role, hours)
    session.call("POST", PATH, {})
    hours.seconds = 29
    session.call("GET", PATH)
    assert "POST auth/token/renew-self" not in vault.asked
    hours.seconds = 31
    session.call("GET", PATH)
    assert vault.asked[-2:] == ["POST auth/token/renew-self", f"GET {PATH}"]
    hours.seconds = 60
    session.call("GET", PATH)
    assert vault.asked.count("POST auth/approle/login") == 1


def test_a_token_that_can_be_renewed_no_more_is_followed_by_another(vault, role, hours):
    session = by(vault, role, hours)
    session.call("POST", PATH, {})
    (used,) = [token for token in vault.tokens if token != TOKEN]
    vault.tokens[used] = {"ttl": 5, "renewable": False, "policies": []}
    hours.seconds = 45
    session.call("GET", PATH)
    assert vault.asked.count("POST auth/approle/login") == 2


def test_a_token_that_was_revoked_is_followed_by_another(vault, role, hours):
    session = by(vault, role, hours)
    session.call("POST", PATH, {})
    del vault.tokens[next(token for token in vault.tokens if token != TOKEN)]
    assert session.call("GET", PATH).is_good


def test_who_has_only_a_token_is_told_to_log_in_again(vault, hours, golden):
    session = by(vault, TokenLogin(TOKEN), hours)
    session.call("POST", PATH, {})
    vault.tokens.clear()
    found = refused(session.call, "GET", PATH)
    assert found.code == refusals.TOKEN_ENDED
    golden(found.reason + "\n")


def test_a_token_that_nobody_knows_is_told_before_anything_is_asked(vault, hours):
    found = refused(by(vault, TokenLogin("hvs.old"), hours).call, "POST", PATH, {})
    assert found.code == refusals.TOKEN_ENDED
    assert vault.sent == []


def test_tokens_are_shown_nowhere(role):
    assert TOKEN not in repr(VaultConnection(login=TokenLogin(TOKEN)))
