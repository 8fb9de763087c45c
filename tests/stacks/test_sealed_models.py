"""Models that are sealed and signed: what the layers make for them, and that others get nothing of it."""

import json

import pytest
import yaml

from stacks.layers import LAYERS
from tests.stacks.test_serving import FILE
from tests.support.environments import recorded
from tests.support.recording import record


KEY = "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
VAULT = {
    "address": "https://vault.example.com:8200",
    "namespace": "ml",
    "transit": ["model-ranker", {"name": "signing", "purpose": "sign"}],
}


def signed(model, version, digest):
    from base64 import b64encode

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from environments.model_signature import signed_bytes, statement

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return b64encode(private.sign(signed_bytes(statement(model, version, digest)))).decode()


def environment(tmp_path, keeper):
    """`FILE` with one model, `ranker`, whose stable version is sealed and both are signed."""
    settings = yaml.safe_load(FILE.read_text())
    (ranker,) = settings["models"] = settings["models"][:1]
    tried = ranker["traffic"]["candidate"]
    for version, source in (
        (ranker["traffic"]["stable"], ranker["source"]),
        (tried["version"], tried["source"]),
    ):
        source["sealed"] = True
        source["signature"] = signed("ranker", version, source["digest"])
    settings["model_store"] = {"sealed_by": keeper, "signed_by": keeper, "signing_keys": [KEY]}
    if keeper == "vault":
        settings["encryption"] = {"vault": VAULT}
    file = tmp_path / "served.yaml"
    file.write_text(yaml.safe_dump(settings))
    return file


@pytest.fixture(scope="module", params=["vault", "kms"])
def keeper(request):
    return request.param


@pytest.fixture(scope="module")
def file(tmp_path_factory, keeper):
    return environment(tmp_path_factory.mktemp("served"), keeper)


def layer(name, file):
    """What a layer of the environment declares, on what the layers before hand over."""
    upstream = {name: each.outputs for name, each in recorded(FILE).stacks.items()}
    program = next(layer for layer in LAYERS if layer.name == name).program()
    config = {"provisioner:file": str(file)}
    return record(program, stack="served.eu-central-1", project=name, config=config, upstream=upstream)


@pytest.fixture(scope="module")
def serving(file):
    return layer("serving", file)


def of_kind(recording, kind):
    return [each.inputs for each in recording.objects if each.inputs.get("kind") == kind]


def opening(serving):
    (service,) = of_kind(serving, "InferenceService")
    (first,) = service["spec"]["predictor"]["initContainers"]
    return service, json.loads(first["args"][3])


def test_the_pod_is_told_who_opens_its_model(serving, keeper):
    service, told = opening(serving)
    assert (told["model"], told["version"], told["keys"]) == ("ranker", 17, [KEY])
    assert told["statement"]["subject"][0]["digest"] == {"sha256": "1" * 64}
    if keeper == "kms":
        assert told["way"] == {"kind": "kms", "key": "alias/served-sealing", "region": "eu-central-1"}
    else:
        assert told["way"] == {
            "kind": "vault",
            "address": "https://vault.example.com:8200",
            "namespace": "ml",
            "ca": None,
            "mount": "served/transit",
            "key": "model-ranker",
            "auth": "served/kubernetes-eu-central-1",
            "role": "model-ranker",
            "token_file": "/var/run/secrets/vault/token",
        }
    tokens = [each for each in service["spec"]["predictor"]["volumes"] if each["name"] == "vault-token"]
    assert bool(tokens) == (keeper == "vault")


def test_the_candidate_is_opened_as_the_version_that_it_is(serving):
    (service,) = of_kind(serving, "InferenceService")
    (first,) = service["spec"]["canary"][0]["predictor"]["initContainers"]
    assert json.loads(first["args"][3])["version"] == 18


def test_servers_log_in_by_a_role_of_their_own(serving, keeper):
    roles = [each.inputs for each in serving.objects if each.type.startswith("vault:")]
    if keeper == "kms":
        assert roles == []
        return
    role = next(each for each in roles if "roleName" in each)
    assert role["boundServiceAccountNames"] == ["ranker"]
    assert role["boundServiceAccountNamespaces"] == ["search"]
    assert role["tokenPolicies"] == ["served-model-ranker"]


def test_the_list_of_what_is_let_in_holds_both_versions(serving):
    (listed,) = of_kind(serving, "ConfigMap")
    digests = {name: value for name, value in listed["data"].items() if name.startswith("sha256-")}
    assert digests == {f"sha256-{'1' * 64}": "ranker/17", f"sha256-{'2' * 64}": "ranker/18"}
    assert len(of_kind(serving, "ValidatingAdmissionPolicy")) == 3


def test_the_foundation_has_the_keys_and_what_each_may_do(file, keeper):
    foundation = layer("foundation", file)
    aliases = [each.inputs["name"] for each in foundation.objects if each.type == "aws:kms/alias:Alias"]
    keys = [each.inputs["name"] for each in foundation.objects if each.type.startswith("vault:transit")]
    policies = [
        each.inputs["name"] for each in foundation.objects if each.type == "vault:index/policy:Policy"
    ]
    if keeper == "kms":
        assert {"alias/served-sealing", "alias/served-signing"} <= {*aliases}
        assert (keys, policies) == ([], [])
        reader = next(
            each.inputs
            for each in foundation.objects
            if each.inputs.get("description") == "Reads models" and "policy" in each.inputs
        )
        assert "kubernetes-service-account" in json.dumps(reader["policy"])
    else:
        assert not [each for each in aliases if each.endswith(("-sealing", "-signing"))]
        assert keys == ["model-ranker", "signing"]
        assert "served-model-ranker" in policies
        assert "served-model-signing" not in policies


def test_an_environment_that_seals_nothing_has_none_of_it():
    for recording in recorded(FILE).stacks.values():
        assert not of_kind(recording, "ConfigMap") or "signed-models" not in json.dumps(
            of_kind(recording, "ConfigMap")
        )
        assert "sealing" not in json.dumps(
            [each.inputs for each in recording.objects if each.type.startswith("aws:kms")]
        )
