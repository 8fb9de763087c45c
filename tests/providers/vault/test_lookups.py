"""What programs look up in a Vault: what is there, and what is written from rules without asking anybody."""

import pytest

from provisioner.providers.interface import Refused

DOCUMENT = "vault:index/getPolicyDocument:getPolicyDocument"
BACKEND = "vault:index/getAuthBackend:getAuthBackend"
ROLE = "vault:appRole/getAuthBackendRoleId:getAuthBackendRoleId"


def test_a_policy_is_written_from_its_rules(package, vault, golden):
    rules = [
        {"path": "dev/kv/data/teams/a/*", "capabilities": ["read"], "description": "what the team keeps"},
        {
            "path": "dev/transit/encrypt/models",
            "capabilities": ["update"],
            "requiredParameters": ["plaintext"],
            "deniedParameters": [{"key": "key_version", "values": []}],
            "maxWrappingTtl": "1h",
        },
    ]
    found = package.configure({}).invoke(DOCUMENT, {"rules": rules})
    assert vault.asked == []
    golden(found["hcl"] + "\n")


def test_an_auth_method_is_looked_up(provider, vault):
    vault.documents["sys/auth/kubernetes"] = {
        "accessor": "auth_kubernetes_1",
        "type": "kubernetes",
        "config": {"default_lease_ttl": 3600},
    }
    found = provider.invoke(BACKEND, {"path": "kubernetes"})
    assert (found["accessor"], found["type"], found["defaultLeaseTtlSeconds"]) == (
        "auth_kubernetes_1",
        "kubernetes",
        3600,
    )


def test_the_id_of_a_role_is_looked_up(provider, vault):
    vault.documents["auth/approle/role/builds/role-id"] = {"role_id": "an-id"}
    assert provider.invoke(ROLE, {"roleName": "builds"})["roleId"] == "an-id"


def test_what_is_not_there_is_told(provider):
    with pytest.raises(Refused, match="sys/auth/none cannot be looked up: HTTP status 404"):
        provider.invoke(BACKEND, {"path": "none"})


def test_a_lookup_that_nobody_knows(provider):
    with pytest.raises(Refused, match="there is no lookup vault:kv/getSecretV2:getSecretV2"):
        provider.invoke("vault:kv/getSecretV2:getSecretV2", {})
