"""No file of ours holds in clear what Vault keeps for us."""

import pytest
from pulumi_vault.approle import AuthBackendRoleSecretId

from tests.integration.vault.cases import CASES
from tests.integration.vault.test_types import Life

WRITTEN = {
    "vault:kv/secretV2:SecretV2": "canary-of-kv",
    "vault:aws/authBackendClient:AuthBackendClient": "canary-of-aws",
    "vault:database/secretBackendConnection:SecretBackendConnection": "canary-of-a-database",
}
"""Type -> what its case hands over to be kept."""


def of(token):
    return next(case for case in CASES if case.token == token)


def files(desk):
    return [file for file in desk.folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("token", WRITTEN)
def test_what_is_handed_over_is_in_no_file_of_ours(desk, token):
    life = Life(desk, of(token))
    desk.done(life.program())
    assert any(b"subject" in file.read_bytes() for file in files(desk))
    assert [file for file in files(desk) if WRITTEN[token].encode() in file.read_bytes()] == []
    assert WRITTEN[token] not in repr(desk.events)


def test_what_vault_makes_for_us_is_in_no_file_of_ours(desk):
    life, seen = Life(desk, of("vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId")), []

    def make(opts):
        AuthBackendRoleSecretId("subject", **life.arguments, opts=opts).secret_id.apply(seen.append)

    desk.done(desk.program(make))
    secret = seen[-1]
    assert len(secret) > len("a secret")
    assert [file for file in files(desk) if secret.encode() in file.read_bytes()] == []
    assert secret not in repr(desk.events)


@pytest.mark.parametrize("token", WRITTEN)
def test_what_is_refused_does_not_quote_it(desk, token):
    life = Life(desk, of(token))
    life.arguments |= {"backend" if "backend" in life.arguments else "mount": f"{desk.prefix}-nowhere"}
    said = desk.refused(life.program())
    assert f"{desk.prefix}-nowhere" in said
    assert WRITTEN[token] not in said
