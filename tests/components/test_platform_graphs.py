"""What the components of the platform declare, as text: types, names, parents, inputs, and what waits for what."""

import json

import pytest

from components.chart import Chart, ChartArgs, ChartSource
from components.gpu_claims import GpuClaims, GpuClaimsArgs
from components.gpu_admission import GpuAdmission, GpuAdmissionArgs
from components.gpu_quota import GpuQuota, GpuQuotaArgs, QuotaPool, QuotaTeam, Share
from components.gpu_software import (
    BareNodes,
    EksNodes,
    FabricSoftware,
    FabricSoftwareArgs,
    GpuSoftware,
    GpuSoftwareArgs,
    NeuronSoftware,
    NeuronSoftwareArgs,
)
from components.node_marks import MigSlices, Taint, TimeSlices, WholeGpus
from components.node_pools import KarpenterMachine, NodePool, NodePoolArgs
from components.software_namespace import SoftwareNamespace, SoftwareNamespaceArgs
from components.team_namespace import TeamNamespace, TeamNamespaceArgs
from tests.support.recording import record

OCI = ChartSource(
    repository="oci://registry.example/charts",
    chart="queue",
    version="1.2.3",
    release="queue",
    namespace="queue-system",
    wave=2,
    needs=[("certs", "certs")],
)
WEB = ChartSource(
    repository="https://charts.example/stable",
    chart="operator",
    version="v4.5.6",
    release="gpu-operator",
    namespace="kube-system",
    wave=1,
    needs=[],
)
RESEARCH = Taint(key="team", value="research", effect="NoSchedule")


def chart(source, by):
    args = ChartArgs(origin="teams", source=source, by=by, values={"replicas": 2})
    return lambda: Chart("dev-queue", args)


def gpu_software(nodes, *sharings, images=(), claimed=False):
    args = GpuSoftwareArgs(
        origin="gpu_pools",
        nodes=nodes,
        sharings=sharings,
        source=WEB,
        by="release",
        images=dict(images),
        claimed=claimed,
    )
    return lambda: GpuSoftware("dev-gpu-software", args)


def node_pool(**other):
    args = dict(
        origin="gpu_pools[0]",
        pool="batch",
        cluster="dev-cluster",
        machine=KarpenterMachine(
            instance_type="g6.12xlarge",
            accelerator="l4",
            accelerators=4,
            resource="nvidia.com/gpu",
            disk_gib=200,
            has_local_disks=True,
        ),
        nodes_at_most=40,
        capacity="spot",
        sharing=TimeSlices(replicas=4),
        labels={"team": "search"},
        taints=[RESEARCH],
        subnet_ids=[],
        zones=[],
        tags={"owner": "ml@example.com"},
        user_data=None,
        profile_name="dev-node",
        group_id="sg-nodes",
        disk_key_arn="arn:disks",
    )
    return lambda: NodePool("dev-nodes-batch", NodePoolArgs(**(args | other)))


def pool(name, resource="nvidia.com/gpu", taints=(), own="nvidia.com/gpu"):
    return QuotaPool(
        name=name, resource=resource, selector={"mlplat/pool": name}, taints=taints, own_taint=own
    )


def quota():
    pools = [
        pool("online"),
        pool("slices", "nvidia.com/mig-1g.5gb"),
        pool("training", taints=[RESEARCH]),
        pool("own", own=None),
    ]
    search = {
        "online": Share(guaranteed=6, borrow=None, lend=2),
        "slices": Share(guaranteed=3, borrow=4, lend=None),
    }
    research = {
        "training": Share(guaranteed=64, borrow=0, lend=0),
        "own": Share(guaranteed=0, borrow=None, lend=None),
    }
    return GpuQuota(
        "dev-gpu-quota",
        GpuQuotaArgs(
            origin="teams",
            pools=pools,
            teams=[
                QuotaTeam(name="search", shares=search, weight=2),
                QuotaTeam(name="research", shares=research, weight=4),
                QuotaTeam(name="guests", shares={}, weight=1),
            ],
        ),
    )


def space(served=(9443,), *, reachable=(), reaches_teams=False):
    args = SoftwareNamespaceArgs(
        origin="delivery",
        namespace="queue-system",
        served=served,
        reachable=reachable,
        reaches_teams=reaches_teams,
    )
    return lambda: SoftwareNamespace("dev-queue-system", args)


