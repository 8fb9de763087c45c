"""The servers that the other tests here believe: they are the real ones, and nothing in them is made lenient."""

import subprocess

import pytest

from tests.servers.api_server import DEFINITIONS, Refusal, established
from tests.servers.definitions import SOURCES, definitions

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


def pod(name, **security):
    container = {"name": "only", "image": "registry.example/app:1", "securityContext": security}
    return {"metadata": {"name": name}, "spec": {"containers": [container]}}


def test_the_api_server_says_which_version_it_is(api_server):
    version = api_server.get("/version")
    assert (version["gitVersion"], version["major"], version["minor"]) == ("v1.35.0", "1", "35")


def test_helm_says_which_version_it_is(helm):
    said = subprocess.run([helm, "version", "--short"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("v3.19.2")


@pytest.mark.parametrize("group", SOURCES)
def test_the_definitions_of_a_group_are_established_and_served(api_server, group):
    api_server.load_crds(group)
    for one in definitions(group):
        assert established(api_server.get(f"{DEFINITIONS}/{one['metadata']['name']}"))
        stored = next(version["name"] for version in one["spec"]["versions"] if version["storage"])
        served = api_server.get(f"/apis/{group}/{stored}")["resources"]
        assert one["spec"]["names"]["plural"] in {kind["name"] for kind in served}


def test_each_source_of_definitions_has_its_own_group_only():
    for group in SOURCES:
        assert {one["spec"]["group"] for one in definitions(group)} == {group}


def test_a_privileged_pod_is_refused_where_pod_security_is_restricted(api_server):
    name = api_server.make_namespace("restricted", RESTRICTED)
    with pytest.raises(Refusal, match='violates PodSecurity "restricted:latest": privileged') as refused:
        api_server.post(f"/api/v1/namespaces/{name}/pods", pod("mighty", privileged=True))
    assert refused.value.code == 403


def test_an_unknown_field_is_refused_where_validation_is_strict(api_server, namespace):
    path = f"/api/v1/namespaces/{namespace}/configmaps?fieldValidation=Strict"
    with pytest.raises(Refusal, match='unknown field "dat"'):
        api_server.post(path, {"metadata": {"name": "one"}, "dat": {}})


def test_a_rule_of_a_definition_is_kept(api_server, namespace):
    api_server.load_crds("kueue.x-k8s.io")
    quota = {"name": "nvidia.com/gpu", "nominalQuota": 4, "borrowingLimit": 4}
    flavor = {"name": "h100", "resources": [quota]}
    queue = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "ClusterQueue",
        "metadata": {"name": "search"},
        "spec": {"resourceGroups": [{"coveredResources": ["nvidia.com/gpu"], "flavors": [flavor]}]},
    }
    with pytest.raises(Refusal, match="borrowingLimit must be nil when cohort is empty"):
        api_server.post("/apis/kueue.x-k8s.io/v1beta2/clusterqueues?dryRun=All", queue)


def test_a_stranger_may_read_nothing(api_server):
    answer = api_server.ask("GET", "/api/v1/secrets", token=api_server.stranger)
    assert answer[0] == 403


def test_objects_outlive_a_restart(api_server, namespace):
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api_server.post(path, {"metadata": {"name": "kept"}, "data": {"a": "1"}})
    api_server.restart()
    assert api_server.get(f"{path}/kept")["data"] == {"a": "1"}


DEPLOYMENT = {
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod("web")["spec"]},
    },
}
JOB = {
    "metadata": {"name": "once"},
    "spec": {"template": {"spec": {**pod("once")["spec"], "restartPolicy": "Never"}}},
}


def test_what_controllers_would_do_is_played(api_server, namespace, until):
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    with api_server.becoming_ready():
        api_server.post(deployments, DEPLOYMENT)
        api_server.post(jobs, JOB)
        until(lambda: api_server.get(f"{deployments}/web").get("status", {}).get("readyReplicas") == 3)
        until(lambda: api_server.get(f"{jobs}/once").get("status", {}).get("succeeded") == 1)
        api_server.delete(f"/api/v1/namespaces/{namespace}")
        until(lambda: not api_server.is_there(f"/api/v1/namespaces/{namespace}"))
