"""No pod with GPUs starts past its team's queue: a real API server refuses it."""

import pytest

from components.gpu_admission import GpuAdmission, GpuAdmissionArgs
from components.gpu_quota import QUEUE, QUEUE_LABEL
from components.team_namespace import TEAM_LABEL
from tests.integration.rendered import Manifest, sent
from tests.support.recording import record

GROUP = "/apis/admissionregistration.k8s.io/v1"
GATE = {"name": "kueue.x-k8s.io/admission"}


@pytest.fixture(scope="module")
def team(api_server):
    """The namespace of a team, with our policy in force."""
    args = GpuAdmissionArgs(origin="teams", prefixes=["nvidia.com/", "aws.amazon.com/neuron"])
    for each in record(lambda: GpuAdmission("dev-gpu-admission", args)).objects:
        one = Manifest("platform", sent(each))
        plural = "validatingadmissionpolicies" + ("bindings" if "Binding" in one.kind else "")
        plural = plural.replace("policiesbindings", "policybindings")
        api_server.apply(f"{GROUP}/{plural}/{one.body['metadata']['name']}", one.body, "provisioner")
    return api_server.make_namespace("team-of-admission", {TEAM_LABEL: "team-of-admission"})


def pod(name, *, labels=(), gated=False, init=(), claims=(), **resources):
    def container(name, resources):
        return {"name": name, "image": "registry.example/app:1", "resources": dict(resources)}

    spec = {
        "containers": [container("plain", {}), container("app", resources)],
        "automountServiceAccountToken": False,
    }
    spec |= {"initContainers": [container("first", init)]} if init else {}
    spec |= (
        {"resourceClaims": [{"name": each, "resourceClaimName": each} for each in claims]} if claims else {}
    )
    spec |= {"schedulingGates": [GATE]} if gated else {}
    metadata = {"name": name, "labels": dict(labels)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def made(api_server, namespace, body, query="?dryRun=All"):
    code, answer = api_server.ask("POST", f"/api/v1/namespaces/{namespace}/pods{query}", body)
    return "made" if code == 201 else answer["message"]


@pytest.fixture
def until_in_force(api_server, team, until):
    until(lambda: made(api_server, team, pod("probe", limits={"nvidia.com/gpu": 1})) != "made")


@pytest.mark.parametrize(
    "body",
    [
        pod("whole", limits={"nvidia.com/gpu": 1}),
        pod("slice", limits={"nvidia.com/mig-1g.5gb": 1}),
        pod("neuron", limits={"aws.amazon.com/neuron": 1}),
        pod("init", init={"limits": {"nvidia.com/gpu": 1}}),
        pod("claim", claims=["gpu"]),
        pod("other-queue", labels={QUEUE_LABEL: "mine"}, limits={"nvidia.com/gpu": 1}),
        pod("other-label", labels={"app": "gpus"}, limits={"nvidia.com/gpu": 1}),
    ],
    ids=lambda body: body["metadata"]["name"],
)
def test_a_pod_with_gpus_that_waits_in_no_queue_is_refused(api_server, team, until_in_force, body):
    assert f"give the pod the label {QUEUE_LABEL}={QUEUE}" in made(api_server, team, body)


@pytest.mark.parametrize(
    "body",
    [
        pod("queued", labels={QUEUE_LABEL: QUEUE}, limits={"nvidia.com/gpu": 1}),
        pod("without", limits={"cpu": 1}),
        pod("plain"),
    ],
    ids=lambda body: body["metadata"]["name"],
)
def test_other_pods_are_made(api_server, team, until_in_force, body):
    assert made(api_server, team, body) == "made"


def test_namespaces_of_no_team_are_left_alone(api_server, namespace, until_in_force):
    assert made(api_server, namespace, pod("whole", limits={"nvidia.com/gpu": 1})) == "made"


def test_nobody_but_kueue_lets_a_pod_out_of_its_queue(api_server, team, until_in_force):
    body = pod("waiting", labels={QUEUE_LABEL: QUEUE}, gated=True, limits={"nvidia.com/gpu": 1})
    assert made(api_server, team, body, "") == "made"
    path = f"/api/v1/namespaces/{team}/pods/waiting"
    out = [{"op": "remove", "path": "/spec/schedulingGates"}]
    code, answer = api_server.ask("PATCH", path, out, "application/json-patch+json")
    assert code in (403, 422)
    assert "a pod leaves its queue when Kueue has a place for it" in answer["message"]
    note = {"metadata": {"annotations": {"note": "changed"}}}
    assert api_server.ask("PATCH", path, note, "application/merge-patch+json")[0] == 200
