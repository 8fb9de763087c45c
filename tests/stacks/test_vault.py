"""What an environment has of Vault, layer by layer: what its settings leave in and out, and for whom."""

import functools
import itertools

import pytest

from environments.load import load
from environments.needed_software import needed_software
from stacks.layers import LAYERS
from tests.support.recording import record

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
ALONE = """\
name: sample
cloud: none
owner: ml-platform@example.com
region: munich
encryption:
  vault:
    address: https://vault.example.com:8200
"""
CLUSTER = """\
    kubernetes: {host: "https://10.0.0.1:6443", ca: cluster-ca.pem}
cluster: {kind: existing, kubeconfig: kubeconfig, context: here}
delivery: direct
"""
TEAMS = """\
teams:
  - {name: search, members: [search-ml]}
  - {name: research, members: [research, search-ml]}
"""
CLOUD = """\
name: sample
cloud: aws
account: {id: "111122223333"}
owner: ml-platform@example.com
region: eu-west-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
replicas: [eu-west-2]
cluster: {kind: eks}
delivery: gitops
encryption:
  vault:
    address: https://vault.example.com:8200
    pki: {}
"""
UPSTREAM = {
    f"cluster/sample.{region}": {
        "clusterName": "sample-cluster",
        "clusterEndpoint": f"https://cluster.{region}",
        "clusterCertificateAuthority": "Y2E=",
    }
    for region in ("eu-west-1", "eu-west-2")
} | {
    "foundation/sample.eu-west-1": {
        "vpcId": "vpc",
        "vpcCidr": "10.20.0.0/16",
        "privateSubnetIds": ["subnet-a", "subnet-b", "subnet-c"],
        "keyArns": {purpose: f"arn:{purpose}" for purpose in ("logs", "cluster", "disks", "data")},
        "roleArns": {"cluster": "arn:cluster", "node": "arn:node"},
        "accessLogsBucket": "logs",
    },
}
"""What the earlier layers hand over."""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder, numbers = tmp_path_factory.mktemp("vault"), itertools.count()
    for name in ("vault-ca.pem", "cluster-ca.pem"):
        (folder / name).write_text(PEM)

    @functools.cache
    def file(*parts):
        path = folder / f"{next(numbers)}.yaml"
        path.write_text("".join(parts))
        return path

    return file


@pytest.fixture(scope="module")
def layer(written):
    @functools.cache
    def of(name, *parts, region="munich"):
        (found,) = [each for each in LAYERS if each.name == name]
        return record(
            found.program(),
            stack=f"sample.{region}",
            project=name,
            config={"provisioner:file": str(written(*parts))},
            upstream=UPSTREAM,
        )

    return of


def described(recording):
    return [
        f"{each.short_type} {each.inputs.get('path') or each.inputs.get('name')}"
        for each in recording.objects
    ]


def test_without_a_cloud_and_without_a_cluster_there_is_vault_alone(layer, written):
    assert described(layer("foundation", ALONE)) == [
        "Mount sample/transit",
        "Policy sample-keys-admin",
        "Mount sample/kv",
    ]
    env = load(written(ALONE)).environment
    assert {each.name: each.regions(env) for each in LAYERS if each.regions(env)} == {
        "foundation": (("munich",),)
    }


def test_the_provider_holds_nothing_of_a_machine_or_a_person(layer, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "hvs.secret")
    monkeypatch.setenv("VAULT_SKIP_VERIFY", "1")
    monkeypatch.setenv("VAULT_MAX_RETRIES", "7")
    monkeypatch.setenv("TERRAFORM_VAULT_MAX_TTL", "7")
    (provider,) = layer("foundation", ALONE, "    namespace: ml\n").of_type("vault")
    assert provider.inputs == {
        "address": "https://vault.example.com:8200",
        "maxLeaseTtlSeconds": "1200",
        "maxRetries": "2",
        "namespace": "ml",
        "skipChildToken": "true",
        "skipTlsVerify": "false",
    }


def test_replicas_have_nothing_of_vault_in_their_foundations(layer):
    primary = layer("foundation", CLOUD, region="eu-west-1")
    replica = layer("foundation", CLOUD, region="eu-west-2")
    assert {"vault:index/mount:Mount"} <= {each.type for each in primary.objects}
    assert [each.type for each in replica.resources if "vault" in each.type] == []


