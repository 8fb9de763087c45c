"""What programs look up comes back in pulumi-aws's shape."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Refused

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"


@pytest.fixture
def network(provider):
    """A network with two subnets, and tags to find it by."""
    made = []

    def make(type, **written):
        inputs = provider.check(type, "found", None, {**written, "tags": {"case": "lookup"}}, b"seed").inputs
        made.append((type, provider.create(type, inputs)))
        return made[-1][1]

    vpc = make(VPC, cidrBlock="10.9.0.0/16")
    subnets = [make(SUBNET, vpcId=vpc.id, cidrBlock=f"10.9.{n}.0/24") for n in range(2)]
    yield vpc, subnets
    for type, it in reversed(made):
        provider.delete(type, it)


def test_who_is_asking(provider):
    """The account, as text."""
    answer = provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert answer["accountId"] == answer["id"] == "123456789012"
    assert answer["arn"].startswith("arn:aws:sts::123456789012:")


def test_region_and_partition_cost_no_call(provider):
    """They follow from the provider's region, or the one that was asked for."""
    answer = provider.invoke("aws:index/getRegion:getRegion", {})
    assert answer == {
        "id": "us-east-1",
        "name": "us-east-1",
        "region": "us-east-1",
        "endpoint": "ec2.us-east-1.amazonaws.com",
        "description": "US East (N. Virginia)",
    }
    assert provider.invoke("aws:index/getRegion:getRegion", {"region": "cn-north-1"})["endpoint"].endswith(
        ".com.cn"
    )
    partition = provider.invoke("aws:index/getPartition:getPartition", {})
    assert (partition["partition"], partition["dnsSuffix"], partition["reverseDnsPrefix"]) == (
        "aws",
        "amazonaws.com",
        "com.amazonaws",
    )


def test_zones_are_sorted_and_may_be_left_out(provider):
    """Positions of subnets hang on the order."""
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    answer = provider.invoke(token, {"state": "available"})
    assert answer["names"] == sorted(answer["names"])
    assert answer["names"][0] == "us-east-1a"
    assert len(answer["zoneIds"]) == len(answer["names"])
    assert "us-east-1a" not in provider.invoke(token, {"excludeNames": ["us-east-1a"]})["names"]
    assert provider.invoke(token, {"region": "eu-west-1"})["names"][0] == "eu-west-1a"


@pytest.mark.parametrize("by", ["id", "tags", "cidrBlock", "filters"])
def test_a_network_is_found(provider, network, by):
    """By id, by tags, by addresses, by filters."""
    vpc, _ = network
    ways = {
        "id": vpc.id,
        "tags": {"case": "lookup"},
        "cidrBlock": "10.9.0.0/16",
        "filters": [{"name": "tag:case", "values": ["lookup"]}],
    }
    answer = provider.invoke("aws:ec2/getVpc:getVpc", {by: ways[by]})
    for prop in ("arn", "cidrBlock", "enableDnsSupport", "enableDnsHostnames", "mainRouteTableId", "ownerId"):
        assert answer[prop] == vpc.outputs[prop]
    assert answer["id"] == vpc.id
    assert answer["default"] is False
    assert answer["tags"] == vpc.outputs["tagsAll"]
    assert answer["cidrBlockAssociations"][0]["cidrBlock"] == "10.9.0.0/16"


def test_subnets_are_found(provider, network):
    """One by its addresses, all by their network."""
    vpc, subnets = network
    [first, _] = subnets
    answer = provider.invoke("aws:ec2/getSubnet:getSubnet", {"vpcId": vpc.id, "cidrBlock": "10.9.0.0/24"})
    assert answer["id"] == first.id
    assert {prop: answer[prop] for prop in ("arn", "availabilityZone", "vpcId")} == {
        prop: first.outputs[prop] for prop in ("arn", "availabilityZone", "vpcId")
    }
    wanted = {"filters": [{"name": "vpc-id", "values": [vpc.id]}]}
    assert provider.invoke("aws:ec2/getSubnets:getSubnets", wanted)["ids"] == sorted(s.id for s in subnets)
    assert provider.invoke("aws:ec2/getVpcs:getVpcs", {"tags": {"case": "lookup"}})["ids"] == [vpc.id]


def test_none_and_several_are_refused(provider, network):
    """A lookup of one thing means one thing."""
    vpc, _ = network
    with pytest.raises(Refused, match="exactly one subnet; 2 match"):
        provider.invoke("aws:ec2/getSubnet:getSubnet", {"vpcId": vpc.id})
    with pytest.raises(Refused, match="exactly one VPC; 0 match"):
        provider.invoke("aws:ec2/getVpc:getVpc", {"tags": {"case": "nowhere"}})


def test_what_is_not_known_yet_is_not_asked(provider):
    """The answer to an unknown question is unknown."""
    answer = provider.invoke("aws:ec2/getVpc:getVpc", {"id": UNKNOWN})
    assert answer["cidrBlock"] is UNKNOWN
    assert answer["id"] is UNKNOWN


def test_an_argument_that_is_not_taken_is_refused(provider):
    """Never silently ignored."""
    with pytest.raises(Refused, match="`colour`"):
        provider.invoke("aws:ec2/getVpc:getVpc", {"colour": "red"})
