"""What each component declares, as text: types, names, parents, inputs, and what waits for what."""

import pulumi
import pytest

from components.base_roles import BaseRoles, BaseRolesArgs
from components.bucket_access import adding, reading
from components.dns_firewall import DnsFirewall, DnsFirewallArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs, KeyReach
from components.existing_network import ExistingNetwork, ExistingNetworkArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.image_registry import ImageRepository, ImageRepositoryArgs, pushing
from components.key_policy import KeyUser
from components.location import Location
from components.model_store import ModelStore, ModelStoreArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs, SealedByKey
from components.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from components.private_network import Egress, PrivateNetwork, PrivateNetworkArgs, ZoneBlocks
from components.public_access_block import PublicAccessBlock, PublicAccessBlockArgs
from components.workload_role import WorkloadRole, WorkloadRoleArgs
from tests.support.recording import difference, record

HERE = Location(region="eu-west-1", account_id="111122223333")


def network(*letters, egress=Egress.NAT_PER_ZONE):
    zones = [
        ZoneBlocks(
            zone=f"eu-west-1{letter}", private=f"10.0.{number}.0/24", public=f"10.0.{number + 100}.0/24"
        )
        for number, letter in enumerate(letters)
    ]
    args = PrivateNetworkArgs(
        origin="network", cidr="10.0.0.0/16", zones=zones, egress=egress, private_tags={}
    )
    return lambda: PrivateNetwork("dev-network", args)


def key(user, reach=KeyReach.ONE_REGION):
    args = EncryptionKeyArgs(
        origin="encryption.kms",
        location=HERE,
        alias="dev-things",
        description="Things of dev",
        used_by=user,
        reach=reach,
        rotation_days=365,
        deletion_window_days=30,
    )
    return lambda: EncryptionKey("dev-things-key", args)


def workload(permissions):
    args = WorkloadRoleArgs(
        origin="model_store", location=HERE, description="Does things", permissions=permissions
    )
    return lambda: WorkloadRole("dev-worker-eu-west-1", args)


PROGRAMS = {
    "private_network": network("a", "b"),
    "private_network_with_one_nat": network("a", "b", egress=Egress.NAT_SINGLE),
    "existing_network": lambda: ExistingNetwork(
        "dev-network",
        ExistingNetworkArgs(
            origin="network", vpc_id="vpc-0a1b2c3d", private_subnet_ids=["subnet-0a1b2c3d", "subnet-4e5f6a7b"]
        ),
    ),
    "private_endpoints": lambda: PrivateEndpoints(
        "dev-endpoints",
        PrivateEndpointsArgs(
            origin="network",
            location=HERE,
            services=["ecr.api", "sqs", "sts"],
            vpc_id="vpc-1",
            vpc_cidr="10.0.0.0/16",
            subnet_ids=["subnet-1", "subnet-2"],
            route_table_ids=["rtb-1", "rtb-2"],
        ),
    ),
    "dns_firewall": lambda: DnsFirewall(
        "dev-dns-firewall",
        DnsFirewallArgs(origin="connectivity", allowed=["registry.corp.example"], vpc_id="vpc-1"),
    ),
    "public_access_block": lambda: PublicAccessBlock(
        "dev-public-access", PublicAccessBlockArgs(origin="connectivity")
    ),
    "flow_logs": lambda: FlowLogs(
        "dev-flow-logs-eu-west-1",
        FlowLogsArgs(
            origin="network.flow_logs", location=HERE, retention_days=30, vpc_id="vpc-1", key_arn="arn:key"
        ),
    ),
    "key_for_log_groups": key(KeyUser.CLOUDWATCH_LOGS),
    "key_for_images": key(KeyUser.ECR),
    "key_for_models": key(KeyUser.S3),
    "image_registry": lambda: ImageRepository(
        "dev-images-serving",
        ImageRepositoryArgs(
            origin="registry.repositories[0]",
            repository="dev/serving",
            keep_images=50,
            scan_on_push=True,
            force_delete=False,
            key_arn="arn:key",
            puller_arns=["arn:node"],
            pusher_arns=["arn:ci", "arn:builder"],
        ),
    ),
    "private_bucket": lambda: PrivateBucket(
        "dev-things",
        PrivateBucketArgs(
            origin="things",
            sealed=SealedByKey(key_arn="arn:key"),
            expiry={"id": "old", "status": "Enabled", "expiration": {"days": 3}},
            force_destroy=False,
        ),
    ),
    "model_store": lambda: ModelStore(
        "dev-models-eu-west-1",
        ModelStoreArgs(
            origin="model_store",
            location=HERE,
            keep_versions_days=90,
            keep_access_logs_days=30,
            force_destroy=False,
            more_logged_buckets=[],
            key_arn="arn:key",
        ),
    ),
    "base_roles": lambda: BaseRoles(
        "dev-base-eu-west-1", BaseRolesArgs(origin="name", location=HERE, secrets_key_arn=None)
    ),
    "role_that_reads_models": lambda: workload(reading("arn:bucket", "arn:key", HERE))(),
    "role_that_adds_models": lambda: workload(adding("arn:bucket", "arn:key", HERE))(),
    "role_that_pushes_images": workload(pushing(HERE, "dev")),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_childs_name_begins_with_its_components(program):
    assert record(PROGRAMS[program]).strangers == []


def test_a_third_zone_only_adds():
    changes = difference(record(network("a", "b")), record(network("a", "b", "c"))).splitlines()
    assert changes
    assert [line for line in changes if not line.startswith("+")] == []


def test_a_zone_that_goes_only_removes():
    changes = difference(record(network("a", "b", "c")), record(network("a", "b"))).splitlines()
    assert changes
    assert [line for line in changes if not line.startswith("-")] == []


def test_one_nat_for_all_moves_routes_and_nothing_else():
    per_zone, single = record(network("a", "b")), record(network("a", "b", egress=Egress.NAT_SINGLE))
    assert difference(per_zone, single).splitlines() == [
        "- Eip dev-network-nat-b",
        "- NatGateway dev-network-nat-b",
        "~ Route dev-network-private-b-out  (natGatewayId)",
    ]


def test_both_networks_hand_on_the_same():
    """Whatever comes after a network does not ask which of the two it is."""
    answers = {"aws:ec2/vpc:Vpc": {"cidrBlock": "10.0.0.0/16"}}

    def exported(program):
        def run():
            made = program()
            for name in ("vpc_id", "vpc_cidr", "private_subnet_ids", "public_subnet_ids"):
                pulumi.export(name, getattr(made, name))

        return record(run, answers=lambda type: answers.get(type, {})).outputs

    own, existing = exported(PROGRAMS["private_network"]), exported(PROGRAMS["existing_network"])
    assert own.keys() == existing.keys()
    assert existing["vpc_cidr"] == "10.0.0.0/16"
    assert existing["private_subnet_ids"] == ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]
