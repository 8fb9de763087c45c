"""No model is served whose signature was not verified: a real API server refuses its service, and its pods."""

import contextlib
import copy

import pytest

from components.model_admission import (
    LIST,
    NAMESPACE,
    ModelAdmission,
    ModelAdmissionArgs,
    SignedModel,
    key_of,
)
from components.team_namespace import TEAM_LABEL
from tests.integration.rendered import Manifest, sent
from tests.integration.signed_changes import BUSYBOX, CHANGES, NOT_OURS, OTHERS, UNSIGNED, changed
from tests.integration.test_model_servers import FILE, path_of, pods
from tests.servers.api_server import ApiServer
from tests.support.environments import recorded
from tests.support.recording import record

TRY = "fieldManager=test&force=true&dryRun=All"
PLURALS = {
    "Namespace": "namespaces",
    "NetworkPolicy": "networkpolicies",
    "ConfigMap": "configmaps",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}


@pytest.fixture(scope="module")
def objects():
    (serving,) = recorded(FILE).layer("serving")
    return [each.inputs for each in serving.objects if each.type.startswith("kubernetes:")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, objects):
    """A cluster of its own, since our policies are about all namespaces of teams; all that `FILE` serves is signed."""
    with contextlib.closing(ApiServer(tmp_path_factory.mktemp("signed_models"))) as server:
        server.load_crds("serving.kserve.io")
        for name in {each["metadata"].get("namespace") for each in objects} - {None}:
            server.make_namespace(name, {TEAM_LABEL: name})
        server.make_namespace("of-no-team")
        recording = record(lambda: ModelAdmission("test-signed-models", admitted(objects)))
        for each in sorted(recording.objects, key=lambda each: each.inputs["kind"] != "Namespace"):
            body = Manifest("serving", sent(each)).body
            space = f"/namespaces/{body['metadata']['namespace']}" if "namespace" in body["metadata"] else ""
            root = f"/{'apis' if '/' in body['apiVersion'] else 'api'}/{body['apiVersion']}{space}"
            server.apply(f"{root}/{PLURALS[body['kind']]}/{body['metadata']['name']}", body, "provisioner")
        yield server


def admitted(objects):
    """Everything that is served, as signed."""
    signed = [
        SignedModel(
            model=pod["metadata"]["labels"]["provisioner/model"],
            version=int(pod["metadata"]["labels"]["provisioner/model-version"]),
            digest=pod["metadata"]["annotations"]["provisioner/model-digest"],
        )
        for pod in pods(objects)
    ]
    (image,) = {each["image"] for pod in pods(objects) for each in pod["spec"].get("initContainers", ())}
    return ModelAdmissionArgs(origin="model_store.signed_by", signed=signed, image=image)


@pytest.fixture
def in_force(cluster, services, until):
    body = copy.deepcopy(services[0])
    body["spec"]["predictor"]["annotations"]["provisioner/model-digest"] = "sha256:" + "0" * 64
    until(lambda: tried(cluster, body) != "made")


@pytest.fixture
def services(objects):
    return [each for each in copy.deepcopy(objects) if each["kind"] == "InferenceService"]


def tried(cluster, body):
    code, answer = cluster.ask("PATCH", f"{path_of(body)}?{TRY}", body, "application/apply-patch+yaml")
    return "made" if code < 300 else answer["message"]


def pod_tried(cluster, pod):
    code, answer = cluster.ask(
        "POST", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods?dryRun=All", pod
    )
    return "made" if code == 201 else answer["message"]


def named(objects, name):
    return next(each for each in objects if each["metadata"]["name"].removesuffix("-0") == name)


def other_digest(services):
    return named(services, "churn")["spec"]["predictor"]["annotations"]["provisioner/model-digest"]


def test_what_is_signed_is_served(cluster, in_force, services, objects):
    assert {tried(cluster, each) for each in services} == {"made"}
    assert {pod_tried(cluster, each) for each in pods(objects)} == {"made"}