def test_pods_of_each_region_log_in_at_a_method_of_their_own(layer):
    for region in ("eu-west-1", "eu-west-2"):
        platform = layer("platform", CLOUD, region=region)
        (method,) = platform.of_type("AuthBackend")
        (config,) = platform.of_type("AuthBackendConfig")
        assert method.inputs["path"] == f"sample/kubernetes-{region}"
        assert config.inputs["kubernetesHost"] == f"https://cluster.{region}"
        assert config.inputs["kubernetesCaCert"] == "ca"
        assert "tokenReviewerJwt" not in config.inputs


def test_teams_have_policies_roles_and_secrets_of_their_own(layer):
    parts = (ALONE, "    secrets: external_secrets\n", CLUSTER, TEAMS)
    policies = {
        each.inputs["name"]: each.inputs["policy"] for each in layer("foundation", *parts).of_type("Policy")
    }
    assert "teams/search/" in policies["sample-team-search"]
    assert "research" not in policies["sample-team-search"]
    platform = layer("platform", *parts)
    roles = {each.inputs["roleName"]: each.inputs for each in platform.of_type("AuthBackendRole")}
    assert roles["team-search"]["boundServiceAccountNamespaces"] == ["search"]
    assert roles["team-search"]["tokenPolicies"] == ["sample-team-search"]
    stores = {
        each.inputs["metadata"]["namespace"]: each.inputs["spec"] for each in platform.of_type("SecretStore")
    }
    assert {space: of["provider"]["vault"]["auth"]["kubernetes"]["role"] for space, of in stores.items()} == {
        "search": "team-search",
        "research": "team-research",
    }


def test_groups_of_people_have_what_all_their_teams_give_them(layer):
    people = (
        '    people: {issuer: "https://sso.example.com", audiences: [vault], administrators: [security]}\n'
    )
    groups = {
        each.inputs["name"]: each.inputs["policies"]
        for each in layer("foundation", ALONE, people, CLUSTER, TEAMS).of_type("Group")
    }
    assert groups == {
        "sample-research": ["sample-people-research"],
        "sample-search-ml": ["sample-people-search", "sample-people-research"],
        "sample-security": ["sample-keys-admin"],
    }


@pytest.mark.parametrize("secrets", ["vault_operator", "external_secrets"])
def test_the_network_lets_those_speak_to_vault_who_have_to(layer, secrets):
    platform = layer("platform", ALONE, f"    secrets: {secrets}\n    pki: {{}}\n", CLUSTER, TEAMS)
    ways = [
        each.inputs
        for each in platform.of_type("NetworkPolicy")
        if each.inputs["metadata"]["name"] == "vault"
    ]
    software = {"vault_operator": "vault-secrets-operator-system", "external_secrets": "external-secrets"}
    assert {way["metadata"]["namespace"] for way in ways} == {
        "search", "research", "cert-manager", software[secrets]
    }  # fmt: skip
    assert {way["spec"]["egress"][0]["ports"][0]["port"] for way in ways} == {8200}


def test_a_vault_in_the_cluster_is_spoken_to_there(layer):
    address = ALONE.replace("vault.example.com", "vault.vault.svc")
    platform = layer("platform", address, CLUSTER, TEAMS)
    (way, _) = [
        each for each in platform.of_type("NetworkPolicy") if each.inputs["metadata"]["name"] == "vault"
    ]
    label = {"kubernetes.io/metadata.name": "vault"}
    assert way.inputs["spec"]["egress"][0]["to"] == [{"namespaceSelector": {"matchLabels": label}}]


def test_software_that_nobody_calls_lets_nobody_in(layer):
    platform = layer("platform", ALONE, "    secrets: vault_operator\n", CLUSTER, TEAMS)
    (policy,) = [
        each.inputs
        for each in platform.of_type("NetworkPolicy")
        if each.inputs["metadata"]["namespace"] == "vault-secrets-operator-system"
        and each.inputs["metadata"]["name"] == "control-plane"
    ]
    assert policy["spec"]["ingress"] == []


@pytest.mark.parametrize(
    "more", ["    secrets: vault_operator\n", "    secrets: external_secrets\n", "    pki: {}\n"]
)
def test_the_charts_are_those_that_are_said_to_be_needed(layer, written, more):
    parts = (ALONE, more, CLUSTER, TEAMS)
    needed = {row.name for row in needed_software(load(written(*parts)).environment)}
    assert {each.inputs["name"] for each in layer("platform", *parts).of_type("Release")} == needed


