"""The layer `serving`: what a change of one model's settings changes, and what its servers are given."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from environments.load import load
from stacks.layers import LAYERS
from tests.support.environments import recorded
from tests.support.recording import difference, record

FILE = Path(__file__).with_name("models.yaml")
STACK = "serving/served.eu-central-1"
LAYER = next(layer for layer in LAYERS if layer.name == "serving")
SETTINGS = yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def before():
    return recorded(FILE).stacks


@pytest.fixture
def file(tmp_path):
    """The environment with some settings of its models, or of itself, written anew."""

    def file(*changes, **settings):
        written = {**copy.deepcopy(SETTINGS), **settings}
        for change in changes:
            change({model["name"]: model for model in written["models"]})
        file = tmp_path / "served.yaml"
        file.write_text(yaml.safe_dump(written))
        return file

    return file


@pytest.fixture
def after(before, file):
    """The layer of such an environment, on what the layers before hand over."""

    def after(*changes, **settings):
        return record(
            LAYER.program(),
            stack="served.eu-central-1",
            project=LAYER.name,
            config={"provisioner:file": str(file(*changes, **settings))},
            upstream={name: each.outputs for name, each in before.items()},
        )

    return after


def plan(before, after):
    return difference(before[STACK], after).splitlines()


DIGEST = "sha256:" + "9" * 64


def new_version(name):
    def change(models):
        model = models[name]
        version = model["traffic"]["stable"] + 10
        model["traffic"]["stable"] = version
        model["source"] |= {"uri": f"{model['source']['uri'][:-1]}9", "digest": DIGEST}

    return change


MODELS = [model["name"] for model in SETTINGS["models"]]


@pytest.mark.parametrize("model", MODELS)
def test_a_new_version_of_a_model_plans_one_change(model, before, after):
    """Of its InferenceService; whatever its artifact comes from."""
    assert plan(before, after(new_version(model))) == [f"~ InferenceService served-model-{model}  (spec)"]


def test_new_versions_of_models_plan_nothing_in_any_other_layer(before, file):
    now = recorded(file(*map(new_version, MODELS))).stacks
    changed = {name: difference(before[name], now[name]).splitlines() for name in before}
    assert {name: len(lines) for name, lines in changed.items() if lines} == {STACK: len(MODELS)}


def test_a_new_version_of_a_candidate_plans_one_change(before, after):
    def change(models):
        models["ranker"]["traffic"]["candidate"] |= {"version": 19}

    assert plan(before, after(change)) == ["~ InferenceService served-model-ranker  (spec)"]


def test_a_candidate_with_another_weight_changes_the_route_as_well(before, after):
    def change(models):
        models["ranker"]["traffic"]["candidate"]["weight"] = 50

    assert plan(before, after(change)) == [
        "~ HTTPRoute served-route-ranker  (spec)",
        "~ InferenceService served-model-ranker  (spec)",
    ]


def test_a_candidate_without_requests_has_servers_and_no_route(after):
    def change(models):
        models["ranker"]["traffic"]["candidate"]["weight"] = 0

    serving = after(change)
    (rule,) = serving.one("HTTPRoute", "served-route-ranker").inputs["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": "ranker-predictor", "port": 80}]
    (canary,) = serving.one("InferenceService", "served-model-ranker").inputs["spec"]["canary"]
    assert (canary["trafficPercent"], canary["predictor"]["minReplicas"]) == (0, 1)


def test_without_a_gateway_a_team_alone_asks_its_models(after):
    serving = after(gateway=None)
    assert serving.of_type("Gateway") == serving.of_type("HTTPRoute") == []
    (rule, _) = serving.one("NetworkPolicy", "served-model-ranker").inputs["spec"]["ingress"]
    assert rule["from"] == [{"podSelector": {}}]
    assert serving.outputs["endpoints"]["churn"] == {
        "inside": "http://churn-predictor.search.svc.cluster.local"
    }


def test_where_models_are_reached_is_handed_over(before):
    assert before[STACK].outputs["endpoints"]["chat"] == {
        "inside": "http://chat-predictor.search.svc.cluster.local",
        "outside": "https://models.example.com/chat/",
    }


def container(stack, model):
    (found,) = stack.one("ServingRuntime", f"served-model-{model}-runtime").inputs["spec"]["containers"]
    return found


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("ranker", ["--gpu-memory-utilization=0.22"]),  # 5 of the 22.4 GiB of an L4 that four share by turns
        ("chat", ["--tensor-parallel-size=2", "--max-model-len=8192"]),
    ],
)
def test_a_server_is_told_of_its_gpus(model, said, before):
    known = ["--model=/mnt/models", f"--served-model-name={model}", "--port=8080"]
    assert container(before[STACK], model)["args"] == [*known, *said]


def test_a_lone_onnx_file_lies_where_triton_looks_for_it(before):
    predictor = before[STACK].one("InferenceService", "served-model-detector").inputs["spec"]["predictor"]
    assert predictor["initContainers"][0]["args"][1] == "/mnt/models/detector/1"
    assert predictor["model"]["volumeMounts"][0]["mountPath"] == "/mnt/models/detector/1"
    assert predictor["model"]["storageUri"] == "hf://example/detector:v2"
    assert "--model-repository=/mnt/models" in container(before[STACK], "detector")["args"]


def test_a_model_in_an_image_is_mounted_by_its_digest(before):
    predictor = before[STACK].one("InferenceService", "served-model-chat").inputs["spec"]["predictor"]
    reference = f"ghcr.io/example/chat:3@sha256:{'3' * 64}"
    assert predictor["model"]["storageUri"] == f"oci+native://{reference}"
    assert predictor["volumes"][0]["image"] == {"pullPolicy": "IfNotPresent", "reference": reference}
    assert predictor["imagePullSecrets"] == [{"name": "registry"}]
    assert "initContainers" not in predictor


def test_requests_have_as_long_to_end_as_the_gateway_waits(after):
    gateway = {**SETTINGS["gateway"], "timeout": "1200s"}
    serving = after(gateway=gateway)
    predictor = serving.one("InferenceService", "served-model-chat").inputs["spec"]["predictor"]
    assert predictor["terminationGracePeriodSeconds"] == 20 + 1200
    (rule,) = serving.one("HTTPRoute", "served-route-chat").inputs["spec"]["rules"]
    assert rule["timeouts"] == {"request": "1200s"}


def test_only_models_in_the_store_have_a_role(before):
    associations = before[STACK].of_type("PodIdentityAssociation")
    assert [each.inputs["serviceAccount"] for each in associations] == ["embedder", "ranker"]
    assert {each.inputs["roleArn"] for each in associations} == {"Role(served-model-reader-eu-central-1).arn"}


def egress(stack, model):
    spec = stack.one("NetworkPolicy", f"served-model-{model}").inputs["spec"]
    return [
        (*(peer["ipBlock"]["cidr"] for peer in rule["to"]), *(port["port"] for port in rule["ports"]))
        for rule in spec["egress"]
    ]


@pytest.mark.parametrize(
    ("model", "reached"),
    [
        ("ranker", [("169.254.170.23/32", 80), ("0.0.0.0/0", 443)]),
        ("chat", []),
        ("churn", [("0.0.0.0/0", 9000)]),
        ("detector", [("0.0.0.0/0", 443)]),
    ],
)
def test_a_server_reaches_where_its_model_lies_and_nothing_else(model, reached, before):
    assert egress(before[STACK], model) == reached


def test_in_an_air_gap_everything_comes_from_the_mirror(after):
    def change(models):
        for name in ("ranker", "detector", "embedder"):
            del models[name]["traffic"]
            models[name]["traffic"] = {"stable": 1}
            models[name]["source"] = {"uri": f"oci://ghcr.io/example/{name}:1", "digest": DIGEST}

    serving = after(change, connectivity={"kind": "airgap", "mirror": "registry.corp.example"})
    images = {container(serving, name)["image"] for name in ("ranker", "detector", "churn")}
    # The registry of the account is inside, too.
    assert container(serving, "embedder")["image"].startswith("111122223333.dkr.ecr.eu-central-1.")
    for each in serving.of_type("InferenceService"):
        predictor = each.inputs["spec"]["predictor"]
        images |= {before["image"] for before in predictor.get("initContainers", ())}
        images |= {volume["image"]["reference"] for volume in predictor["volumes"] if "image" in volume}
    assert {image.partition("/")[0] for image in images} == {"registry.corp.example"}
    assert egress(serving, "churn") == [("10.20.0.0/16", 9000)]


def test_without_models_there_is_no_such_layer():
    settings = load(FILE).environment
    assert LAYER.regions(settings) == (("eu-central-1",),)
    assert LAYER.regions(settings.model_copy(update={"models": ()})) == ()


def test_where_gpus_are_claimed_no_server_asks_for_them_by_name(file):
    """Claims are of whole GPUs, so the pools of these models share none."""
    whole = ({key: pool[key] for key in pool if key != "sharing"} for pool in SETTINGS["gpu_pools"])
    pools = [{**pool, "nodes": "0..40"} for pool in whole]
    claimed = recorded(file(gpu_pools=pools, cluster={**SETTINGS["cluster"], "gpu_allocation": "dra"}))
    layer = claimed.stacks[STACK]
    templates = {
        each.inputs["metadata"]["name"]: each.inputs["spec"]["spec"]["devices"]["requests"][0]["exactly"]
        for each in layer.of_type("ResourceClaimTemplate")
    }
    services = {each.inputs["metadata"]["name"]: each.inputs for each in layer.of_type("InferenceService")}
    on_gpus = [model["name"] for model in SETTINGS["models"] if "pool" in model]
    for name in on_gpus:
        predictor = services[name]["spec"]["predictor"]
        (claim,) = predictor["resourceClaims"]
        assert templates[claim["resourceClaimTemplateName"]]["deviceClassName"] == "gpu.nvidia.com"
        assert predictor["model"]["resources"]["claims"] == [{"name": claim["name"]}]
    assert len(templates) == len(on_gpus) > 0
    assert "nvidia.com/gpu" not in json.dumps(
        [each["spec"]["predictor"]["model"] for each in services.values()]
    )