@pytest.mark.parametrize(("change", "said"), CHANGES.items())
def test_a_service_of_anything_else_is_refused(cluster, in_force, services, change, said):
    body = named(services, "ranker")
    changed(change)(body["spec"]["predictor"], other_digest(services))
    assert said in tried(cluster, body)


def test_a_version_that_is_tried_has_to_be_signed_as_well(cluster, in_force, services):
    body = named(services, "ranker")
    changed("digest")(body["spec"]["canary"][0]["predictor"], "")
    assert UNSIGNED in tried(cluster, body)


@pytest.mark.parametrize(("change", "said"), CHANGES.items())
def test_a_pod_of_anything_else_is_refused(cluster, in_force, services, objects, change, said):
    pod = copy.deepcopy(named([*pods(objects)], "ranker"))
    served = {**pod["metadata"], **{name: pod["spec"][name] for name in ("initContainers", "volumes")}}
    changed(change)(served, other_digest(services))
    pod["spec"]["initContainers"] = served.get("initContainers", [])
    assert said in pod_tried(cluster, pod)


def test_a_server_that_may_write_to_its_model_is_refused(cluster, in_force, objects):
    pod = copy.deepcopy(named([*pods(objects)], "ranker"))
    for mount in pod["spec"]["containers"][0]["volumeMounts"]:
        mount.pop("readOnly", None)
    assert OTHERS in pod_tried(cluster, pod)


def test_what_eks_adds_for_a_role_is_let_in(cluster, in_force, objects):
    pod = copy.deepcopy(named([*pods(objects)], "ranker"))
    folder = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
    token = {"serviceAccountToken": {"audience": "sts.amazonaws.com", "path": "token"}}
    pod["spec"]["volumes"].append({"name": "aws-iam-token", "projected": {"sources": [token]}})
    for each in (*pod["spec"]["initContainers"], *pod["spec"]["containers"]):
        each["env"] += [
            {"name": "AWS_REGION", "value": "us-east-1"},
            {"name": "AWS_ROLE_ARN", "value": "arn:aws:iam::123456789012:role/ranker"},
            {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": f"{folder}/token"},
        ]
        each["volumeMounts"].append({"name": "aws-iam-token", "mountPath": folder, "readOnly": True})
    assert pod_tried(cluster, pod) == "made"
    pod["spec"]["volumes"][-1] = {"name": "aws-iam-token", "configMap": {"name": "mine"}}
    assert NOT_OURS in pod_tried(cluster, pod)


@pytest.fixture
def running(cluster, in_force, objects):
    """A pod of a signed model that is there; answers with what the API server says to a change of it."""
    pod = copy.deepcopy(named([*pods(objects)], "ranker"))
    at = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods"
    pod["metadata"]["name"] = "made"
    code, answer = cluster.ask("POST", at, pod)
    assert code == 201, answer

    def change(patch, subresource=""):
        """Strategic, so that containers are told by their names."""
        path = f"{at}/made{subresource}?dryRun=All"
        code, answer = cluster.ask("PATCH", path, patch, "application/strategic-merge-patch+json")
        return "made" if code == 200 else answer["message"]

    yield change
    cluster.ask("DELETE", f"{at}/made?gracePeriodSeconds=0")


def test_a_pod_that_was_let_in_gets_no_other_image_to_fetch_with(running):
    mine = {"name": "storage-initializer", "image": "registry.example/mine:1"}
    assert NOT_OURS in running({"spec": {"initContainers": [mine]}})
    assert running({"spec": {"activeDeadlineSeconds": 3600}}) == "made"


def test_a_pod_that_was_let_in_gets_no_other_name(running):
    for labels in ({"provisioner/model": "churn"}, {"provisioner/model-version": "99"}):
        assert UNSIGNED in running({"metadata": {"labels": labels}})
    told = {"provisioner/model-digest": "sha256:" + "0" * 64}
    assert UNSIGNED in running({"metadata": {"annotations": told}})
    assert running({"metadata": {"annotations": {"example.com/seen": "yes"}}}) == "made"


def test_a_pod_of_nobodys_does_not_become_a_server(cluster, in_force, objects):
    server = named([*pods(objects)], "ranker")
    at = f"/api/v1/namespaces/{server['metadata']['namespace']}/pods"
    spec = {"containers": [{**BUSYBOX, "name": "mine"}], "securityContext": server["spec"]["securityContext"]}
    code, answer = cluster.ask("POST", at, {"metadata": {"name": "mine"}, "spec": spec})
    assert code == 201, answer
    try:
        for labels in ({"serving.kserve.io/inferenceservice": "ranker"}, {"app": "isvc.ranker-predictor"}):
            patch = {"metadata": {"labels": labels}}
            code, answer = cluster.ask(
                "PATCH", f"{at}/mine?dryRun=All", patch, "application/merge-patch+json"
            )
            assert UNSIGNED in answer["message"]
    finally:
        cluster.ask("DELETE", f"{at}/mine?gracePeriodSeconds=0")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "made"),
        ({"targetContainerName": "kserve-container"}, "made"),
        ({"targetContainerName": "storage-initializer"}, "choose another target"),
        ({"volumeMounts": [{"name": "mnt-models", "mountPath": "/mine"}]}, "leave out volumeMounts"),
    ],
    ids=["alone", "beside the server", "beside what fetches", "with the model"],
)
def test_who_looks_into_a_server_sees_neither_its_volumes_nor_what_fetches(running, more, said):
    debugger = {**BUSYBOX, "name": "debugger", **more}
    assert said in running({"spec": {"ephemeralContainers": [debugger]}}, "/ephemeralcontainers")


