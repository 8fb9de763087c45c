"""An environment with a Vault and no cloud, as a person applies it: the command, a real Vault, a real API server.

Charts come from elsewhere, and no test leaves this machine: the `helm` on the PATH installs empty ones.
"""

import datetime
import json
import os
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.product import AMBIENT, Product
from tests.integration.empty_charts import helm_of_empty_charts

FILE = Path(__file__).with_name("vaulted.yaml")
ALONE = """\
name: ENVIRONMENT
cloud: none
owner: ml-platform@example.com
region: here
encryption: {vault: {address: "ADDRESS", transit: [datasets]}}
"""
OPERATOR = {"VaultAuth": "vaultauths", "VaultConnection": "vaultconnections"}
"""Kinds that the operator's chart would bring."""

ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of its own: the names of the platform's objects are the same in every environment."""
    from tests.integration.conftest import built
    from tests.servers.api_server import ApiServer

    built("etcd", "kube-apiserver")
    server = ApiServer(tmp_path_factory.mktemp("cluster"))
    try:
        server.load_crds("cert-manager.io", "kueue.x-k8s.io")
        for kind, plural in OPERATOR.items():
            server.define(definition(kind, plural))
        yield server
    finally:
        server.close()


def definition(kind, plural):
    group, version = "secrets.hashicorp.com", "v1beta1"
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": ANYTHING}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural},
            "scope": "Namespaced",
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }


