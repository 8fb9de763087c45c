"""Clusters, GPU pools, air gaps and regions: what the model makes of what is written."""

from datetime import date, timedelta
from ipaddress import IPv4Network

import pytest
from pydantic import ValidationError

from environments.capacity import CapacityBlock, OnDemand, Spot
from environments.cluster import EksCluster, PrivateEndpoint
from environments.connectivity import AirGap
from environments.load import load
from environments.model import Environment
from environments.origins import rows
from environments.replicas import Replica
from environments.sharing import NoSharing, TimeSlicing
from environments.sizes import NodeRange, Size

DAY = date(2026, 11, 21)
HEAD = """\
name: sample
cloud: local
owner: ml-platform@example.com
region: us-east-1
registry: {repositories: [serving]}
"""
NETWORK = "network: {cidr: 10.20.0.0/14}\n"
EKS = "cluster: {kind: eks}\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="own.yaml"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


@pytest.fixture
def read(write):
    def read(text, on=DAY, head=HEAD + NETWORK):
        return load(write(head + text), today=on).environment

    return read


def pool(settings, profile="g6.xlarge"):
    return f"{EKS}gpu_pools: [{{name: one, profile: {profile}, nodes: 0..2, {settings}}}]\n"


def test_without_these_settings_there_is_one_connected_region_without_a_cluster(read):
    environment = read("")
    assert environment.regions == ("us-east-1",)
    assert not environment.is_airgapped
    assert environment.cluster is environment.dns is None
    assert environment.gpu_pools == environment.data_services == environment.replicas == ()
    assert environment.registry.pull_through == ()
    assert environment.encryption.kms.multi_region is False


def test_a_cluster_is_private_and_supported_by_default(read):
    assert read(EKS).cluster == EksCluster(kind="eks")
    cluster = read(EKS).cluster
    assert (cluster.version, cluster.support, cluster.endpoint) == (
        "1.35", "standard", PrivateEndpoint(kind="private"),
    )  # fmt: skip
    assert (cluster.system_pool.profile, cluster.system_pool.nodes) == ("m7i.large", NodeRange(2, 4))
    assert (cluster.system_pool.disk, cluster.logs) == (Size(80), timedelta(days=90))


def test_a_pool_is_on_demand_and_unshared_by_default(read):
    (one,) = read(pool("disk: 100Gi")).gpu_pools
    assert (one.capacity, one.sharing, one.fabric) == (
        OnDemand(kind="on_demand"), NoSharing(kind="none"), "none",
    )  # fmt: skip
    assert (one.nodes, one.disk, one.nodes_by, one.taints) == (NodeRange(0, 2), Size(100), "node_group", ())
    assert one.hardware.accelerator == "l4"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        pytest.param(pool("capacity: spot"), pool("capacity: {kind: spot}"), id="capacity"),
        pytest.param(pool("sharing: none"), pool("sharing: {kind: none}"), id="sharing"),
        pytest.param(
            "cluster: {kind: eks, endpoint: private}\n",
            "cluster: {kind: eks, endpoint: {kind: private}}\n",
            id="endpoint",
        ),
        pytest.param("replicas: [eu-west-1]\n", "replicas: [{region: eu-west-1}]\n", id="replicas"),
        pytest.param("connectivity: connected\n", "connectivity: {kind: connected}\n", id="connectivity"),
    ],
)
def test_one_word_is_short_for_a_section(read, short, long):
    assert read(short) == read(long)


def test_the_origin_of_a_short_form_is_where_the_word_is(write):
    text = HEAD + NETWORK + EKS + "gpu_pools:\n  - name: a\n    profile: g6.xlarge\n    nodes: 2..20\n"
    text += "    capacity: spot\nreplicas:\n  - eu-west-1\n"
    loaded = load(write(text), today=DAY)
    places = {row.path: row.place for row in rows(loaded)}
    assert places["gpu_pools[0].nodes"] == "own.yaml:11"
    assert places["gpu_pools[0].capacity.kind"] == "own.yaml:12"
    assert places["gpu_pools[0].sharing.kind"] is None
    assert places["replicas[0].region"] == "own.yaml:14"
    assert places["replicas[0].cidr"] is None
    kind = loaded.source.place(("gpu_pools", 0, "capacity", "kind"))
    assert (kind.line, kind.column, kind.width) == (12, 15, len("spot"))


def test_every_region_has_its_block_by_position_unless_it_names_one(read):
    environment = read("replicas: [eu-west-1, {region: eu-west-2, cidr: 10.30.0.0/16}, eu-west-3]\n")
    assert environment.replicas[1] == Replica(region="eu-west-2", cidr=IPv4Network("10.30.0.0/16"))
    assert {region: str(environment.region_block(region)) for region in environment.regions} == {
        "us-east-1": "10.20.0.0/16",
        "eu-west-1": "10.21.0.0/16",
        "eu-west-2": "10.30.0.0/16",
        "eu-west-3": "10.23.0.0/16",
    }