def test_who_runs_as_the_servers_of_a_model_is_one_of_them(cluster, in_force, objects):
    pod = copy.deepcopy(named([*pods(objects)], "ranker"))
    pod["metadata"]["labels"] = {}
    assert UNSIGNED in pod_tried(cluster, pod)
    pod["spec"]["serviceAccountName"] = "somebody"
    assert pod_tried(cluster, pod) == "made"


def test_an_image_with_the_model_is_let_in_by_its_digest(cluster, in_force, services):
    body = next(each for each in services if "initContainers" not in each["spec"]["predictor"])
    (volume,) = [each for each in body["spec"]["predictor"]["volumes"] if "image" in each]
    volume["image"]["reference"] = "registry.example/models/other@sha256:" + "0" * 64
    assert NOT_OURS in tried(cluster, body)


def test_namespaces_of_no_team_are_left_alone(cluster, in_force, services):
    body = named(services, "ranker")
    changed("digest")(body["spec"]["predictor"], "")
    body["metadata"]["namespace"] = "of-no-team"
    assert tried(cluster, body) == "made"


def test_what_is_in_the_list_no_more_can_still_be_removed_and_noted(cluster, in_force, services, until):
    body = named(services, "churn")
    cluster.patch(f"{path_of(body)}?fieldManager=test&force=true", body, "apply")
    finalizer = {"metadata": {"finalizers": ["example.com/keeps"]}}
    cluster.patch(path_of(body), finalizer)
    at, key = f"/api/v1/namespaces/{NAMESPACE}/configmaps/{LIST}", key_of(other_digest(services))
    listed = cluster.get(at)["data"][key]
    cluster.patch(at, {"data": {key: None}})
    try:
        until(lambda: tried(cluster, {**body, "metadata": {**body["metadata"], "name": "new"}}) != "made")
        cluster.ask("DELETE", path_of(body))
        cluster.patch(path_of(body), {"metadata": {"finalizers": []}})
        until(lambda: not cluster.is_there(path_of(body)))
    finally:
        cluster.patch(at, {"data": {key: listed}})
        until(lambda: tried(cluster, body) == "made")