class Vaulted:
    """The environment, applied once, and what to ask about it."""

    def __init__(self, folder, cluster, vault, helm):
        self.cluster, self.vault, self.name = cluster, vault, f"vaulted-{os.getpid() % 1000}"
        wrong = {name: value for name, value in AMBIENT.items() if name.startswith("AWS_")}
        path = f"{helm_of_empty_charts(helm, folder / 'bin')}{os.pathsep}{os.environ['PATH']}"
        self.product = Product(
            folder / "checkout",
            {
                **wrong,
                "PATH": path,
                "VAULT_TOKEN": vault.root_token,
                "PULUMI_CONFIG_PASSPHRASE": "of the tests",
            },
        )
        environments = self.product.folder / "environments"
        settings = FILE.read_text().replace("ENVIRONMENT", self.name)
        settings = settings.replace("ADDRESS", vault.address).replace("CLUSTER", cluster.url)
        (environments / f"{self.name}.yaml").write_text(settings)
        shutil.copy(vault.ca, environments / "vault-ca.pem")
        shutil.copy(cluster.authority.file, environments / "cluster-ca.pem")
        kubeconfig = cluster.written_kubeconfig("here", {"token": cluster.token}, context="here")
        shutil.copy(kubeconfig, environments / "kubeconfig")
        self.method = f"{self.name}/kubernetes-here"

    def __call__(self, command, **more):
        return self.product(command.replace("ENV", self.name), **more)

    def account(self, namespace, name):
        """A token for pods of a service account, as the API server makes it for their volumes."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self.cluster.make_namespace(namespace)
        self.cluster.ask("POST", path, {"metadata": {"name": name}})
        return self.cluster.post(f"{path}/{name}/token", {"spec": {"expirationSeconds": 600}})["status"][
            "token"
        ]

    def logged_in(self, role, namespace, name, audiences=()):
        """The token of Vault that a pod gets by the role; None and why, if it gets none."""
        jwt = self.account(namespace, name)
        status, answer = self.vault.ask("POST", f"auth/{self.method}/login", {"role": role, "jwt": jwt})
        return answer["auth"]["client_token"] if status == 200 else (status, answer)


@pytest.fixture(scope="module")
def vaulted(tmp_path_factory, cluster, vault, helm):
    applied = Vaulted(tmp_path_factory.mktemp("vaulted"), cluster, vault, helm)
    applied("apply ENV --yes")
    yield applied
    applied.product.close()


def test_keys_and_mounts_are_there_and_nothing_is_left_to_do(vaulted):
    mounts = vaulted.vault.get("sys/mounts")["data"]
    ours = {path: mounts[path]["type"] for path in mounts if path.startswith(f"{vaulted.name}/")}
    assert ours == {
        f"{vaulted.name}/archive/": "kv",
        f"{vaulted.name}/kv/": "kv",
        f"{vaulted.name}/pki-issuing/": "pki",
        f"{vaulted.name}/pki/": "pki",
        f"{vaulted.name}/transit/": "transit",
    }
    key = vaulted.vault.get(f"{vaulted.name}/transit/keys/releases")["data"]
    assert (key["type"], key["auto_rotate_period"], key["exportable"]) == ("ed25519", 30 * 86400, False)
    vaulted("plan ENV --detailed-exitcode")
    vaulted("plan ENV --refresh --detailed-exitcode")


def test_a_pod_reads_what_is_its_teams_and_is_refused_what_is_anothers(vaulted):
    data = f"{vaulted.name}/kv/data/teams"
    for team in ("search", "research"):
        vaulted.vault.post(f"{data}/{team}/database", {"data": {"of": team}})
    token = vaulted.logged_in("team-search", "search", "worker")
    status, answer = vaulted.vault.ask("GET", f"{data}/search/database", token=token)
    assert (status, answer["data"]["data"]) == (200, {"of": "search"})
    assert vaulted.vault.ask("GET", f"{data}/research/database", token=token)[0] == 403
    assert vaulted.vault.ask("POST", f"{data}/search/database", {"data": {}}, token=token)[0] == 403
    assert vaulted.vault.ask("LIST", f"{vaulted.name}/transit/keys", token=token)[0] == 403


def test_a_pod_does_not_take_the_role_of_another_team(vaulted):
    status, answer = vaulted.logged_in("team-research", "search", "worker")
    assert (status, answer["errors"]) == (403, ["namespace not authorized"])


def test_a_workload_has_the_policy_that_names_it_and_its_neighbours_do_not(vaulted):
    index = f"{vaulted.name}/archive/data/index"
    vaulted.vault.post(index, {"data": {"at": "7"}})
    token = vaulted.logged_in("search.indexer", "search", "indexer")
    assert vaulted.vault.ask("GET", index, token=token)[0] == 200
    assert vaulted.logged_in("search.indexer", "search", "worker")[0] == 403


def test_who_administers_keys_cannot_use_them_and_who_uses_one_cannot_administer_it(vaulted):
    keys = f"{vaulted.name}/transit"
    admin = vaulted.vault.token(f"{vaulted.name}-keys-admin")
    user = vaulted.vault.token(f"{vaulted.name}-key-datasets")
    plain = {"plaintext": "c2VjcmV0"}

    def status(token, path, body):
        return vaulted.vault.ask("POST", f"{keys}/{path}", body, token=token)[0]

    assert status(user, "encrypt/datasets", plain) == 200
    assert status(user, "keys/datasets/rotate", {}) == 403
    assert status(user, "sign/releases", {"input": "c2VjcmV0"}) == 403
    assert status(admin, "encrypt/datasets", plain) == 403
    assert status(admin, "keys/datasets/rotate", {}) in (200, 204)
    # A rotation is no drift: nothing is left to do.
    vaulted("plan ENV --refresh --detailed-exitcode")


def test_the_issuer_signs_names_of_the_environment_for_as_long_as_it_says(vaulted):
    token = vaulted.logged_in("certificates", "cert-manager", "vault-issuer")
    request = certificate_request("models.corp.example")
    sign = f"{vaulted.name}/pki-issuing/sign/services"
    status, answer = vaulted.vault.ask("POST", sign, {"csr": request, "ttl": "72h"}, token=token)
    assert status == 200, answer
    signed = x509.load_pem_x509_certificate(answer["data"]["certificate"].encode())
    assert signed.not_valid_after_utc - datetime.datetime.now(datetime.UTC) <= datetime.timedelta(hours=72)
    chain = [x509.load_pem_x509_certificate(one.encode()) for one in answer["data"]["ca_chain"]]
    signed.verify_directly_issued_by(chain[0])
    chain[0].verify_directly_issued_by(chain[1])
    assert chain[1].subject.rfc4514_string() == f"CN={vaulted.name} root"
    for other in ("models.example.org", "*.corp.example", "*.models.corp.example", "m*.corp.example"):
        refused = {"csr": certificate_request(other)}
        assert vaulted.vault.ask("POST", sign, refused, token=token)[0] == 400, other


def certificate_request(host):
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(names, critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def with_a_secret(document):
    """A state in which a policy has one among its outputs, as Pulumi writes it unsealed."""
    of_secrets = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    for each in document["deployment"]["resources"]:
        if each["type"] == "vault:index/policy:Policy":
            each["outputs"]["note"] = {**of_secrets, "plaintext": '"canary"'}
    return document


def test_the_engine_with_the_key_that_seals_the_state_outlives_a_destroy(tmp_path, vault, prefix):
    surroundings = {"VAULT_TOKEN": vault.root_token, "VAULT_CACERT": str(vault.ca)}
    product = Product(tmp_path / "checkout", {**surroundings, "PULUMI_CONFIG_PASSPHRASE": "of the tests"})
    settings = ALONE.replace("ENVIRONMENT", prefix).replace("ADDRESS", vault.address)
    file = product.folder / "environments" / f"{prefix}.yaml"
    file.write_text(f"{settings}governance: {{protect: none}}\n")
    product(f"apply {prefix} --yes")
    document = with_a_secret(product(f"state export {prefix}").json)
    (product.folder / "state.json").write_text(json.dumps(document))
    product(f"state import {prefix} --file state.json --yes --force")
    vault.post(f"{prefix}/transit/keys/by-hand", {})
    product(f"secrets migrate {prefix} --to hashivault://by-hand?engine={prefix}/transit --yes")
    for command in (f"destroy {prefix} --yes", f"destroy {prefix} --yes --approve-loss *"):
        refused = product(command, code=4).err
        assert f"the secrets in the state of foundation {prefix}.here" in refused
        assert f"provisioner secrets migrate {prefix} --to passphrase" in refused
    assert vault.is_there(f"{prefix}/transit/keys/datasets")
    product(f"secrets migrate {prefix} --to passphrase --yes")
    product(f"destroy {prefix} --yes --approve-loss *")
    product.close()
    assert not vault.is_there(f"sys/mounts/{prefix}/transit")


def test_without_a_cloud_and_a_cluster_keys_outlive_a_destroy_until_their_protection_is_lifted(
    tmp_path, vault, prefix
):
    product = Product(tmp_path / "checkout", {"VAULT_TOKEN": vault.root_token, "VAULT_CACERT": str(vault.ca)})
    file = product.folder / "environments" / f"{prefix}.yaml"
    file.write_text(ALONE.replace("ENVIRONMENT", prefix).replace("ADDRESS", vault.address))
    product(f"apply {prefix} --yes")
    refused = product(f"destroy {prefix} --yes", code=4).said
    for type, name in {
        "SecretBackendKey": "keys-datasets",
        "Mount": "keys",
        "mount:Mount": "secrets",
    }.items():
        assert f"{type}::{prefix}-vault-{name}" in refused
    said = product(f"destroy {prefix} --yes --approve-loss *", code=1).said
    assert "SecretBackendKey" in said.partition("Refused")[2]
    assert vault.is_there(f"{prefix}/transit/keys/datasets")
    file.write_text(f"{file.read_text()}governance: {{protect: none}}\n")
    product(f"apply {prefix} --yes")
    product(f"destroy {prefix} --yes --approve-loss *")
    product.close()
    assert not [path for path in vault.get("sys/mounts")["data"] if path.startswith(f"{prefix}/")]
    policies = vault.get("sys/policies/acl?list=true")["data"]["keys"]
    assert not [name for name in policies if name.startswith(f"{prefix}-")]
