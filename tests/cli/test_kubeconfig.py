"""`kubeconfig`: a file for kubectl from what is recorded, and the token that kubectl asks for."""

import base64
import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from environments.cluster import EksCluster, ExistingCluster
from provisioner.cli import kubeconfig
from provisioner.engine.interface import Stack
from provisioner.schedule import LayerStacks
from provisioner.wiring import Workspace
from tests.support.fake_engine import FakeEngine, FakeRun

PRIVATE = EksCluster(kind="eks")
PUBLIC = EksCluster.model_validate(
    {"kind": "eks", "endpoint": {"kind": "public", "cidrs": ["203.0.113.0/24"]}}
)
ARN = "arn:aws:iam::111122223333:role/ml"
ADMIN = "arn:aws:iam::111122223333:role/admin"


def outputs(region):
    return {
        "clusterName": f"prod-{region}",
        "clusterEndpoint": f"https://0123.gr7.{region}.eks.amazonaws.com",
        "clusterCertificateAuthority": "Q0E=",
        "clusterArn": f"arn:aws:eks:{region}:111122223333:cluster/prod-{region}",
    }


@pytest.fixture
def clusters(monkeypatch):
    """An environment of two regions whose clusters are recorded; a test may take them away."""
    found = SimpleNamespace(
        settings=PRIVATE,
        cloud="aws",
        notices=(),
        account=None,
        delivery=None,
        outputs={region: outputs(region) for region in ("us-east-1", "eu-west-1")},
    )

    def recorded(asked):
        stacks = [
            Stack(layer, f"prod.{region}", region, lambda: None)
            for layer in ("foundation", "cluster")
            for region in ("us-east-1", "eu-west-1")
        ]

        class Engine(FakeEngine):
            def open(self, stack, access):
                self.run.values = (
                    found.outputs.get(stack.region, {}) if stack.project == "cluster" else {"vpcId": "v"}
                )
                return super().open(stack, access)

        environment = SimpleNamespace(
            name="prod",
            cloud=found.cloud,
            cluster=found.settings,
            account=found.account,
            delivery=found.delivery,
        )
        return Workspace(
            name=str(asked),
            environment=environment,
            files=SimpleNamespace(environment=environment, files=(Path("environments/prod.yaml"),)),
            engine=Engine(FakeRun()),
            layers=(LayerStacks((tuple(stacks),)),),
            notices=found.notices,
        )

    monkeypatch.setattr(kubeconfig, "recorded", recorded)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pytest"])
    monkeypatch.setattr(sys, "executable", "/opt/python")
    return found


def test_a_context_for_each_region(cli, clusters, golden):
    ended = cli("kubeconfig", "prod")
    assert ended.code == 0
    golden(ended.out)


def test_a_private_endpoint_comes_with_the_way_in(cli, clusters, golden):
    golden(cli("kubeconfig", "prod", "--region", "eu-west-1", "--out", "kube").err)


def test_who_delivers_into_the_cluster_is_told_how_our_own_calls_go_there(cli, clusters):
    clusters.delivery = "direct"
    said = cli("kubeconfig", "prod").err
    assert "where `PROVISIONER_CLUSTER_PROXY=socks5://127.0.0.1:1080` is set" in said


def test_whoever_has_the_way_in_is_not_told_again(cli, clusters):
    proxy = "socks5://127.0.0.1:1080"
    ended = cli("kubeconfig", "prod", "--proxy", proxy)
    assert ended.err == ""
    assert [one["cluster"]["proxy-url"] for one in yaml.safe_load(ended.out)["clusters"]] == [proxy] * 2
    clusters.settings = PUBLIC
    assert cli("kubeconfig", "prod").err == ""


def test_only_one_region(cli, clusters):
    config = yaml.safe_load(cli("kubeconfig", "prod", "--region", "eu-west-1").out)
    assert config["current-context"] == "prod.eu-west-1"
    assert [one["name"] for one in config["users"]] == ["prod.eu-west-1"]


def test_the_role_is_handed_on(cli, clusters):
    config = yaml.safe_load(cli("kubeconfig", "prod", "--role", ARN).out)
    assert config["users"][0]["user"]["exec"]["args"][-2:] == ["--role", ARN]


