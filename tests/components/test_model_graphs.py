"""What the components of model servers declare, as text: types, names, parents, inputs, and what waits for what."""

import dataclasses
from pathlib import Path

import pytest

from components import fetch_model
from components.model_artifact import Fetched, Mounted
from components.model_gateway import (
    GivenCertificate,
    IssuedCertificate,
    Keys,
    ModelGateway,
    ModelGatewayArgs,
    Open,
    Tokens,
    proxies_of_the_gateway,
)
from components.model_identity import ModelIdentity, ModelIdentityArgs
from components.model_network import Egress, ModelTraffic
from components.model_pod import Gpus, ModelMachine, ModelRuntime, Toleration
from components.model_route import ModelRoute, ModelRouteArgs, RequestLimit
from components.model_server import (
    ByQuery,
    ByUse,
    ModelIdentity as Identity,
    ModelScale,
    ModelServer,
    ModelServerArgs,
    Release,
    Tried,
)
from components.network_policies import space
from tests.support.recording import difference, record

SCRIPT = Path(fetch_model.__file__).read_text()
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64

VLLM = ModelRuntime(
    image="docker.io/vllm/vllm-openai:v0.27.1",
    model_format="vLLM",
    protocols=("v1",),
    command=("python3", "-m", "vllm.entrypoints.openai.api_server"),
    args=("--model=/mnt/models", "--served-model-name=ranker"),
    env={"HOME": "/tmp"},
    ready="/health",
    user=1000,
    mount="/mnt/models",
    longest_s=300,
    metrics_port=8080,
)
CUSTOM = ModelRuntime(
    image="registry.example.com/churn@sha256:3",
    model_format="custom",
    protocols=("v1", "v2"),
    command=(),
    args=(),
    env={},
    ready="/healthz",
    user=1000,
    mount="/mnt/models",
    longest_s=300,
    metrics_port=None,
)
GPU = Gpus(
    resource="nvidia.com/gpu",
    count=2,
    node_labels={"mlplat/pool": "online"},
    tolerations=[
        Toleration(key="nvidia.com/gpu", value=None, effect="NoSchedule"),
        Toleration(key="team", value="search", effect="NoSchedule"),
    ],
)
CLAIMED = dataclasses.replace(GPU, resource="gpu.nvidia.com", claimed=True)
INTERNET = Egress(blocks=("0.0.0.0/0",), but=("169.254.0.0/16",), port=443)


def fetched(version, digest, secret=None):
    return Release(
        version=version,
        digest=digest,
        artifact=Fetched(
            uri=f"s3://models/ranker/{version}",
            digest=digest,
            image="docker.io/kserve/storage-initializer:v0.20.0",
            env={"AWS_DEFAULT_REGION": "eu-west-1"},
            secret=secret,
            disk_gib=60,
        ),
    )


def on_gpus(version=17, tried=Tried(release=fetched(18, TWO), weight=10, replicas=1), gpus=GPU):
    args = ModelServerArgs(
        origin="models[0]",
        identity=Identity(
            model="ranker",
            namespace="search",
            owner="search-ml@example.com",
            licence="apache-2.0",
            labels={"kueue.x-k8s.io/queue-name": "gpus"},
        ),
        runtime=VLLM,
        machine=ModelMachine(cpus=4, memory_gib=32, disk_gib=60, gpus=gpus),
        scale=ModelScale(
            least=2,
            most=6,
            by=ByQuery(prometheus="http://prometheus.monitoring:9090", query="sum(q)", target=4),
        ),
        stable=fetched(version, ONE),
        tried=tried,
        traffic=ModelTraffic(
            callers=[proxies_of_the_gateway()], watchers=[space("monitoring")], egress=[INTERNET]
        ),
    )
    return lambda: ModelServer("dev-model-ranker", args)


def from_an_image(scale=ModelScale(least=1, most=1, by=None)):
    args = ModelServerArgs(
        origin="models[1]",
        identity=Identity(
            model="churn", namespace="sales", owner="sales@example.com", licence="proprietary", labels={}
        ),
        runtime=CUSTOM,
        machine=ModelMachine(cpus=1, memory_gib=2, disk_gib=2, gpus=None),
        scale=scale,
        stable=Release(
            version=3,
            digest=ONE,
            artifact=Mounted(reference=f"ghcr.io/example/churn@{ONE}", secret="registry"),
        ),
        tried=None,
        traffic=ModelTraffic(callers=[{"pod_selector": {}}], watchers=[], egress=[]),
    )
    return lambda: ModelServer("dev-model-churn", args)


