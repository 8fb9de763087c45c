"""What the components of a cluster declare, as text: types, names, parents, inputs, and what waits for what."""

import pytest

from components.cluster import (
    ControlPlaneLogs,
    EksCluster,
    EksClusterArgs,
    IsolatedApi,
    PrivateApi,
    PublicApi,
    Release,
)
from components.cluster_access import ClusterAccess, ClusterAccessArgs, Entrant
from components.cluster_addons import NodeAddons, NodeAddonsArgs, WorkloadAddons, WorkloadAddonsArgs
from components.gpu_pool import (
    GpuMachine,
    GpuPool,
    GpuPoolArgs,
    Hardware,
    NodeMarks,
    OnDemand,
    Spot,
)
from components.interruption_queue import InterruptionQueue, InterruptionQueueArgs
from components.karpenter import Karpenter, KarpenterArgs
from components.location import Location
from components.network_interfaces import efa_interfaces, plain_interfaces
from components.node_firewall import NodeFirewall, NodeFirewallArgs, OpenReach, PrivateReach
from components.node_marks import MigSlices, Taint, TimeSlices, WholeGpus
from components.node_template import Block, NodeSite, Reserved
from components.policy_document import allow
from components.system_pool import NodeCount, SystemPool, SystemPoolArgs
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from tests.support.recording import difference, record

HERE = Location(region="eu-west-1", account_id="111122223333")
SITE = NodeSite(
    version="1.35",
    tags={"owner": "ml@example.com"},
    cluster_name="dev-cluster",
    node_role_arn="arn:node",
    group_id="sg-nodes",
    disk_key_arn="arn:disks",
)
L4 = GpuMachine(
    instance_type="g6.xlarge", ami_type="AL2023_x86_64_NVIDIA", accelerator="l4", resource="nvidia.com/gpu"
)
H100 = GpuMachine(
    instance_type="p5.48xlarge",
    ami_type="AL2023_x86_64_NVIDIA",
    accelerator="h100",
    resource="nvidia.com/gpu",
)


def cluster(api, *, protected=True):
    args = EksClusterArgs(
        origin="cluster",
        release=Release(version="1.35", support="STANDARD"),
        api=api,
        logs=ControlPlaneLogs(retention_days=90, key_arn="arn:logs"),
        deletion_protection=protected,
        role_arn="arn:role",
        subnet_ids=["subnet-1", "subnet-2"],
        secrets_key_arn="arn:secrets",
    )
    return lambda: EksCluster("dev-cluster", args)


def firewall(reach):
    args = NodeFirewallArgs(
        origin="cluster",
        reach=reach,
        tags={"karpenter.sh/discovery": "dev-cluster"},
        vpc_id="vpc-1",
        control_plane_group_id="sg-control-plane",
    )
    return lambda: NodeFirewall("dev-nodes", args)


def pool(
    machine=L4,
    interfaces=plain_interfaces(),
    capacity=OnDemand(),
    sharing=WholeGpus(),
    labels=(),
    taints=(),
    user_data=None,
):
    args = GpuPoolArgs(
        origin="gpu_pools[0]",
        pool="online",
        site=SITE,
        hardware=Hardware(machine=machine, interfaces=interfaces, disk_gib=200),
        nodes=NodeCount(least=0, most=8),
        capacity=capacity,
        sharing=sharing,
        marks=NodeMarks(labels=dict(labels), taints=list(taints)),
        subnet_ids=["subnet-1"],
        user_data=user_data,
    )
    return lambda: GpuPool("dev-gpu-online", args)


def identity():
    return WorkloadIdentity(
        "dev-workload-search-eu-west-1",
        WorkloadIdentityArgs(
            origin="data_services",
            location=HERE,
            description="What search may use",
            namespace="search",
            service_account="search",
            permissions=[allow("Read", ["s3:GetObject"], on=["arn:bucket/*"])],
            cluster_name="dev-cluster",
        ),
    )