PROGRAMS = {
    "oci_release": chart(OCI, "release"),
    "oci_flux": chart(OCI, "flux"),
    "oci_argocd": chart(OCI, "argocd"),
    "web_release": chart(WEB, "release"),
    "web_flux": chart(WEB, "flux"),
    "web_argocd": chart(WEB, "argocd"),
    "gpus_on_eks": gpu_software(EksNodes(), WholeGpus(), TimeSlices(replicas=4), TimeSlices(replicas=2)),
    "gpus_in_slices": gpu_software(EksNodes(), MigSlices(profile="1g.5gb")),
    "gpus_on_own_machines": gpu_software(BareNodes(), TimeSlices(replicas=4), TimeSlices(replicas=4)),
    "gpus_in_slices_on_own_machines": gpu_software(BareNodes(), MigSlices(profile="1g.5gb")),
    "gpus_of_several_kinds_on_own_machines": gpu_software(
        BareNodes(), MigSlices(profile="1g.5gb"), WholeGpus()
    ),
    "gpus_that_are_claimed": gpu_software(EksNodes(), WholeGpus(), claimed=True),
    "claims": lambda: GpuClaims(
        "dev-gpu-claims",
        GpuClaimsArgs(
            origin="cluster.gpu_allocation",
            operator_namespace="kube-system",
            source=OCI,
            by="release",
            images={"image": {"tag": "1.2.3"}},
        ),
    ),
    "gpus_from_a_mirror": gpu_software(
        BareNodes(), WholeGpus(), images={"driver": {"repository": "mirror/nvidia"}}
    ),
    "chips": lambda: NeuronSoftware(
        "dev-neuron-software",
        NeuronSoftwareArgs(
            origin="gpu_pools",
            machines=["trn1.32xlarge", "inf2.xlarge", "trn1.32xlarge"],
            source=WEB,
            by="flux",
            images={"devicePlugin": {"image": {"tag": "1.2.3"}}},
        ),
    ),
    "fabric": lambda: FabricSoftware(
        "dev-fabric",
        FabricSoftwareArgs(
            origin="gpu_pools",
            machines=["p5.48xlarge", "p4d.24xlarge", "p5.48xlarge"],
            source=WEB,
            by="flux",
            images={"image": {"tag": "v1"}},
        ),
    ),
    "node_pool": node_pool(),
    "node_pool_elsewhere": node_pool(
        capacity="on-demand",
        sharing=WholeGpus(),
        subnet_ids=["subnet-1"],
        zones=["eu-west-1a"],
        user_data="#!/bin/bash",
        taints=[Taint(key="team", value="", effect="NoExecute")],
        labels={},
    ),
    "quota": quota,
    "admission": lambda: GpuAdmission(
        "dev-gpu-admission",
        GpuAdmissionArgs(origin="teams", prefixes=["nvidia.com/", "aws.amazon.com/neuron"]),
    ),
    "team": lambda: TeamNamespace(
        "dev-team-search",
        TeamNamespaceArgs(origin="teams[0]", team="search", members=["search-ml", "on-call"]),
    ),
    "team_that_claims": lambda: TeamNamespace(
        "dev-team-search",
        TeamNamespaceArgs(origin="teams[0]", team="search", members=["search-ml"], claimed=True),
    ),
    "team_of_nobody": lambda: TeamNamespace(
        "dev-team-search", TeamNamespaceArgs(origin="teams[0]", team="search", members=[])
    ),
    "software_namespace": space(),
    "software_namespace_in_an_air_gap": space(reachable=["10.0.0.0/8", "192.168.0.0/16"]),
    "gateways_namespace": space((10080, 10443), reaches_teams=True),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_childs_name_begins_with_its_components(program):
    assert record(PROGRAMS[program]).strangers == []


@pytest.mark.parametrize("sharing", [WholeGpus(), TimeSlices(replicas=4), MigSlices(profile="1g.5gb")])
@pytest.mark.parametrize("nodes", [EksNodes(), BareNodes()])
def test_exactly_one_hands_gpus_out(nodes, sharing):
    (release,) = record(gpu_software(nodes, sharing)).of_type("Release")
    values = release.inputs["values"]
    assert (values["clusterPolicy"]["deployCR"], values["gpuCluster"]["deployCR"]) == (True, False)


def test_who_claims_gpus_has_no_device_plugin():
    (operator,) = record(gpu_software(EksNodes(), WholeGpus(), claimed=True)).of_type("Release")
    assert operator.inputs["values"]["devicePlugin"] == {"enabled": False}
    assert operator.inputs["values"]["gpuCluster"] == {"deployCR": False}
    (driver,) = record(PROGRAMS["claims"]).of_type("Release")
    assert driver.inputs["values"]["resources"]["gpus"] == {"enabled": True}


def test_configurations_of_time_slices_are_those_that_labels_name():
    from components.node_marks import sharing_labels

    (release,) = record(gpu_software(EksNodes(), TimeSlices(replicas=4))).of_type("Release")
    config = release.inputs["values"]["devicePlugin"]["config"]
    name = sharing_labels(TimeSlices(replicas=4))["nvidia.com/device-plugin.config"]
    assert config["default"] != name
    slicing = json.loads(config["data"][name])["sharing"]["timeSlicing"]
    assert slicing["resources"] == [{"name": "nvidia.com/gpu", "replicas": 4}]
    assert slicing["failRequestsGreaterThanOne"] is True
