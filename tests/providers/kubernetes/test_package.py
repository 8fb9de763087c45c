"""The package: what a provider's inputs mean, and which of them make it another one."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.live import LiveProvider
from provisioner.providers.kubernetes.package import VERSION, ClusterConnection, KubernetesPackage
from tests.providers.kubernetes.objects import CONFIG_MAP, config_map, made

URN = "urn:pulumi:s::p::pulumi:providers:kubernetes::cluster"


def test_the_version_is_that_of_the_sdk():
    assert importlib.metadata.version("pulumi-kubernetes") == VERSION


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        pytest.param({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ("clusterIdentifier",), id="another cluster"),
        pytest.param({"clusterIdentifier": "a", "context": "x"}, {"clusterIdentifier": "a", "context": "y"}, (), id="the same by another way"),
        pytest.param({"clusterIdentifier": "a", "kubeconfig": "x"}, {"clusterIdentifier": "a", "kubeconfig": UNKNOWN}, (), id="the same by an unknown way"),
        pytest.param({"context": "x"}, {"context": "y"}, ("context",), id="another context and no identifier"),
        pytest.param({"kubeconfig": "x"}, {"kubeconfig": "y"}, (), id="another file"),
        pytest.param({"context": "x"}, {"context": "x", "clusterIdentifier": "a"}, (), id="an identifier from now on"),
        pytest.param({"renderYamlToDirectory": "a"}, {"renderYamlToDirectory": "b"}, ("renderYamlToDirectory",), id="another folder"),
        pytest.param({"clusterIdentifier": "a"}, {"clusterIdentifier": "a", "renderYamlToDirectory": "b"}, ("renderYamlToDirectory",), id="a folder in place of a cluster"),
    ],
)  # fmt: skip
def test_a_provider_is_another_one(package, old, new, replaces):
    found = package.diff_config(URN, old, new)
    assert found.replaces == replaces
    assert found.updates


def test_a_provider_is_the_same(package):
    assert package.diff_config(URN, {"context": "x", "kubeconfig": ""}, {"context": "x"}) == Diff()


def test_a_context_that_is_not_there_is_a_problem_of_the_plan(package):
    (problem,) = package.check_config(URN, {}, {"context": "prod"}).problems
    assert problem.property == "context"
    assert "has no context `prod`; the contexts in it: `here`" in problem.reason


def test_nothing_of_this_machine_is_recorded(package, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/config")
    given = {"kubeconfig": "/home/me/.kube/config", "renderYamlToDirectory": "gitops"}
    assert package.check_config(URN, {}, given).inputs == {"renderYamlToDirectory": "gitops"}


def test_what_is_taken_over_in_one_run_is_not_recorded(package, api, monkeypatch):
    monkeypatch.setenv("PULUMI_K8S_ENABLE_PATCH_FORCE", "true")
    given = {"enablePatchForce": "true", "context": "here"}
    assert package.check_config(URN, {}, given).inputs == {"context": "here"}
    made(provider := package.configure({"context": "here"}), CONFIG_MAP, config_map(colour="red"))
    assert provider.takes_over
    assert all(query["force"] == ["true"] for method, _, query in api.calls if method == "PATCH")


def test_a_folder_has_no_context(package):
    (problem,) = package.check_config(
        URN, {}, {"context": "here", "renderYamlToDirectory": "gitops"}
    ).problems
    assert (problem.property, problem.reason) == ("context", "has no meaning beside `renderYamlToDirectory`")


def test_a_cluster_that_is_not_made_yet_is_planned_by_the_rules():
    provider = KubernetesPackage(ClusterConnection()).configure({"kubeconfig": UNKNOWN})
    assert isinstance(provider, LiveProvider)
    inputs = provider.check(CONFIG_MAP, "x", None, config_map(colour="red"), b"").inputs
    assert provider.planned(CONFIG_MAP, None, inputs)["data"] == {"colour": "red"}
    with pytest.raises(Refused, match="no `kubeconfig` that is known yet"):
        provider.create(CONFIG_MAP, inputs)


def test_a_kubeconfig_that_is_given_counts_and_providers_alike_share_their_connections(package, kubeconfig):
    text = kubeconfig.read_text()
    one, other = (package.configure({"kubeconfig": text, "context": "here"}) for _ in range(2))
    assert one.cluster is other.cluster


def test_our_own_program_is_run_by_the_way_it_was_started(tmp_path):
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
        "clusters": [{"name": "one", "cluster": {"server": "https://x", "proxy-url": ""}}],
        "users": [{"name": "me", "user": {"exec": {"command": "provisioner", "args": ["kubeconfig"]}}}],
    }
    connection = ClusterConnection(program=("python", "-m", "provisioner"), proxy="socks5://127.0.0.1:1")
    access = KubernetesPackage(connection).configure({"kubeconfig": json.dumps(config)}).cluster.access
    assert (access.plugin.command, *access.plugin.arguments) == ("python", "-m", "provisioner", "kubeconfig")
    assert access.proxy == "socks5://127.0.0.1:1"


def test_a_name_is_made_marked_and_kept(provider):
    new = {"metadata": {"namespace": "default"}, "data": {}}
    inputs = provider.check(CONFIG_MAP, "settings", None, new, b"seed").inputs
    assert inputs["metadata"]["name"].startswith("settings-")
    assert inputs["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    again = provider.check(CONFIG_MAP, "settings", inputs, new, b"other").inputs
    assert again == inputs


def test_what_names_no_namespace_is_in_the_providers(package):
    provider = package.configure({"renderYamlToDirectory": "x", "namespace": "mine"})
    inputs = provider.check(CONFIG_MAP, "a", None, {"metadata": {"name": "a"}}, b"").inputs
    assert inputs["metadata"] == {"name": "a", "namespace": "mine"}
    role = provider.check("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "a", None, {}, b"").inputs
    assert "namespace" not in role["metadata"]


def test_generated_names_are_refused(provider):
    (problem,) = provider.check(CONFIG_MAP, "a", None, {"metadata": {"generateName": "a-"}}, b"").problems
    assert problem.property == "metadata.generateName"


def test_yaml_is_decoded_and_other_functions_are_not_there(provider):
    text = "kind: A\n---\n---\nkind: List\nitems: [{kind: B}]\n"
    found = provider.invoke("kubernetes:yaml:decode", {"text": text, "defaultNamespace": "x"})
    assert found == {"result": [{"kind": k, "metadata": {"namespace": "x"}} for k in "AB"]}
    with pytest.raises(Refused, match="there is no function kubernetes:helm:template"):
        provider.invoke("kubernetes:helm:template", {})


def test_files_need_no_http():
    code = (
        "import sys; from provisioner.providers.kubernetes.package import *;"
        "KubernetesPackage(ClusterConnection()).configure({'renderYamlToDirectory': 'x'});"
        "sys.exit('urllib3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