PROGRAMS = {
    "private_cluster": cluster(PrivateApi()),
    "public_cluster": cluster(PublicApi(cidrs=["203.0.113.0/24"])),
    "isolated_cluster": cluster(IsolatedApi()),
    "access": lambda: ClusterAccess(
        "dev-access",
        ClusterAccessArgs(
            origin="cluster.access",
            partition="aws",
            entrants=[
                Entrant(role_arn="arn:aws:iam::111122223333:role/ml/platform", level="admin"),
                Entrant(role_arn="arn:aws:iam::111122223333:role/on-call", level="view"),
            ],
            cluster_name="dev-cluster",
        ),
    ),
    "node_addons": lambda: NodeAddons(
        "dev-node-addons", NodeAddonsArgs(origin="cluster", cluster_name="dev-cluster")
    ),
    "workload_addons": lambda: WorkloadAddons(
        "dev-workload-addons",
        WorkloadAddonsArgs(
            origin="cluster", location=HERE, cluster_name="dev-cluster", disk_key_arn="arn:disks"
        ),
    ),
    "open_firewall": firewall(OpenReach()),
    "closed_firewall": firewall(PrivateReach(s3_prefix_list_id="pl-s3")),
    "system_pool": lambda: SystemPool(
        "dev-system",
        SystemPoolArgs(
            origin="cluster.system_pool",
            site=SITE,
            instance_type="m7i.large",
            ami_type="AL2023_x86_64_STANDARD",
            nodes=NodeCount(least=2, most=4),
            disk_gib=80,
            subnet_ids=["subnet-1", "subnet-2"],
            user_data=None,
        ),
    ),
    "gpus_by_turns": pool(
        sharing=TimeSlices(replicas=4),
        labels={"team": "search"}.items(),
        taints=[
            Taint(key="team", value="search", effect="NoSchedule"),
            Taint(key="old", value="", effect="PreferNoSchedule"),
        ],
    ),
    "gpus_in_slices_on_spot": pool(capacity=Spot(), sharing=MigSlices(profile="1g.10gb")),
    "gpus_with_fabric_on_demand": pool(machine=H100, interfaces=efa_interfaces(2, [0, 1])),
    "gpus_with_fabric_in_a_reservation": pool(
        machine=H100, interfaces=efa_interfaces(32, range(0, 32, 16)), capacity=Reserved(id="cr-1")
    ),
    "gpus_of_a_capacity_block": pool(
        machine=H100,
        interfaces=efa_interfaces(2, [0, 1]),
        capacity=Block(id="cr-2", instance_type="p5.48xlarge"),
        user_data="bWltZQ==",
    ),
    "workload_identity": identity,
    "karpenter": lambda: Karpenter(
        "dev-karpenter-eu-west-1",
        KarpenterArgs(
            origin="gpu_pools",
            location=HERE,
            cluster="dev-cluster",
            cluster_name="dev-cluster",
            disk_key_arn="arn:disks",
            queue_arn="arn:interruptions",
        ),
    ),
    "interruptions": lambda: InterruptionQueue(
        "dev-interruptions", InterruptionQueueArgs(origin="gpu_pools", location=HERE)
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_childs_name_begins_with_its_components(program):
    assert record(PROGRAMS[program]).strangers == []


def test_a_pool_that_grows_changes_its_size_and_nothing_else():
    small = pool()
    grown = GpuPoolArgs(**{**_fields(small), "nodes": NodeCount(least=2, most=20)})
    changes = difference(record(small), record(lambda: GpuPool("dev-gpu-online", grown)))
    assert changes == "~ NodeGroup dev-gpu-online  (scalingConfig)"


def test_what_a_person_writes_on_nodes_does_not_replace_what_the_pool_says_of_itself():
    (group,) = record(pool(labels={"mlplat/pool": "mine", "team": "a"}.items())).of_type("NodeGroup")
    assert group.inputs["labels"]["mlplat/pool"] == "online"
    assert group.inputs["labels"]["team"] == "a"


def _fields(program):
    (args,) = [cell.cell_contents for cell in program.__closure__]
    return {name: getattr(args, name) for name in args.__dataclass_fields__}
