"""A security group lets nothing out that nobody asked for, also if its making was interrupted."""

import pytest

from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Identity, Refused
from tests.support.aws_cases import Case, Ref

VPC = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.20.0.0/16"})
GROUP = Case(
    "aws:ec2/securityGroup:SecurityGroup",
    {"vpcId": Ref("vpc"), "tags": {"Name": "servers"}},
    needs={"vpc": VPC},
)
EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture
def group_inputs(stage):
    stage.make(VPC, "vpc")
    return stage.inputs(GROUP)


@pytest.fixture
def half_made(provider, stage, group_inputs):
    """A group as a run leaves it that is killed before it takes AWS's own rule away."""
    driver = provider.driver(GROUP.type)
    made = TableDriver(driver.spec, driver.scope).create(group_inputs)
    yield made
    provider.delete(GROUP.type, made)


def ways_out(client, group):
    described = client("ec2").describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]
    return described["IpPermissionsEgress"]


def test_aws_own_rule_is_taken_away(stage, client):
    group = stage.make(GROUP)
    assert ways_out(client, group) == []
    assert group.outputs["egress"] == []


def test_a_group_found_after_a_killed_run_is_closed_by_the_next(provider, client, half_made, group_inputs):
    [id] = provider.find(GROUP.type, group_inputs, ())
    found = provider.read(GROUP.type, Identity(id, group_inputs))
    assert provider.diff(GROUP.type, found, group_inputs).updates == ("egress",)
    closed = provider.update(GROUP.type, found, group_inputs)
    assert ways_out(client, closed) == []
    seen = provider.read(GROUP.type, Identity(id, closed.inputs, closed.outputs))
    assert not provider.diff(GROUP.type, seen, group_inputs)


def test_a_group_that_could_not_be_closed_is_recorded_as_open(provider, stage, group_inputs, monkeypatch):
    driver = provider.driver(GROUP.type)

    def refuse(group):
        raise Refused("no permission to revoke", code="UnauthorizedOperation")

    monkeypatch.setattr(driver, "_close", refuse)
    with pytest.raises(Refused, match="no permission to revoke") as refusal:
        driver.create(group_inputs)
    made = refusal.value.made
    assert provider.diff(GROUP.type, made, group_inputs).updates == ("egress",)
    provider.delete(GROUP.type, made)


def test_a_rule_that_somebody_made_is_left_alone(provider, stage, client):
    """Rules are resources of their own, and those with tags are somebody's."""
    group = stage.make(GROUP)
    owned = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "owner", "Value": "someone"}]}]
    client("ec2").authorize_security_group_egress(
        GroupId=group.id, IpPermissions=EVERYTHING, TagSpecifications=owned
    )
    for record in (Identity(group.id, group.inputs, group.outputs), Identity(group.id)):
        assert not provider.diff(GROUP.type, provider.read(GROUP.type, record), group.inputs)


def test_rules_written_inside_a_group_are_refused(provider):
    written = {"vpcId": "vpc-1", "ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0}]}
    [problem] = provider.check(GROUP.type, "servers", None, written, b"seed").problems
    assert problem.property == "ingress"
    assert "SecurityGroupIngressRule" in problem.reason


def test_rules_go_with_their_group_if_it_says_so(provider, stage, client):
    group = stage.make(Case(GROUP.type, {**GROUP.inputs, "revokeRulesOnDelete": True}, needs=GROUP.needs))
    client("ec2").authorize_security_group_ingress(GroupId=group.id, IpPermissions=EVERYTHING)
    provider.delete(GROUP.type, group)
    assert provider.read(GROUP.type, Identity(group.id)) is None


RULE = Case(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    {
        "securityGroupId": Ref("group"),
        "ipProtocol": "TCP",
        "fromPort": 443,
        "toPort": 443,
        "cidrIpv4": "10.20.0.0/16",
    },
    needs={"group": GROUP},
)


def test_rules_with_the_same_tags_are_told_apart_by_what_they_allow(provider, stage):
    https = stage.make(RULE, "https")
    http = stage.make(Case(RULE.type, {**RULE.inputs, "fromPort": 80, "toPort": 80}), "http")
    assert provider.find(RULE.type, https.inputs, ()) == [https.id]
    assert provider.find(RULE.type, http.inputs, ()) == [http.id]


def test_a_description_can_be_taken_away_again(provider, stage, client):
    made = stage.make(Case(RULE.type, {**RULE.inputs, "description": "HTTPS"}, needs=RULE.needs))
    wanted = {key: value for key, value in made.inputs.items() if key != "description"}
    assert provider.diff(RULE.type, made, wanted).updates == ("description",)
    changed = provider.update(RULE.type, made, wanted)
    assert changed.outputs["description"] is None
    assert not provider.diff(
        RULE.type, provider.read(RULE.type, Identity(made.id, wanted, changed.outputs)), wanted
    )


@pytest.mark.parametrize(
    ("given", "property", "reason"),
    [
        pytest.param({"cidrIpv4": None}, "", "it has none", id="no source"),
        pytest.param({"cidrIpv6": "::/0"}, "", "it has cidrIpv4, cidrIpv6", id="two sources"),
        pytest.param({"toPort": None}, "toPort", "which ports", id="a port is missing"),
        pytest.param(
            {"cidrIpv4": None, "referencedSecurityGroupId": "210987654321/sg-1"},
            "referencedSecurityGroupId",
            "other accounts",
            id="a group of another account",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(provider, given, property, reason):
    written = {**RULE.inputs, "ipProtocol": "tcp", "securityGroupId": "sg-1", **given}
    [problem] = provider.check(RULE.type, "rule", None, written, b"seed").problems
    assert problem.property == property
    assert reason in problem.reason
