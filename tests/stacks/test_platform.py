"""The layer `platform`: which software, queues and namespaces the clusters of an environment get."""

import functools
import itertools
import json
import re

import pytest

from environments.load import load
from environments.software_book import BOOK
from stacks.layers import LAYERS
from tests.support.recording import difference, record

BASE = """\
name: sample
cloud: aws
account: {id: "111122223333"}
owner: ml-platform@example.com
region: eu-west-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
"""
EKS = "cluster: {kind: eks}\n"
POOLS = """\
gpu_pools:
  - {name: online, profile: g6.xlarge, nodes: 0..2, sharing: {kind: time_slicing, replicas: 4}}
  - {name: slices, profile: p4d.24xlarge, nodes: 0..1, sharing: {kind: mig, profile: 1g.5gb}}
  - {name: training, profile: p5.48xlarge, nodes: 0..8, fabric: efa, taints: [{key: team, value: research, effect: NoSchedule}]}
  - {name: batch, profile: g6.4xlarge, nodes: 0..40, capacity: spot, nodes_by: karpenter, zones: [1]}
"""
TEAMS = """\
teams:
  - {name: search, gpus: {online: {guaranteed: 6, lend: 2}, slices: {guaranteed: 3, borrow: 4}}, members: [search-ml]}
  - {name: research, gpus: {training: {guaranteed: 64}, batch: {guaranteed: 0}}, priority: high}
"""
DIRECT, FLUX = "delivery: direct\n", "delivery: gitops\n"
AIR_GAP = "connectivity: {kind: airgap, mirror: registry.corp.example}\n"


UPSTREAM = {
    "cluster/sample.eu-west-1": {
        "clusterName": "sample-cluster",
        "clusterEndpoint": "https://cluster",
        "clusterCertificateAuthority": "Y2E=",
        "karpenterNodeProfileName": "sample-node",
        "karpenterQueueName": "sample-interruptions",
        "nodeGroupId": "sg-nodes",
    },
    "foundation/sample.eu-west-1": {"keyArns": {"disks": "arn:disks"}},
}
"""What the earlier layers hand over."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    folder, numbers = tmp_path_factory.mktemp("platform"), itertools.count()

    @functools.cache
    def of(*parts):
        file = folder / f"{next(numbers)}.yaml"
        cluster = "" if any(part.startswith("cluster:") for part in parts) else EKS
        file.write_text("".join((BASE, cluster, *parts)))
        (layer,) = (each for each in LAYERS if each.name == "platform")
        if not layer.regions(load(file).environment):
            return None
        return record(
            layer.program(),
            stack="sample.eu-west-1",
            project="platform",
            config={"provisioner:file": str(file)},
            upstream=UPSTREAM,
        )

    return of


def charts(recording):
    return [each for each in recording.objects if each.short_type in ("Release", "HelmRelease")]


def release(recording, name):
    (found,) = [
        each
        for each in charts(recording)
        if name
        in (each.inputs.get("name"), each.inputs["metadata"]["name"] if "metadata" in each.inputs else "")
    ]
    return found


def described(recording):
    for each in recording.objects:
        metadata = each.inputs.get("metadata", each.inputs)
        place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        yield f"{each.short_type} {place}{metadata['name']}"


def test_what_a_whole_platform_is(platform, golden):
    recording = platform(DIRECT, POOLS, TEAMS)
    golden("\n".join(sorted(described(recording))) + "\n")


def test_what_it_hands_over(platform, golden):
    golden(json.dumps(platform(DIRECT, POOLS, TEAMS).outputs, indent=2, sort_keys=True) + "\n")


def test_without_delivery_there_is_none(platform):
    assert platform(POOLS) is None


def test_a_cluster_that_shares_nothing_gets_nothing(platform):
    assert platform(DIRECT).objects == []


def test_only_what_pools_need_is_installed(platform):
    recording = platform(DIRECT, "gpu_pools:\n  - {name: online, profile: g6.xlarge, nodes: 0..2}\n")
    assert list(described(recording)) == ["Release kube-system/gpu-operator"]


def test_machines_with_chips_of_awss_own_get_their_plugin_and_no_software_of_nvidias(platform):
    pools = "gpu_pools:\n  - {name: neurons, profile: inf2.xlarge, nodes: 0..2}\n"
    assert list(described(platform(DIRECT, pools))) == ["Release kube-system/neuron-device-plugin"]


CHIPS = """\
gpu_pools:
  - {name: online, profile: g6.xlarge, nodes: 0..2}
  - {name: answers, profile: inf2.xlarge, nodes: 0..4, nodes_by: karpenter}
  - {name: training, profile: trn1.32xlarge, nodes: 0..2, fabric: efa}
