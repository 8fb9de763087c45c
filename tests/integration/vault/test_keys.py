"""`keys` of an environment whose keys are in a real Vault, as a person uses it."""

import contextlib
import shutil

import pytest

from tests.e2e.product import Product

FILE = """\
name: {name}
cloud: none
region: munich
owner: ml@example.com
data_class: confidential
state: {{secrets: "hashivault://state?engine={name}-ops"}}
encryption:
  vault:
    address: "{address}"
    ca: vault-ca.pem
    transit: [models, {{name: releases, purpose: sign}}]
"""


@pytest.fixture
def product(tmp_path, vault, prefix):
    """An applied environment, `keys` after the test."""
    made = Product(tmp_path / "checkout")
    vault.post(f"sys/mounts/{prefix}-ops", {"type": "transit"})
    vault.post(f"{prefix}-ops/keys/state", {})
    shutil.copy(vault.ca, made.folder / "environments" / "vault-ca.pem")
    made.written("keys", FILE.format(name=prefix, address=vault.address))
    made.variables |= {"VAULT_TOKEN": vault.root_token}
    with contextlib.closing(made):
        made("apply keys --yes")
        yield made


def keys(product):
    return {key["id"].rpartition("/")[2]: key for key in product("keys list keys --json").json["keys"]}


def test_keys_are_listed_rotated_and_reported(product, vault, prefix):
    before = keys(product)
    assert {name: key["usage"] for name, key in before.items()} == {"models": "encrypts", "releases": "signs"}
    assert before["models"]["versions"] == 1
    assert before["models"]["next_rotation"] is not None
    told = product("keys rotate keys models --yes").out
    assert "versions 1 to 2 have encrypted stays readable" in told
    after = keys(product)["models"]
    assert after["versions"] == 2
    assert after["rotated"] is not None
    assert vault.get(f"{prefix}/transit/keys/models")["data"]["latest_version"] == 2
    assert "| versions | 1 to 2 |" in product("keys report keys").out


def test_without_a_token_the_records_answer_with_a_note(product):
    product.variables.pop("VAULT_TOKEN")
    ended = product("keys list keys")
    assert "what Vault says of keys is missing" in ended.err
    assert "transit key, ed25519" in ended.out