@pytest.mark.parametrize(
    ("options", "last"),
    [((), ADMIN), (("--role", ARN), ARN), (("--role", ""), "prod-us-east-1")],
)
def test_without_one_it_is_the_role_that_the_cluster_admits(cli, clusters, monkeypatch, options, last):
    clusters.account = SimpleNamespace(assume_role=ADMIN)
    config = yaml.safe_load(cli("kubeconfig", "prod", *options).out)
    assert config["users"][0]["user"]["exec"]["args"][-1] == last
    asked = []

    def token_for(*arguments):
        asked.append(arguments)
        return SimpleNamespace(token="k8s-aws-v1.x", expires=datetime(2026, 11, 21, 8, tzinfo=UTC))

    monkeypatch.setattr(kubeconfig, "token_for", token_for)
    cli("kubeconfig", "prod", "--token", *options)
    assert asked == [("us-east-1", "prod-us-east-1", last if last.startswith("arn:") else None)]


def test_the_file_is_the_owners_and_may_be_written_again(cli, clusters):
    for _ in range(2):
        assert cli("kubeconfig", "prod", "--out", "made/kube").code == 0
    file = Path("made/kube")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == cli("kubeconfig", "prod").out
    assert [each.name for each in file.parent.iterdir()] == ["kube"]


def test_a_file_of_somebody_else_is_left_alone(cli, clusters):
    Path("kube").write_text("apiVersion: v1\n")
    ended = cli("kubeconfig", "prod", "--out", "kube")
    assert ended.code == 1
    assert "error[RUN-029]" in ended.err
    assert Path("kube").read_text() == "apiVersion: v1\n"


def test_what_kubectl_calls_needs_neither_file_nor_state(cli, clusters, monkeypatch, tmp_path):
    config = yaml.safe_load(cli("kubeconfig", "prod").out)
    called = config["users"][1]["user"]["exec"]
    assert called["command"] == "/opt/python"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(kubeconfig, "recorded", None)
    ended = cli(*called["args"][2:])
    assert (ended.code, ended.err) == (0, "")
    answer = json.loads(ended.out)
    assert answer["apiVersion"] == called["apiVersion"] == "client.authentication.k8s.io/v1"
    assert answer["kind"] == "ExecCredential"
    assert answer["status"]["expirationTimestamp"].endswith("Z")
    signed = answer["status"]["token"].removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)).decode()
    assert url.startswith("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity")


def test_a_token_by_hand_takes_the_clusters_name_from_the_state(cli, clusters, monkeypatch):
    asked = []

    def token_for(*arguments):
        asked.append(arguments)
        return SimpleNamespace(token="k8s-aws-v1.x", expires=datetime(2026, 11, 21, 8, tzinfo=UTC))

    monkeypatch.setattr(kubeconfig, "token_for", token_for)
    assert (
        json.loads(cli("kubeconfig", "prod", "--token", "--role", ARN).out)["status"]["token"]
        == "k8s-aws-v1.x"
    )
    assert asked == [("us-east-1", "prod-us-east-1", ARN)]


def test_without_credentials_kubectl_is_told_what_to_do(cli, clusters):
    ended = cli("kubeconfig", "prod", "--token")
    assert ended.code == 1
    assert "error[RUN-035]: No token for the cluster" in ended.err
    assert "export AWS_PROFILE=NAME" in ended.err


@pytest.mark.parametrize(
    ("region", "said"),
    [("ap-south-1", "There is one in us-east-1, eu-west-1."), ("eu-west-1", "No cluster in eu-west-1")],
)
def test_a_region_without_a_cluster(cli, clusters, region, said):
    if region == "eu-west-1":
        del clusters.outputs[region]
    ended = cli("kubeconfig", "prod", "--region", region)
    assert ended.code == 1
    assert "error[RUN-033]" in ended.err
    assert said in ended.err


def test_nothing_applied_yet(cli, clusters):
    clusters.outputs = {}
    assert "It is made by an apply." in cli("kubeconfig", "prod").err


def test_an_environment_without_a_cluster(cli, clusters):
    clusters.settings = None
    assert "error[RUN-032]" in cli("kubeconfig", "prod").err


def test_somebody_elses_cluster_has_its_own_file(cli, clusters):
    """Where it lies as seen from here: it is written as seen from the environment's file."""
    clusters.settings = ExistingCluster(kind="existing", kubeconfig="./k", context="c")
    ended = cli("kubeconfig", "prod")
    assert ended.code == 1
    assert "kubectl --kubeconfig environments/k --context c get nodes" in ended.err


def test_behind_a_local_cluster_is_nobody(cli, clusters):
    clusters.cloud = "local"
    clusters.notices = ("The local cloud is gone",)
    assert cli("kubeconfig", "prod").err == (
        "note: The local cloud is gone\n"
        "note: the local cloud has no Kubernetes behind its clusters: kubectl finds nobody there\n"
    )