def test_kinds_of_charts_wait_for_their_charts(layer):
    platform = layer("platform", ALONE, "    secrets: vault_operator\n    pki: {}\n", CLUSTER, TEAMS)
    releases = {each.inputs["name"]: each for each in platform.of_type("Release")}
    for kind, chart in (("VaultAuth", "vault-secrets-operator"), ("ClusterIssuer", "cert-manager")):
        for each in platform.of_type(kind):
            parents = {one.urn: one for one in platform.resources}
            waits = {*each.depends_on, *parents[each.parent].depends_on}
            assert releases[chart].urn in waits, (each.name, sorted(waits))


def test_a_policy_of_ones_own_is_for_the_workloads_it_names(layer):
    own = """\
    policies:
      - {name: indexer, rules: {"sample/kv/data/index": [read]}, workloads: [search/indexer, tools/crawler]}
      - {name: auditor, rules: {"sample/kv/metadata/*": [list]}, workloads: [search/indexer]}
"""
    platform = layer("platform", ALONE, own, CLUSTER, TEAMS)
    roles = {each.inputs["roleName"]: each.inputs for each in platform.of_type("AuthBackendRole")}
    assert roles["search.indexer"]["tokenPolicies"] == ["sample-indexer", "sample-auditor"]
    assert roles["tools.crawler"]["boundServiceAccountNames"] == ["crawler"]
    (binding,) = platform.of_type("ClusterRoleBinding")
    assert {each["name"] for each in binding.inputs["subjects"]} == {
        "system:serviceaccounts:search",
        "system:serviceaccounts:research",
        "crawler",
    }


def test_on_a_desk_a_vault_of_others_is_left_alone(written):
    real = load(written(ALONE, CLUSTER)).environment
    assert real.encryption.vault
    assert load(written(ALONE, CLUSTER), cloud="local").environment.encryption.vault is None


def test_on_a_desk_a_vault_on_this_machine_is_used(written):
    here = written(ALONE.replace("https://vault.example.com", "http://127.0.0.1"))
    assert load(here, cloud="local").environment.encryption.vault


def test_keys_may_be_deleted_where_nothing_is_protected(layer):
    key = "    transit: [models]\n"
    (kept,) = layer("foundation", ALONE, key).of_type("SecretBackendKey")
    (free,) = layer("foundation", ALONE, key, "governance: {protect: none}\n").of_type("SecretBackendKey")
    assert (kept.inputs["deletionAllowed"], free.inputs["deletionAllowed"]) == (False, True)


DATABASE = """\
    databases: {ttl: 2h}
data_services:
  - {name: features, kind: postgres, readers: [search], writers: [etl]}
"""


def test_whoever_uses_a_database_may_ask_for_an_account_of_its_kind(layer):
    parts = (CLOUD, DATABASE)
    cluster = layer("cluster", *parts, region="eu-west-1")
    roles = {each.inputs["name"]: each.inputs for each in cluster.of_type("SecretBackendRole")}
    assert {name: role["defaultTtl"] for name, role in roles.items()} == {
        "features-eu-west-1-reader": 7200,
        "features-eu-west-1-writer": 7200,
    }
    assert "pg_write_all_data" not in roles["features-eu-west-1-reader"]["creationStatements"][0]
    policies = {
        each.inputs["name"]: each.inputs["policy"]
        for each in cluster.of_type("Policy")
        if "vault" in each.type
    }
    pods = {
        each.inputs["roleName"]: each.inputs["tokenPolicies"]
        for each in layer("platform", *parts, region="eu-west-1").of_type("AuthBackendRole")
    }
    assert pods["search.search"] == ["sample-database-features-eu-west-1-reader"]
    assert pods["etl.etl"] == ["sample-database-features-eu-west-1-writer"]
    assert {*pods["search.search"], *pods["etl.etl"]} == {*policies}
    assert (
        '"sample/database/creds/features-eu-west-1-writer"'
        in policies["sample-database-features-eu-west-1-writer"]
    )


def test_the_password_of_a_database_is_only_written(layer, written):
    folder = written(CLOUD, DATABASE).parent / "passwords"
    folder.mkdir(exist_ok=True)
    (folder / "features").write_text("of-the-tests\n")
    (connection,) = layer("cluster", CLOUD, DATABASE, "", region="eu-west-1").of_type(
        "SecretBackendConnection"
    )
    told = connection.inputs["postgresql"]
    assert told["passwordWo"]["value"] == "of-the-tests"
    assert "password" not in told
    assert "of-the-tests" not in str({name: value for name, value in told.items() if name != "passwordWo"})
