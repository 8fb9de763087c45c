"""What is declared for models that are sealed and signed, as text; and of a server, what differs from others."""

import json
from pathlib import Path

import pytest

from components import fetch_model, fetch_sealed_model
from components.key_policy import KeyUser, key_policy
from components.location import Location
from components.model_admission import ModelAdmission, ModelAdmissionArgs, SignedModel
from components.model_artifact import Fetched, KmsWay, Opening, VaultWay, fetching, token_volumes
from components.model_sealing import opening, sealing
from components.model_vault_role import ModelVaultRole, ModelVaultRoleArgs
from components.signing_key import SigningKey, SigningKeyArgs
from components.vault_policy import opening as opening_by_vault, policy_text
from tests.support.recording import record

TEXTS = {
    json.dumps(Path(module.__file__).read_text()): f'"<the text of {module.__name__.rpartition(".")[2]}.py>"'
    for module in (fetch_model, fetch_sealed_model)
}
LOCATION = Location(account_id="123456789012", region="us-east-1")
DIGEST = "sha256:" + "1" * 64
VAULT = VaultWay(
    address="https://vault.example.com:8200",
    namespace="ml",
    authority="-----BEGIN CERTIFICATE-----",
    mount="dev/transit",
    key="model-ranker",
    method="dev/kubernetes-us-east-1",
    role="model-ranker",
)
KMS = KmsWay(key="alias/dev-sealing", region="us-east-1")

PROGRAMS = {
    "admission": lambda: ModelAdmission(
        "dev-signed-models",
        ModelAdmissionArgs(
            origin="model_store.signed_by",
            signed=[SignedModel(model="ranker", version=17, digest=DIGEST)],
            image="docker.io/kserve/storage-initializer:v0.20.0",
        ),
    ),
    "vault_role": lambda: ModelVaultRole(
        "dev-model-ranker-vault",
        ModelVaultRoleArgs(
            origin="models[0].source",
            mount="dev/kubernetes-us-east-1",
            role="model-ranker",
            namespace="search",
            service_account="ranker",
            policies=["dev-model-ranker"],
        ),
    ),
    "signing_key": lambda: SigningKey(
        "dev-signing-key",
        SigningKeyArgs(
            origin="model_store.signed_by",
            location=LOCATION,
            alias="dev-signing",
            description="Signatures of models of dev",
            deletion_window_days=30,
        ),
    ),
}


def shortened(text):
    for long, short in TEXTS.items():
        text = text.replace(long, short).replace(json.loads(long), json.loads(short))
    return text


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(shortened(record(PROGRAMS[program]).graph()) + "\n")


def artifact(way):
    told = Opening(
        model="ranker", version=17, way=way, statement={"a": 1}, envelope={"payload": "e30="}, keys=["MCow"]
    )
    return Fetched(
        uri="s3://models/ranker/model.sealed",
        digest=DIGEST,
        image="i",
        env={},
        secret=None,
        disk_gib=2,
        opening=told,
    )


@pytest.mark.parametrize("way", [VAULT, KMS], ids=["vault", "kms"])
def test_what_opens_a_model_before_its_server_starts(way, golden):
    (container,) = fetching(artifact(way), "/mnt/models")
    *arguments, told = container.pop("args")
    shown = {
        **container,
        "args": arguments,
        "told": json.loads(told),
        "volumes": token_volumes(artifact(way)),
    }
    golden(shortened(json.dumps(shown, indent=1, default=str)) + "\n")


def test_the_key_that_seals_is_used_by_who_names_a_model_and_its_servers_open_their_own_alone(golden):
    arn = "arn:aws:kms:us-east-1:123456789012:key/1"
    statements = [*key_policy(KeyUser.SEALING, LOCATION)[1:], opening(arn), sealing(arn)]
    golden(json.dumps(statements, indent=1) + "\n")


def test_the_policy_of_a_models_servers_is_one_line():
    assert policy_text(opening_by_vault("dev/transit", "model-ranker")) == (
        'path "dev/transit/decrypt/model-ranker" {\n  capabilities = ["update"]\n}\n'
    )
