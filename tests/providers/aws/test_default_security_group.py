"""The default group of a network is taken over, emptied, and watched; it is never removed."""

import pytest

from provisioner.providers.interface import Identity
from tests.support.aws_cases import Case, Ref

VPC = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.20.0.0/16"})
DEFAULT = Case("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": Ref("vpc")}, needs={"vpc": VPC})
RULES = [
    {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 23,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "for a moment"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
    }
]


@pytest.fixture
def default(stage):
    return stage.make(DEFAULT)


def permissions(client, group):
    described = client("ec2").describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]
    return described["IpPermissions"], described["IpPermissionsEgress"]


def test_it_is_the_group_of_the_network_without_any_rule(default, stage, client):
    assert default.id == stage.made["vpc"].outputs["defaultSecurityGroupId"]
    assert permissions(client, default) == ([], [])


def test_a_rule_that_somebody_adds_is_seen_and_taken_out(provider, default, client):
    ec2 = client("ec2")
    itself = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": default.id}]}]
    ec2.authorize_security_group_ingress(GroupId=default.id, IpPermissions=RULES)
    ec2.authorize_security_group_egress(GroupId=default.id, IpPermissions=itself)
    seen = provider.read(DEFAULT.type, Identity(default.id, default.inputs, default.outputs))
    assert provider.diff(DEFAULT.type, seen, default.inputs).updates == ("ingress", "egress")
    assert seen.inputs["ingress"][0]["cidrBlocks"] == ["0.0.0.0/0"]
    provider.update(DEFAULT.type, seen, default.inputs)
    assert permissions(client, default) == ([], [])


def test_rules_cannot_be_given(provider):
    written = {"vpcId": "vpc-1", "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0}]}
    [problem] = provider.check(DEFAULT.type, "default", None, written, b"seed").problems
    assert problem.property == "egress"


def test_no_rules_can_be_given(provider):
    written = {"vpcId": "vpc-1", "ingress": [], "egress": []}
    assert not provider.check(DEFAULT.type, "default", None, written, b"seed").problems


def test_it_is_left_there(provider, default, client):
    provider.delete(DEFAULT.type, default)
    assert permissions(client, default) == ([], [])
