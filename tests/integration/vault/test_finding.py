"""What a create has made whose answer was never read is found again: by what it was made of."""

import pytest

from provisioner.providers.vault.package import VaultPackage, VaultProvider
from tests.integration.vault.cases import CASES
from tests.integration.vault.test_types import Life

MADE_AGAIN = {
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest",
    "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned",
    "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate",
}
"""What harms nobody if it is there twice."""

NEVER_FOUND = {"vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId"}
"""A secret id that nobody has read is worth nothing: it is made again, and the other one ends."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
def test_it_is_found_again(desk, case, monkeypatch):
    asked = {}
    create = VaultProvider.create
    monkeypatch.setattr(
        VaultProvider, "create", lambda self, type, new: create(self, type, asked.setdefault(type, new))
    )
    desk.done(Life(desk, case).program())
    made = desk.resources()["subject"]
    provider = VaultPackage(desk.connection()).configure({})
    wanted = asked[case.token]
    expected = () if case.token in MADE_AGAIN | NEVER_FOUND else (made.id,)
    assert tuple(provider.find(case.token, wanted, ())) == expected
    assert tuple(provider.find(case.token, wanted, (made.id,))) == ()
