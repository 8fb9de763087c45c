"""Vault's drivers served over Pulumi's provider protocol: what the engine records is what it is told the next time."""

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.protocol.serving import served
from tests.support.protocol_client import connected

KEY = "vault:transit/secretBackendKey:SecretBackendKey"
SECRET = "vault:kv/secretV2:SecretV2"
OBJECTS = {
    "vault:index/policy:Policy": {"policy": 'path "a" {}'},
    KEY: {"backend": "dev/transit", "name": "models", "deletionAllowed": True},
    SECRET: {"mount": "kv", "name": "a", "dataJsonWo": Secret('{"k": "a-canary"}'), "dataJsonWoVersion": 1},
}


@pytest.fixture
def client(package, vault):
    with served(package, lambda _: None) as port, connected(port, address=vault.address) as client:
        client.name = "served"
        yield client


@pytest.mark.parametrize("type", OBJECTS, ids=lambda type: type.split(":")[-1])
def test_after_it_is_made_nothing_is_to_do(client, type):
    client.type = type
    made = client.made(OBJECTS[type])
    again, _ = client.check(OBJECTS[type], olds=made.inputs)
    assert again == made.inputs
    assert client.diff(made, again).changes == pb.DiffResponse.DIFF_NONE
    assert client.read(made) == made
    assert "a-canary" not in repr(made)
    client.delete(made)
    assert client.read(made) is None


def test_what_a_preview_knows_is_what_comes(client):
    client.type = KEY
    wanted = OBJECTS[KEY]
    foreseen = client.create(client.check(wanted)[0], preview=True).outputs
    assert foreseen["latestVersion"] is UNKNOWN
    made = client.made(wanted).outputs
    assert {name for name, value in foreseen.items() if value is not UNKNOWN and value != made[name]} == set()
