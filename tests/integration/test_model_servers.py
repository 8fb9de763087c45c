"""A real API server takes what serves models: objects by strict dry run, pods under the restricted standard."""

import copy
from pathlib import Path

import pytest

from tests.support.environments import recorded

FILE = Path(__file__).parents[1] / "stacks" / "models.yaml"
GROUPS = ("serving.kserve.io", "gateway.networking.k8s.io", "gateway.envoyproxy.io", "cert-manager.io")
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
STRICT = "fieldManager=test&force=true&dryRun=All&fieldValidation=Strict"
KSERVE = "serving.kserve.io"

PLURALS = {
    "BackendTrafficPolicy": "backendtrafficpolicies",
    "EnvoyProxy": "envoyproxies",
    "NetworkPolicy": "networkpolicies",
    "SecurityPolicy": "securitypolicies",
}


@pytest.fixture(scope="module")
def objects():
    (serving,) = recorded(FILE).layer("serving")
    return [each.inputs for each in serving.objects if each.type.startswith("kubernetes:")]


@pytest.fixture(scope="module")
def cluster(api_server, objects):
    api_server.load_crds(*GROUPS)
    for name in {each["metadata"].get("namespace") for each in objects} - {None}:
        api_server.make_namespace(name, RESTRICTED)
    return api_server


def path_of(body):
    version, kind, metadata = body["apiVersion"], body["kind"], body["metadata"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    space = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"{root}{space}/{PLURALS.get(kind, f'{kind.lower()}s')}/{metadata['name']}"


def test_every_object_passes_a_strict_dry_run(cluster, objects):
    for body in objects:
        cluster.patch(f"{path_of(body)}?{STRICT}", body, "apply")


def test_a_setting_that_kserve_does_not_know_does_not_pass(cluster, objects):
    body = copy.deepcopy(next(each for each in objects if each["kind"] == "InferenceService"))
    body["spec"]["predictor"]["minReplica"] = 2
    code, answer = cluster.ask("PATCH", f"{path_of(body)}?{STRICT}", body, "application/apply-patch+yaml")
    assert code >= 400
    assert "minReplica: field not declared in schema" in answer["message"]


def pods(objects):
    """The pods that KServe makes, as its Standard mode puts them together: runtime, then service."""
    runtimes = {each["metadata"]["name"]: each for each in objects if each["kind"] == "ServingRuntime"}
    for each in objects:
        if each["kind"] == "InferenceService":
            name, spec = each["metadata"]["name"], each["spec"]
            (container,) = runtimes[name]["spec"]["containers"]
            predictors = [spec["predictor"], *(canary["predictor"] for canary in spec.get("canary", ()))]
            for number, predictor in enumerate(predictors):
                yield {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {
                        "name": f"{name}-{number}",
                        "namespace": each["metadata"]["namespace"],
                        "labels": {**each["metadata"]["labels"], **predictor["labels"]},
                        "annotations": predictor["annotations"],
                    },
                    "spec": _pod_spec(container, predictor),
                }


NOT_OF_A_POD = (
    "annotations", "autoScaling", "deploymentStrategy", "labels", "maxReplicas", "minReplicas", "model", "name",
    "scaleMetric", "scaleTarget",
)  # fmt: skip
NOT_OF_A_CONTAINER = ("modelFormat", "name", "runtime", "storageUri")


def _pod_spec(container, predictor):
    own = {name: value for name, value in predictor["model"].items() if name not in NOT_OF_A_CONTAINER}
    around = {name: value for name, value in predictor.items() if name not in NOT_OF_A_POD}
    return {**around, "containers": [{**container, **own}]}


def test_every_pod_is_restricted(cluster, objects):
    found = [*pods(objects)]
    assert [pod["metadata"]["name"] for pod in found] == [
        "chat-0", "churn-0", "detector-0", "embedder-0", "ranker-0", "ranker-1",
    ]  # fmt: skip
    for pod in found:
        cluster.patch(f"{path_of(pod)}?{STRICT}", pod, "apply")


def test_a_pod_that_runs_as_root_is_not_taken(cluster, objects):
    pod = copy.deepcopy(next(pods(objects)))
    pod["spec"]["securityContext"]["runAsNonRoot"] = False
    pod["spec"]["containers"][0]["securityContext"].pop("runAsNonRoot")
    code, answer = cluster.ask("PATCH", f"{path_of(pod)}?{STRICT}", pod, "application/apply-patch+yaml")
    assert code == 403
    assert "runAsNonRoot" in answer["message"]
