"""EC2: security groups and their rules. `special/security_group*.py` have what does not fit a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.ec2_spelling import NOTE, PERMISSIONS, PORT, PROTOCOL
from provisioner.providers.aws.codecs import ec2_tags
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    REPLACE,
    TAG_FILTERS,
    Field,
    Found,
    Listed,
    Members,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Sweep,
    Text,
)
from provisioner.providers.interface import Problem

INLINE = "each rule is a resource of its own: `aws.vpc.SecurityGroupIngressRule`, `…EgressRule`"
SOURCES = {
    "cidrIpv4": "CidrIpv4",
    "cidrIpv6": "CidrIpv6",
    "prefixListId": "PrefixListId",
    "referencedSecurityGroupId": "ReferencedGroupId",
}
"""What a rule can allow, with the parameter of `modify_security_group_rules`. A rule has exactly one."""

_ABSENT = ("InvalidGroup.NotFound", "InvalidGroupId.NotFound")


def _revoked(direction: str, permissions: str, groups: Op, when: str = "") -> Sweep:
    """Every rule of a direction is taken out of the groups that `groups` answers."""
    return Sweep(
        list=Op(groups.name, groups.send, answer=f"SecurityGroups[?{permissions}]"),
        each=Op(
            f"revoke_security_group_{direction}",
            {"GroupId": Found("GroupId"), "IpPermissions": Found(permissions)},
        ),
        when=when,
    )


_ITSELF = Op("describe_security_groups", {"Filters": [{"Name": "group-id", "Values": [ID]}]})

SECURITY_GROUP = ResourceSpec(
    type="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    id="GroupId",
    create=Op("create_security_group", again=("InvalidVpcID.NotFound",)),
    read=Op(
        "describe_security_groups",
        {"Filters": [{"Name": "group-id", "Values": IDS}]},
        answer="SecurityGroups",
        pick={"GroupId": ID},
    ),
    delete=Op(
        "delete_security_group",
        {"GroupId": ID},
        # Network interfaces that AWS made for others go some time after those.
        again=("DependencyViolation",),
        first=(
            _revoked("ingress", "IpPermissions", _ITSELF, when="revokeRulesOnDelete"),
            _revoked("egress", "IpPermissionsEgress", _ITSELF, when="revokeRulesOnDelete"),
        ),
    ),
    absent=_ABSENT,
    find=Listed(Op("describe_security_groups", {"Filters": TAG_FILTERS}, answer="SecurityGroups[].GroupId")),
    fields=(
        Field("name", "GroupName", REPLACE),
        # The words are pulumi-aws's; AWS wants some, and they cannot be changed.
        Field("description", "Description", REPLACE, default="Managed by Pulumi"),
        Field("vpcId", "VpcId", REPLACE, required=True),
        Field("revokeRulesOnDelete", "", LOCAL, default=False),
    ),
    name=Name("name", 255, given_prefix="namePrefix"),
    tags=ec2_tags("security-group"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:security-group/{id}"),
        "ownerId": "OwnerId",
        "ingress": Output("IpPermissions", codec=PERMISSIONS),
        "egress": Output("IpPermissionsEgress", codec=PERMISSIONS),
    },
    unsupported={"ingress": INLINE, "egress": INLINE},
)


def _no_inline_rules(inputs: Properties) -> Iterator[Problem]:
    for direction in ("ingress", "egress"):
        if inputs.get(direction):
            yield Problem(direction, f"the default group lets nothing through; {INLINE}")


_DEFAULT_OF_VPC = Op(
    "describe_security_groups",
    {
        "Filters": [
            {"Name": "vpc-id", "Values": [Prop("vpcId")]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    },
    answer="SecurityGroups[0]",
)


def _closed(prop: str, direction: str, permissions: str) -> Field:
    """No rules in one direction: a rule that is there all the same is a change of this property."""
    return Field(
        prop,
        permissions,
        Members(
            add=Op(f"authorize_security_group_{direction}", {"GroupId": ID}),
            remove=Op(f"revoke_security_group_{direction}", {"GroupId": ID}),
            add_as="IpPermissions",
            remove_as="IpPermissions",
        ),
        PERMISSIONS,
        reset=[],
        with_create=False,
        default=[],
    )


DEFAULT_SECURITY_GROUP = ResourceSpec(
    type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    id="GroupId",
    # Nothing is made: the network's own group is taken over and emptied.
    create=Op(
        _DEFAULT_OF_VPC.name,
        _DEFAULT_OF_VPC.send,
        answer=_DEFAULT_OF_VPC.answer,
        first=(
            _revoked("ingress", "IpPermissions", _DEFAULT_OF_VPC),
            _revoked("egress", "IpPermissionsEgress", _DEFAULT_OF_VPC),
        ),
    ),
    read=SECURITY_GROUP.read,
    # The group lives and dies with its network, and stays closed meanwhile.
    delete=None,
    absent=_ABSENT,
    find=Listed(Op(_DEFAULT_OF_VPC.name, _DEFAULT_OF_VPC.send, answer="SecurityGroups[].GroupId")),
    fields=(
        Field("vpcId", "VpcId", REPLACE, with_create=False, required=True),
        _closed("ingress", "ingress", "IpPermissions"),
        _closed("egress", "egress", "IpPermissionsEgress"),
        Field("revokeRulesOnDelete", "", LOCAL, default=False),
    ),
    unique=("vpcId",),
    tags=replace(ec2_tags("security-group"), create_as=""),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:security-group/{id}"),
        "ownerId": "OwnerId",
        "name": "GroupName",
        "namePrefix": "''",
        "description": "Description",
    },
    problems=_no_inline_rules,
)


def _rule_problems(inputs: Properties) -> Iterator[Problem]:
    given = [source for source in SOURCES if inputs.get(source) is not None]
    if len(given) != 1:
        said = f"it has {', '.join(given)}" if given else "it has none"
        yield Problem("", f"a rule has exactly one of {', '.join(SOURCES)}; {said}")
    if inputs.get("ipProtocol") in ("tcp", "udp"):
        for port in ("fromPort", "toPort"):
            if inputs.get(port) is None:
                yield Problem(port, "a rule for TCP or UDP says which ports")
    if "/" in str(inputs.get("referencedSecurityGroupId", "")):
        yield Problem("referencedSecurityGroupId", "groups of other accounts are not supported")


def _rule(direction: str, name: str) -> ResourceSpec:
    modify = Op("modify_security_group_rules", {"GroupId": Prop("securityGroupId")})
    return ResourceSpec(
        type=f"aws:vpc/securityGroup{name}:SecurityGroup{name}",
        service="ec2",
        id="SecurityGroupRuleId",
        create=Op(
            f"authorize_security_group_{direction}",
            answer="SecurityGroupRules[0]",
            again=("InvalidGroup.NotFound",),
        ),
        read=Op(
            "describe_security_group_rules",
            {"Filters": [{"Name": "security-group-rule-id", "Values": IDS}]},
            answer="SecurityGroupRules",
            pick={"SecurityGroupRuleId": ID},
        ),
        delete=Op(
            f"revoke_security_group_{direction}",
            {"GroupId": Prop("securityGroupId"), "SecurityGroupRuleIds": [ID]},
        ),
        absent=(*_ABSENT, "InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"),
        find=Listed(
            Op(
                "describe_security_group_rules",
                {"Filters": [{"Name": "group-id", "Values": [Prop("securityGroupId")]}]},
                answer=f"SecurityGroupRules[?IsEgress == `{str(direction == 'egress').lower()}`]"
                ".SecurityGroupRuleId",
            )
        ),
        fields=(
            Field("securityGroupId", "GroupId", REPLACE, required=True),
            Field("ipProtocol", "IpProtocol", modify, PROTOCOL, required=True),
            Field("fromPort", "FromPort", modify, PORT),
            Field("toPort", "ToPort", modify, PORT),
            Field("description", "Description", modify, NOTE),
            Field("cidrIpv4", "CidrIpv4", modify),
            # AWS would change these in place too; the local cloud silently does not. A new rule beside the
            # old one interrupts nothing.
            Field("cidrIpv6", "CidrIpv6", REPLACE),
            Field("prefixListId", "PrefixListId", REPLACE),
            Field(
                "referencedSecurityGroupId",
                "ReferencedGroupId",
                REPLACE,
                read="ReferencedGroupInfo.GroupId",
            ),
        ),
        unique=("securityGroupId", "ipProtocol", "fromPort", "toPort", *SOURCES),
        tags=ec2_tags("security-group-rule"),
        outputs={
            "arn": Text("arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"),
            "securityGroupRuleId": "SecurityGroupRuleId",
        },
        problems=_rule_problems,
    )


INGRESS_RULE = _rule("ingress", "IngressRule")
EGRESS_RULE = _rule("egress", "EgressRule")

SPECS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP, INGRESS_RULE, EGRESS_RULE)
