"""A changed setting changes what it names, and nothing else."""

import functools

import pytest
import yaml

from environments.load import find
from stacks.layers import LAYERS
from tests.support.environments import recorded, shipped
from tests.support.recording import Recording, difference, record

OF_A_REGION = ("foundation", "cluster", "platform", "serving")


def foundation(tmp_path, change):
    file = tmp_path / "local.yaml"
    file.write_text(f"extends: {find('local').resolve()}\nname: local\n{change}\n")
    return record(LAYERS[0].program(), stack="local.us-east-1", config={"provisioner:file": str(file)})


@functools.cache
def unchanged():
    return record(LAYERS[0].program(), stack="local.us-east-1")


def changed(environment, folder, **settings):
    """All stacks of a shipped environment with some of its settings written anew, as lines of each stack's plan."""
    file = folder / f"{environment}.yaml"
    text = yaml.safe_dump({"extends": str(find(environment).resolve()), "name": environment, **settings})
    file.write_text(text)
    before, after = shipped(environment).stacks, recorded(file).stacks
    lines = {}
    for stack in (*before, *(each for each in after if each not in before)):
        plan = difference(before.get(stack, Recording()), after.get(stack, Recording()))
        if plan:
            lines[stack] = plan.splitlines()
    return lines


def as_text(lines):
    return "".join(f"{stack}\n" + "".join(f"  {line}\n" for line in plan) for stack, plan in lines.items())


def pools(environment, **changes):
    """The GPU pools of a shipped environment; each change is for the pool of that name."""
    return [{**pool, **changes.get(pool["name"], {})} for pool in written(environment, "gpu_pools")]


def written(environment, setting):
    """What its own file says."""
    return yaml.safe_load(find(environment).read_text())[setting]


def teams(environment, **gpus):
    """The teams of a shipped environment, each with these shares alone."""
    return [{**team, "gpus": dict(gpus)} for team in written(environment, "teams")]


def models(environment, **changes):
    """Its models that need no GPU; the changes are for each of them."""
    return [{**model, **changes} for model in written(environment, "models") if "pool" not in model]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("registry: {keep_images: 20}", id="keep_images"),
        pytest.param("registry: {scan: manual}", id="scan"),
        pytest.param("registry: {repositories: [serving, training, books]}", id="repository_renamed"),
        pytest.param("registry: {repositories: [serving, training]}", id="repository_removed"),
        pytest.param("model_store: {keep_versions: 30d}", id="keep_versions"),
        pytest.param("model_store: {access_logs: 30d}", id="access_logs"),
        pytest.param("encryption: {kms: {rotation: 90d}}", id="rotation"),
        pytest.param("encryption: {kms: {deletion_window: 7d}}", id="deletion_window"),
        pytest.param("network: {zones: 2}", id="zone_removed"),
        pytest.param("network: {zones: 4}", id="zone_added"),
        pytest.param("network: {nat: single}", id="single_nat"),
        pytest.param("network: {flow_logs: 30d}", id="flow_logs"),
        pytest.param("owner: others@example.com", id="owner"),
        pytest.param("data_class: restricted", id="data_class"),
    ],
)
def test_change(change, tmp_path, golden):
    golden(f"{change}\n\n{difference(unchanged(), foundation(tmp_path, change))}\n")


def test_two_runs_declare_the_same(tmp_path):
    assert difference(unchanged(), foundation(tmp_path, "")) == ""


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"cluster": {"version": "1.36"}}, id="kubernetes_version"),
        pytest.param(
            {"cluster": {"endpoint": {"kind": "public", "cidrs": ["203.0.113.0/24"]}}}, id="public_endpoint"
        ),
        pytest.param({"cluster": {"logs": "30d"}}, id="cluster_logs"),
        pytest.param({"cluster": {"system_pool": {"profile": "m7i.2xlarge"}}}, id="system_machine"),
        pytest.param({"gpu_pools": pools("prod", online={"nodes": "2..40"})}, id="pool_grown"),
        pytest.param({"gpu_pools": pools("prod", batch={"sharing": {"kind": "time_slicing", "replicas": 2}})}, id="sharing"),
        pytest.param({"gpu_pools": pools("prod", training={"fabric": "none"})}, id="without_fabric"),
        pytest.param({"gpu_pools": pools("prod", batch={"nodes_by": "node_group"})}, id="from_karpenter_to_groups"),
        pytest.param({"gpu_pools": [], "teams": teams("prod"), "models": models("prod")}, id="no_pools"),
        pytest.param({"data_services": []}, id="no_data_services"),
        pytest.param({"registry": {"pull_through": []}}, id="no_pull_through"),
        pytest.param({"connectivity": {"kind": "airgap", "mirror": "registry.corp.example"},
                      "registry": {"pull_through": []},
                      "models": models("prod", source={"uri": "oci://registry.corp.example/churn:7", "digest": "sha256:" + "7" * 64})}, id="air_gap"),
    ],
)  # fmt: skip
def test_change_of_a_whole_environment(settings, tmp_path, golden):
    golden(as_text(changed("prod", tmp_path, **settings)))


def test_a_replica_that_goes_takes_what_is_in_its_region_and_what_led_there(tmp_path):
    """Nothing is deleted anywhere else, and in the other regions nothing changes at all."""
    replicas = ["eu-west-1"]
    plans = changed("prod-multi-region", tmp_path, replicas=replicas)
    assert plans.keys() == {
        *(f"{layer}/prod-multi-region.ap-southeast-1" for layer in OF_A_REGION),
        "links/prod-multi-region.us-east-1",
    }
    for stack, plan in plans.items():
        if stack.endswith("ap-southeast-1"):
            assert {line[0] for line in plan} == {"-"}
    links = plans["links/prod-multi-region.us-east-1"]
    assert [line for line in links if line.startswith("+")] == []
    deleted = [line for line in links if line.startswith("-")]
    changes = [line for line in links if line.startswith("~")]
    # The last region to fall back on needs no record of its own.
    assert [line for line in deleted if "ap-southeast-1" not in line] == [
        "- Record prod-multi-region-dns-serving-beyond-eu-west-1",
        "- Record prod-multi-region-dns-serving-eu-west-1",
    ]
    assert sorted(changes) == [
        "~ BucketReplicationConfig prod-multi-region-model-replication-us-east-1  (rules)",
        "~ Record prod-multi-region-dns-serving-beyond-us-east-1  (records)",
        "~ ReplicationConfiguration prod-multi-region-image-replication  (replicationConfiguration)",
        "~ RolePolicy prod-multi-region-model-replication-us-east-1-copy  (policy)",
    ]


def test_a_replica_that_is_appended_leaves_the_regions_before_it_as_they_are(tmp_path):
    replicas = ["eu-west-1", {"region": "ap-southeast-1", "cidr": "10.128.0.0/16"}, "eu-central-1"]
    plans = changed("prod-multi-region", tmp_path, replicas=replicas)
    assert plans.keys() == {
        *(f"{layer}/prod-multi-region.eu-central-1" for layer in OF_A_REGION),
        "links/prod-multi-region.us-east-1",
    }
    assert [line for plan in plans.values() for line in plan if line.startswith("-")] == []