def gateway(certificate, access, annotations=()):
    args = ModelGatewayArgs(
        origin="gateway",
        gateway_class="envoy",
        host="models.example.com",
        certificate=certificate,
        access=access,
        balancer_annotations=dict(annotations),
    )
    return lambda: ModelGateway("dev-model-gateway", args)


def route(weight, limit=None):
    args = ModelRouteArgs(
        origin="models[0].traffic",
        model="ranker",
        namespace="search",
        host="models.example.com",
        tried_weight=weight,
        timeout="300s",
        limit=limit,
    )
    return lambda: ModelRoute("dev-route-ranker", args)


PROGRAMS = {
    "on_gpus_with_a_candidate": on_gpus(),
    "on_gpus_that_are_claimed": on_gpus(gpus=CLAIMED),
    "from_an_image": from_an_image(),
    "gateway_with_keys": gateway(
        IssuedCertificate(issuer="corp-ca"), Keys(secret="model-keys"), {"scheme": "internal"}.items()
    ),
    "gateway_with_tokens": gateway(
        GivenCertificate(secret="tls"),
        Tokens(issuer="https://sso.example.com", jwks="https://sso.example.com/keys", audiences=["models"]),
    ),
    "open_gateway": gateway(GivenCertificate(secret="tls"), Open()),
    "route_split": route(10, RequestLimit(requests=100, per="Second")),
    "route_to_one": route(0),
    "identity": lambda: ModelIdentity(
        "dev-model-ranker-identity",
        ModelIdentityArgs(
            origin="models[0].source",
            namespace="search",
            service_account="ranker",
            cluster_name="dev-cluster",
            role_arn="arn:reader",
        ),
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph().replace(SCRIPT, "<the text of fetch_model.py>") + "\n")


def changes(before, after):
    return difference(record(before), record(after)).splitlines()


def test_a_new_version_changes_the_service_alone():
    assert changes(on_gpus(version=17), on_gpus(version=16)) == [
        "~ InferenceService dev-model-ranker  (spec)"
    ]


def test_a_candidate_comes_and_goes_in_the_service_alone():
    assert changes(on_gpus(tried=None), on_gpus()) == ["~ InferenceService dev-model-ranker  (spec)"]


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (ModelScale(least=2, most=2, by=None), {"autoscalerClass": "none"}),
        (
            ModelScale(least=2, most=4, by=ByUse(metric="cpu", target=70)),
            {"autoscalerClass": "hpa", "scaleMetric": "cpu", "scaleTarget": 70},
        ),
    ],
    ids=["fixed", "by_use"],
)
def test_what_moves_the_number_of_servers(scale, said):
    service = record(from_an_image(scale)).one("InferenceService", "dev-model-churn").inputs
    told = {"autoscalerClass": service["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"]}
    predictor = service["spec"]["predictor"]
    told |= {name: value for name, value in predictor.items() if name.startswith("scale")}
    assert told == said
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (scale.least, scale.most)


@pytest.mark.parametrize(
    ("program", "rolling"),
    [
        (on_gpus(), {"maxSurge": 0, "maxUnavailable": 1}),
        (from_an_image(), {"maxSurge": 1, "maxUnavailable": 0}),
    ],
    ids=["with_no_gpu_to_spare", "alone"],
)
def test_a_new_version_takes_the_place_of_the_old_one_by_and_by(program, rolling):
    (service,) = record(program).of_type("InferenceService")
    strategy = service.inputs["spec"]["predictor"]["deploymentStrategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": rolling}


def test_another_number_of_claimed_gpus_is_another_template():
    """Kubernetes changes no template: the servers move to the new one before the old one goes."""
    more = dataclasses.replace(CLAIMED, count=4)
    changes = difference(record(on_gpus(gpus=CLAIMED)), record(on_gpus(gpus=more))).splitlines()
    assert changes == [
        "- ResourceClaimTemplate dev-model-ranker-gpus-2",
        "+ ResourceClaimTemplate dev-model-ranker-gpus-4",
        "~ InferenceService dev-model-ranker  (spec)",
    ]
