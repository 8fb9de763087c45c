"""What every stack of a cluster has: one provider without a word of this machine, and labels on every object."""

import json

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from environments.load import load
from stacks.cluster_stack import this_cluster_stack
from stacks.layers import LAYERS, stack_name
from tests.support.recording import record

ON_EKS = """\
name: sample
cloud: aws
account: {id: "123456789012", assume_role: "arn:aws:iam::123456789012:role/provisioner"}
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
cluster: {kind: eks}
delivery: direct
"""
EXISTING = """\
name: sample
cloud: none
owner: ml-platform@example.com
region: munich
cluster: {kind: existing, kubeconfig: ./kubeconfig, context: admin@on-prem}
delivery: direct
"""
MADE = {
    "clusterName": "sample-cluster",
    "clusterEndpoint": "https://0123.gr7.us-east-1.eks.amazonaws.com",
    "clusterCertificateAuthority": "Q0E=",
}


@pytest.fixture
def stack(tmp_path):
    """Records a program for a cluster in an environment of this text."""

    def stack(text, program=lambda stack: None, **config):
        file = tmp_path / "sample.yaml"
        file.write_text(text)
        env = load(file, cloud=config.get("cloud")).environment
        settings = {f"provisioner:{name}": value for name, value in config.items()}
        return record(
            lambda: program(this_cluster_stack("platform")),
            stack=stack_name(env, env.region),
            project="platform",
            config={"provisioner:file": str(file), **settings},
            upstream={"cluster/sample.us-east-1": MADE},
        )

    return stack


def provider(recording):
    (found,) = recording.of_type("kubernetes")
    return dict(found.inputs)


def test_a_cluster_on_eks_is_reached_by_its_own_outputs_and_a_token_of_ours(stack, golden):
    """In the role that the cluster admits; the file has no secret, so it can be in a state."""
    inputs = provider(stack(ON_EKS))
    kubeconfig = json.loads(inputs.pop("kubeconfig"))
    golden(json.dumps({**inputs, "kubeconfig": kubeconfig}, indent=2) + "\n")


def test_an_existing_cluster_is_a_context_and_its_file_is_nobodys_but_this_machines(stack):
    assert provider(stack(EXISTING)) == {
        "clusterIdentifier": "sample.munich",
        "context": "admin@on-prem",
        "enableServerSideApply": "true",
    }


@pytest.mark.parametrize(
    ("delivery", "folder"),
    [("gitops", "gitops"), ("{kind: gitops, folder: ./deploy/clusters}", "deploy/clusters")],
)
def test_what_is_committed_is_in_a_folder_for_each_cluster_and_layer(stack, delivery, folder):
    text = EXISTING.replace("delivery: direct", f"delivery: {delivery}")
    assert provider(stack(text)) == {
        "clusterIdentifier": "sample.munich",
        "renderYamlToDirectory": f"{folder}/sample.munich/platform",
    }


@pytest.mark.parametrize(("text", "place"), [(ON_EKS, "us-east-1"), (EXISTING, "munich")])
def test_on_a_desk_everything_is_written_beside_the_state(stack, text, place):
    inputs = provider(stack(text, cloud="local"))
    assert inputs == {
        "clusterIdentifier": f"sample.{place}",
        "renderYamlToDirectory": f".provisioner/on-local-cloud/gitops/sample.{place}/platform",
    }


@pytest.mark.parametrize(
    ("text", "cloud", "by"),
    [
        (EXISTING, {}, "release"),
        (EXISTING, {"cloud": "local"}, "flux"),
        (EXISTING.replace("direct", "gitops"), {}, "flux"),
        (EXISTING.replace("direct", "{kind: gitops, charts: argocd}"), {}, "argocd"),
        (EXISTING.replace("direct", "{kind: gitops, charts: argocd}"), {"cloud": "local"}, "argocd"),
    ],
)
def test_a_chart_is_installed_by_what_is_there(stack, text, cloud, by):
    found = []
    stack(text, lambda stack: found.append(stack.delivers_charts_by), **cloud)
    assert found == [by]


def test_every_object_says_whose_it_is_whatever_form_its_metadata_has(stack, golden):
    """A value that is not known keeps nothing else from being known; pods and patches stay as they are."""

    def program(stack):
        settings = kubernetes.core.v1
        args = kubernetes.meta.v1.ObjectMetaArgs(name="args", labels={"app": "a"})
        later = pulumi.Output.from_input("later")
        settings.ConfigMap("args", metadata=args, opts=stack.opts)
        settings.ConfigMap(
            "mapping", metadata={"name": "mapping", "annotations": {"a": "b"}}, opts=stack.opts
        )
        settings.ConfigMap("output", metadata=pulumi.Output.from_input({"name": "output"}), opts=stack.opts)
        settings.ConfigMap(
            "labels", metadata={"name": later, "labels": later.apply(lambda it: {"at": it})}, opts=stack.opts
        )
        settings.ConfigMap("none", opts=stack.opts)
        settings.ConfigMap("own", metadata={"labels": {"provisioner/layer": "other"}}, opts=stack.opts)
        settings.ConfigMapPatch("patch", metadata={"name": "theirs"}, opts=stack.opts)
        kubernetes.apiextensions.CustomResource(
            "custom", api_version="example.com/v1", kind="Thing", metadata={"name": "custom"}, opts=stack.opts
        )

    objects = stack(EXISTING, program).objects
    golden(
        "".join(
            f"{each.name}: {json.dumps(each.inputs['metadata'], sort_keys=True)}\n"
            if "metadata" in each.inputs
            else f"{each.name}: none\n"
            for each in objects
        )
    )


def test_there_is_a_stack_for_what_is_delivered_and_none_for_what_is_not(tmp_path):
    def layers(text):
        file = tmp_path / "sample.yaml"
        file.write_text(text)
        env = load(file).environment
        return [layer.name for layer in LAYERS if any(layer.regions(env))]

    assert layers(ON_EKS.replace("delivery: direct\n", "")) == ["foundation", "cluster"]
    assert layers(ON_EKS) == ["foundation", "cluster", "platform"]
    assert layers(EXISTING) == ["platform"]
