"""Another address range is another network: everything moves there in an order that AWS takes.

The local cloud refuses, as AWS does, to take a gateway from a network in which public addresses are mapped.
"""

import pytest

import pulumi
import pulumi_aws as aws
from components.file_system import FileSystem, FileSystemArgs
from components.private_network import Egress, PrivateNetwork, PrivateNetworkArgs, ZoneBlocks
from provisioner.engine.interface import Result
from stacks.ownership import name_every_object
from tests.e2e.one_type import Desk, package_at


def network(range, egress=Egress.NAT_PER_ZONE, *, with_files=False):
    zones = [
        ZoneBlocks(
            zone=f"us-east-1{letter}", private=f"{range}.{number}.0/24", public=f"{range}.{number + 100}.0/24"
        )
        for number, letter in enumerate("ab")
    ]
    args = PrivateNetworkArgs(
        origin="network", cidr=f"{range}.0.0/16", zones=zones, egress=egress, private_tags={}
    )

    def program():
        name_every_object()
        provider = pulumi.ProviderResource("aws", "here", {"region": "us-east-1"})
        here = pulumi.ResourceOptions(providers=[provider])
        made = PrivateNetwork("dev-network", args, here)
        if with_files:
            files(made, pulumi.ResourceOptions(provider=provider))

    return program


def files(made, here):
    """A file system that is mounted in the network."""
    nodes = aws.ec2.SecurityGroup("nodes", description="Nodes", vpc_id=made.vpc_id, opts=here)
    key = aws.kms.Key("data", description="Data", opts=here)
    args = FileSystemArgs(
        origin="data_services[0]",
        throughput="elastic",
        key_arn=key.arn,
        vpc_id=made.vpc_id,
        subnets=dict(zip("ab", made.private_subnet_ids, strict=True)),
        client_group_id=nodes.id,
    )
    FileSystem("dev-files", args, pulumi.ResourceOptions(providers=[here.provider]))


@pytest.fixture
def desk(tmp_path, cloud, quick_passphrase):
    return Desk(tmp_path, package_at(cloud.endpoint))


def networks(client):
    """Those that gateways of either kind are in."""
    nats = [
        nat["VpcId"] for nat in client.describe_nat_gateways()["NatGateways"] if nat["State"] != "deleted"
    ]
    gateways = client.describe_internet_gateways()["InternetGateways"]
    return {*nats}, {one["VpcId"] for gateway in gateways for one in gateway["Attachments"]}


@pytest.mark.parametrize("egress", [Egress.NAT_PER_ZONE, Egress.NAT_SINGLE])
def test_gateways_follow_the_network_to_another_address_range(desk, cloud, egress):
    assert desk.apply(network("10.0", egress)).result is Result.DONE
    ((old,), _) = networks(cloud.client("ec2"))
    moved = desk.apply(network("10.9", egress))
    assert (moved.result, moved.failures) == (Result.DONE, ())
    nats, gateways = networks(cloud.client("ec2"))
    assert nats == gateways
    assert old not in nats
    assert len(nats) == 1
    assert desk.plan(network("10.9", egress)).is_empty
    assert desk.breaches() == ()
    assert desk.apply(lambda: None).result is Result.DONE
    assert networks(cloud.client("ec2")) == (set(), set())


def test_a_file_system_is_mounted_in_the_new_network_and_keeps_its_files(desk, cloud):
    """All its mount targets are in one network: each waits until the others have left the old one."""

    def mounted():
        client = cloud.client("efs")
        (system,) = client.describe_file_systems()["FileSystems"]
        which = {"FileSystemId": system["FileSystemId"]}
        assert client.describe_file_system_policy(**which)["Policy"]
        return which, {target["VpcId"] for target in client.describe_mount_targets(**which)["MountTargets"]}

    assert desk.apply(network("10.0", with_files=True)).result is Result.DONE
    files, (old,) = mounted()
    moved = desk.apply(network("10.9", with_files=True))
    assert (moved.result, moved.failures) == (Result.DONE, ())
    same, (new,) = mounted()
    assert (same, new == old) == (files, False)
    assert desk.plan(network("10.9", with_files=True)).is_empty
    assert desk.apply(lambda: None).result is Result.DONE