def test_a_region_that_is_appended_moves_no_address(read):
    fewer, more = read("replicas: [eu-west-1]\n"), read("replicas: [eu-west-1, eu-west-2]\n")
    assert [more.region_block(region) for region in fewer.regions] == [
        fewer.region_block(region) for region in fewer.regions
    ]


def test_an_air_gap_has_no_nat(read):
    environment = read("connectivity: {kind: airgap, mirror: registry.corp.example}\n")
    assert environment.is_airgapped
    assert environment.connectivity == AirGap(kind="airgap", mirror="registry.corp.example")
    assert environment.network.nat == "none"
    assert read("").network.nat == "per_zone"


def test_an_air_gap_can_be_an_existing_network(read):
    network = "network: {vpc: vpc-0a1b2c3d, private_subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]}\n"
    gap = "connectivity: {kind: airgap, mirror: registry.corp.example:5000}\n"
    assert read(gap + pool("zones: [1]"), head=HEAD + network).is_airgapped


def test_a_pool_is_in_all_zones_unless_something_holds_it_in_one(read):
    reserved = "capacity: {kind: reservation, id: cr-0123456789abcdef0}"

    def zones(settings):
        return read(pool(settings, "p5.48xlarge")).gpu_pools[0].zone_positions(3)

    assert zones("zones: [2, 0]") == (2, 0)
    assert zones("fabric: none") == (0, 1, 2)
    assert zones("fabric: efa") == (0,)
    assert zones(reserved) == (0,)
    assert zones(f"zones: [1], {reserved}") == (1,)


def test_pools_are_chosen_by_region_and_owner(read):
    environment = read(
        EKS + "replicas: [eu-west-1]\ngpu_pools:\n"
        "  - {name: everywhere, profile: g6.xlarge, nodes: 0..2}\n"
        "  - {name: here, profile: g6.xlarge, nodes: 0..2, regions: [us-east-1], nodes_by: karpenter}\n"
    )

    def names(pools):
        return [pool.name for pool in pools]

    assert names(environment.pools_in("us-east-1")) == ["everywhere", "here"]
    assert names(environment.pools_in("eu-west-1")) == ["everywhere"]
    assert names(environment.pools_by("karpenter", "us-east-1")) == ["here"]
    assert names(environment.pools_by("node_group", "us-east-1")) == ["everywhere"]


@pytest.mark.parametrize(
    ("written", "last_day"),
    [('version: "1.34"', date(2026, 12, 2)), ('version: "1.34", support: extended', date(2027, 12, 2))],
)
def test_a_version_can_be_used_as_long_as_it_is_supported(read, written, last_day):
    text = f"cluster: {{kind: eks, {written}}}\n"
    assert read(text, on=last_day).cluster.version == "1.34"
    with pytest.raises(Exception, match="ENV-021"):
        read(text, on=last_day + timedelta(days=1))


def test_without_a_day_it_is_this_day():
    settings = {
        "name": "sample", "cloud": "local", "owner": "a@example.com", "region": "us-east-1",
        "network": {"cidr": "10.20.0.0/14"}, "registry": {"repositories": ["serving"]},
        "cluster": {"kind": "eks", "version": "1.28"},
    }  # fmt: skip
    with pytest.raises(ValidationError, match=r"1\.28"):
        Environment.model_validate(settings)
    known = Environment.model_validate(settings, context={"today": date(2024, 1, 1)})
    assert known.cluster.version == "1.28"


def test_a_section_of_another_kind_takes_nothing_over(write):
    write(
        "cluster: {kind: eks, logs: 30d}\nconnectivity: {kind: airgap, mirror: registry.corp.example}\n",
        "base.yaml",
    )
    own = (
        "extends: base.yaml\n"
        + HEAD
        + NETWORK
        + "connectivity: {kind: connected}\ncluster: {version: '1.36'}\n"
    )
    environment = load(write(own), today=DAY).environment
    assert environment.connectivity.kind == "connected"
    assert (environment.cluster.version, environment.cluster.logs) == ("1.36", timedelta(days=30))


def test_the_kinds_of_capacity_and_sharing(read):
    (block,) = read(
        pool("capacity: {kind: capacity_block, id: cr-0123456789abcdef0}", "p5.48xlarge")
    ).gpu_pools
    assert block.capacity == CapacityBlock(kind="capacity_block", id="cr-0123456789abcdef0")
    (shared,) = read(pool("capacity: spot, sharing: {kind: time_slicing, replicas: 4}")).gpu_pools
    assert (shared.capacity, shared.sharing) == (
        Spot(kind="spot"),
        TimeSlicing(kind="time_slicing", replicas=4),
    )