teams:
  - {name: search, gpus: {online: {guaranteed: 1}, answers: {guaranteed: 2}, training: {guaranteed: 16}}}
"""


@pytest.mark.parametrize("charts", ["direct", "flux", "argocd"])
def test_what_a_platform_with_chips_of_awss_own_is(platform, charts, golden):
    """Beside NVIDIA's GPUs: a plugin of their own, nodes of their own, and a quota of what pods ask for."""
    delivery = DIRECT if charts == "direct" else f"delivery: {{kind: gitops, charts: {charts}}}\n"
    recording = platform(delivery, CHIPS)
    golden("\n".join(sorted(described(recording))) + "\n")


def test_teams_have_a_quota_of_the_chips_themselves(platform):
    (queue,) = [each for each in platform(DIRECT, CHIPS).objects if each.short_type == "ClusterQueue"]
    quotas = {
        group["coveredResources"][0]: {
            flavor["name"]: flavor["resources"][0]["nominalQuota"] for flavor in group["flavors"]
        }
        for group in queue.inputs["spec"]["resourceGroups"]
    }
    assert quotas == {
        "nvidia.com/gpu": {"online": "1"},
        "aws.amazon.com/neuron": {"answers": "2", "training": "16"},
    }
    flavors = [each for each in platform(DIRECT, CHIPS).objects if each.short_type == "ResourceFlavor"]
    keys = {each.inputs["metadata"]["name"]: each.inputs["spec"]["nodeTaints"][0]["key"] for each in flavors}
    assert keys == {
        "online": "nvidia.com/gpu",
        "answers": "aws.amazon.com/neuron",
        "training": "aws.amazon.com/neuron",
    }


def test_in_an_air_gap_the_plugin_of_the_chips_comes_from_the_mirror(platform):
    pools = "gpu_pools:\n  - {name: training, profile: trn1.2xlarge, nodes: 0..2}\n"
    values = release(platform(DIRECT, AIR_GAP, pools), "neuron-device-plugin").inputs["values"]
    host = "registry.corp.example/public.ecr.aws/neuron"
    assert values["devicePlugin"]["image"] == {
        "repository": f"{host}/neuron-device-plugin",
        "tag": "2.31.0.0",
    }
    assert values["neuronInstances"] == ["trn1.2xlarge"]


CLAIMS = """\
gpu_pools:
  - {name: online, profile: g6.12xlarge, nodes: 0..2}
teams:
  - {name: search, gpus: {online: {guaranteed: 8}}, members: [search-ml]}
"""


@pytest.fixture
def claimed(platform):
    """The platform of a cluster whose pods claim GPUs, and that of the same cluster with a device plugin."""
    return platform(DIRECT, CLAIMS, "cluster: {kind: eks, gpu_allocation: dra}\n"), platform(DIRECT, CLAIMS)


def test_claims_take_the_place_of_the_device_plugin(claimed, golden):
    """Beside it there is one chart more, and Kueue knows what a claim counts as; queues and quotas are the same."""
    golden(difference(*reversed(claimed)) + "\n")


def test_who_hands_out_claims_comes_after_what_labels_its_nodes(claimed):
    driver = release(claimed[0], "dra-driver-nvidia-gpu")
    waited = awaited(claimed[0], driver)
    components = [each for each in claimed[0].resources if each.short_type == "GpuSoftware"]
    assert {each.urn for each in components} <= waited


def test_a_claim_counts_in_the_quota_of_gpus(claimed):
    kueue = release(claimed[0], "kueue").inputs["values"]["managerConfig"]["controllerManagerConfigYaml"]
    assert json.loads(kueue)["resources"]["deviceClassMappings"] == [
        {"name": "nvidia.com/gpu", "deviceClassNames": ["gpu.nvidia.com"]}
    ]
    (queue,) = [each for each in claimed[0].objects if each.short_type == "ClusterQueue"]
    assert queue.inputs["spec"]["resourceGroups"][0]["coveredResources"] == ["nvidia.com/gpu"]


def test_who_claims_is_told_the_class(claimed):
    with_claims, by_name = (each.outputs["pools"]["online"] for each in claimed)
    assert with_claims == {"deviceClass": "gpu.nvidia.com", "nodeSelector": {"mlplat/pool": "online"}}
    assert by_name == {"resource": "nvidia.com/gpu", "nodeSelector": {"mlplat/pool": "online"}}


def test_every_chart_is_one_of_the_book(platform):
    for each in charts(platform(DIRECT, POOLS, TEAMS)):
        row = BOOK[each.inputs["name"]]
        assert each.inputs["version"] == row.version
        assert each.inputs["chart"].endswith(row.chart)
        assert each.inputs["namespace"] == row.namespace


def test_a_chart_is_installed_before_its_kinds_are_used(platform):
    """What is brought by a chart waits for its release, itself or by what it is part of."""
    recording = platform(DIRECT, POOLS, TEAMS)
    brought = {kind: row.name for row in BOOK.values() for kind in row.kinds}
    releases = {each.inputs["name"]: each.urn for each in charts(recording)}
    needed = [
        (each, releases[brought[kind]]) for each in recording.objects if (kind := kind_of(each)) in brought
    ]
    assert {each.short_type for each, _ in needed} >= {"NodePool", "EC2NodeClass", "ClusterQueue", "Cohort"}
    assert [each.urn for each, release in needed if release not in awaited(recording, each)] == []


@pytest.mark.parametrize("delivery", [FLUX, "delivery: {kind: gitops, charts: argocd}\n"])
def test_what_is_of_a_charts_kind_is_written_into_a_folder_of_its_own(platform, delivery):
    """Flux and Argo CD apply nothing of a folder in which there is a kind that the cluster does not know."""
    recording = platform(delivery, POOLS, TEAMS)
    brought = {kind for row in BOOK.values() for kind in row.kinds}
    folders = {
        f"{each.urn}::": each.inputs["renderYamlToDirectory"]
        for each in recording.resources
        if each.type == "pulumi:providers:kubernetes"
    }
    placed = {
        (folder.removeprefix("gitops/sample.eu-west-1/"), kind_of(each) in brought)
        for each in recording.objects
        for urn, folder in folders.items()
        if each.provider.startswith(urn)
    }
    assert placed == {("platform", False), ("platform-kinds", True)}


def kind_of(each):
    """`<group>/<kind>`, as the book has it."""
    return re.sub(r"/[^/]+:", "/", each.type.removeprefix("kubernetes:"))


def awaited(recording, resource):
    by_urn = {each.urn: each for each in recording.resources}
    found, left = set(), [resource]
    while left:
        each = left.pop()
        new = {urn for urn in (*each.depends_on, each.parent) if urn in by_urn} - found
        found |= new
        left += [by_urn[urn] for urn in new]
    return found


def test_karpenter_goes_after_its_nodes(platform):
    """Only it ends machines: without it they would be left running, and the pools could not go."""
    recording = platform(DIRECT, POOLS)
    controller = release(recording, "karpenter").urn
    pools = [each for each in recording.objects if each.short_type in ("NodePool", "EC2NodeClass")]
    assert [each.name for each in pools if controller not in awaited(recording, each)] == []
    assert len(pools) == 2


def test_karpenter_is_told_its_cluster_and_stays_in_an_air_gap(platform):
    open_ = release(platform(DIRECT, POOLS), "karpenter").inputs["values"]["settings"]
    assert (open_["isolatedVPC"], open_["clusterName"]) == (False, "sample-cluster")
    assert open_["interruptionQueue"] == "sample-interruptions"
    pools = POOLS.replace("capacity: spot, ", "")
    closed = release(platform(DIRECT, AIR_GAP, pools), "karpenter").inputs["values"]
    assert closed["settings"]["isolatedVPC"] is True


@pytest.mark.parametrize("delivery", [DIRECT, FLUX])
def test_in_an_air_gap_charts_and_images_come_from_the_mirror(platform, delivery):
    recording = platform(delivery, AIR_GAP, POOLS, TEAMS)
    text = json.dumps([each.inputs for each in recording.objects])
    assert "https://helm.ngc" not in text
    assert "oci://registry.k8s.io" not in text
    for each in charts(recording):
        spec = each.inputs.get("spec", each.inputs)
        row = BOOK[each.inputs.get("name") or each.inputs["metadata"]["name"]]
        for path in row.mirrored:
            value = spec["values"]
            for key in path.split("."):
                value = value[key]
            assert "{" not in value
    (node_class,) = recording.of_type("EC2NodeClass")
    assert "registry.corp.example" in node_class.inputs["spec"]["userData"]


def test_outside_an_air_gap_no_value_names_an_image(platform):
    for each in charts(platform(DIRECT, POOLS, TEAMS)):
        assert not any(word in json.dumps(each.inputs["values"]) for word in ("repository", "image", 'tag"'))


def test_a_team_that_is_given_more_changes_its_own_queue_alone(platform):
    before = platform(DIRECT, POOLS, TEAMS)
    after = platform(DIRECT, POOLS, TEAMS.replace("guaranteed: 6,", "guaranteed: 7,"))
    assert difference(before, after) == "~ ClusterQueue sample-gpu-quota-team-search  (spec)"


def test_a_team_more_is_its_namespace_and_its_queue(platform, golden):
    before = platform(DIRECT, POOLS, TEAMS)
    after = platform(DIRECT, POOLS, TEAMS + "  - {name: ads, gpus: {online: {guaranteed: 1}}}\n")
    golden(difference(before, after) + "\n")


def test_a_team_without_gpus_has_a_namespace_and_no_queue(platform):
    recording = platform(DIRECT, "teams: [{name: search}]\n")
    assert recording.of_type("ClusterQueue") == []
    assert [each.name for each in recording.of_type("TeamNamespace")] == ["sample-team-search"]


def test_a_zone_of_a_pool_is_named_to_karpenter(platform):
    (pool,) = [each for each in platform(DIRECT, POOLS).objects if each.short_type == "NodePool"]
    wanted = pool.inputs["spec"]["template"]["spec"]["requirements"]
    requirements = {each["key"]: each["values"] for each in wanted}
    assert requirements["topology.kubernetes.io/zone"] == ["eu-west-1b"]


def test_other_stacks_are_read_once(platform):
    more = "  - {name: more, profile: g6.8xlarge, nodes: 0..4, nodes_by: karpenter}\n"
    recording = platform(DIRECT, POOLS, more)
    assert len([each for each in recording.objects if each.short_type == "NodePool"]) == 2
    read = [each.name for each in recording.of_type("StackReference")]
    assert sorted(read) == [
        "organization/cluster/sample.eu-west-1",
        "organization/foundation/sample.eu-west-1",
    ]
