"""Route 53 Resolver: which names the machines of a network may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import TAG_PAIRS
from provisioner.providers.aws.spec import (
    ID,
    NONCE,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Found,
    Listed,
    Name,
    Op,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

_ABSENT: Final = ("ResourceNotFoundException",)
_IN_USE: Final = ("ConflictException",)
_ONCE: Final = {"CreatorRequestId": NONCE}
_TAGS_OF: Final = {"tags": Op("list_tags_for_resource", {"ResourceArn": Found("Arn")}, answer="Tags")}
_TAGS: Final = Tags(
    read="tags",
    codec=TAG_PAIRS,
    add=Op("tag_resource", {"ResourceArn": Prop("arn")}),
    add_as="Tags",
    remove=Op("untag_resource", {"ResourceArn": Prop("arn")}),
    remove_as="TagKeys",
    create_as="Tags",
)
_NAME: Final = Name("name", length=64)
_DONE: Final = "Status == 'COMPLETE'"


def _bare(domains: list[str]) -> list[str]:
    """As people write them: AWS tells them with the dot of the root."""
    return sorted({each.rstrip(".") for each in domains})


def _list_problems(inputs: Properties) -> Iterator[Problem]:
    """AWS replaces domains by others, never by none."""
    if inputs.get("domains") == []:
        yield Problem("domains", "a list has at least one domain: take the rule away that it is for")


_LIST = {"FirewallDomainListId": ID}

DOMAIN_LIST = ResourceSpec(
    type="aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
    service="route53resolver",
    id="Id",
    create=Op("create_firewall_domain_list", _ONCE, answer="FirewallDomainList"),
    read=Op("get_firewall_domain_list", _LIST, answer="FirewallDomainList"),
    also={**_TAGS_OF, "domains": Op("list_firewall_domains", _LIST, answer="Domains")},
    delete=Op("delete_firewall_domain_list", _LIST, again=_IN_USE),
    absent=_ABSENT,
    find=Listed(Op("list_firewall_domain_lists", answer="FirewallDomainLists[].Id")),
    fields=(
        Field("name", "Name", REPLACE),
        Field(
            "domains",
            "Domains",
            Op("update_firewall_domains", {**_LIST, "Operation": "REPLACE"}),
            Codec(encode=list, decode=_bare, canonical=_bare),
            read="domains",
            with_create=False,
            required=True,
        ),
    ),
    tags=_TAGS,
    name=_NAME,
    ready=Wait(until=_DONE),
    vanishes_within=300,
    outputs={"arn": "Arn"},
    problems=_list_problems,
)

_GROUP = {"FirewallRuleGroupId": ID}

RULE_GROUP = ResourceSpec(
    type="aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
    service="route53resolver",
    id="Id",
    create=Op("create_firewall_rule_group", _ONCE, answer="FirewallRuleGroup"),
    read=Op("get_firewall_rule_group", _GROUP, answer="FirewallRuleGroup"),
    also=_TAGS_OF,
    delete=Op("delete_firewall_rule_group", _GROUP, again=_IN_USE),
    absent=_ABSENT,
    find=Listed(Op("list_firewall_rule_groups", answer="FirewallRuleGroups[].Id")),
    fields=(Field("name", "Name", REPLACE),),
    tags=_TAGS,
    name=_NAME,
    ready=Wait(until=_DONE),
    vanishes_within=300,
    outputs={"arn": "Arn", "ownerId": "OwnerId", "shareStatus": "ShareStatus"},
)

_RULE = {
    "FirewallRuleGroupId": Prop("firewallRuleGroupId"),
    "FirewallDomainListId": Prop("firewallDomainListId"),
}
_CHANGE_RULE = Whole(Op("update_firewall_rule", _RULE))
_THREATS = "a rule is about a list of domains here"


def _rule_problems(inputs: Properties) -> Iterator[Problem]:
    action, response = inputs.get("action"), inputs.get("blockResponse")
    if UNKNOWN in (action, response):
        return
    if (action == "BLOCK") != (response is not None):
        yield Problem("blockResponse", "says what is answered to whom a rule blocks: it goes with `BLOCK`")
    if (response == "OVERRIDE") != (inputs.get("blockOverrideDomain") is not None):
        yield Problem("blockOverrideDomain", "is what `OVERRIDE` answers, and goes with it")


RULE = ResourceSpec(
    type="aws:route53/resolverFirewallRule:ResolverFirewallRule",
    service="route53resolver",
    id=Text("{firewallRuleGroupId}:{firewallDomainListId}"),
    create=Op("create_firewall_rule", _ONCE, answer="FirewallRule"),
    read=Op(
        "list_firewall_rules",
        {"FirewallRuleGroupId": Prop("firewallRuleGroupId")},
        answer="FirewallRules",
        pick={"FirewallDomainListId": Prop("firewallDomainListId")},
    ),
    delete=Op("delete_firewall_rule", _RULE),
    absent=_ABSENT,
    find=ByInputs(),
    fields=(
        Field("firewallRuleGroupId", "FirewallRuleGroupId", REPLACE, required=True),
        Field("firewallDomainListId", "FirewallDomainListId", REPLACE, required=True),
        Field("name", "Name", _CHANGE_RULE),
        Field("priority", "Priority", _CHANGE_RULE, required=True),
        Field("action", "Action", _CHANGE_RULE, required=True),
        Field("blockResponse", "BlockResponse", _CHANGE_RULE),
        Field("blockOverrideDnsType", "BlockOverrideDnsType", _CHANGE_RULE),
        Field("blockOverrideDomain", "BlockOverrideDomain", _CHANGE_RULE),
        Field("blockOverrideTtl", "BlockOverrideTtl", _CHANGE_RULE),
        Field(
            "firewallDomainRedirectionAction",
            "FirewallDomainRedirectionAction",
            _CHANGE_RULE,
            reset="INSPECT_REDIRECTION_DOMAIN",
            default="INSPECT_REDIRECTION_DOMAIN",
        ),
    ),
    name=_NAME,
    # Of the rules of a group no two have the same priority.
    unique=("firewallRuleGroupId", "priority"),
    outputs={"firewallThreatProtectionId": "FirewallThreatProtectionId || ''"},
    unsupported={
        "qType": "a rule is about questions of every type here",
        "dnsThreatProtection": _THREATS,
        "confidenceThreshold": _THREATS,
    },
    problems=_rule_problems,
)

_ASSOCIATION = {"FirewallRuleGroupAssociationId": ID}
_CHANGE = Op("update_firewall_rule_group_association", _ASSOCIATION, again=_IN_USE)

RULE_GROUP_ASSOCIATION = ResourceSpec(
    type="aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    service="route53resolver",
    id="Id",
    create=Op("associate_firewall_rule_group", _ONCE, answer="FirewallRuleGroupAssociation"),
    read=Op("get_firewall_rule_group_association", _ASSOCIATION, answer="FirewallRuleGroupAssociation"),
    also=_TAGS_OF,
    delete=Op("disassociate_firewall_rule_group", _ASSOCIATION, again=_IN_USE),
    absent=_ABSENT,
    find=Listed(
        Op(
            "list_firewall_rule_group_associations",
            {"VpcId": Prop("vpcId")},
            answer="FirewallRuleGroupAssociations[].Id",
        )
    ),
    fields=(
        Field("firewallRuleGroupId", "FirewallRuleGroupId", REPLACE, required=True),
        Field("vpcId", "VpcId", REPLACE, required=True),
        Field("name", "Name", _CHANGE),
        Field("priority", "Priority", _CHANGE, required=True),
        Field("mutationProtection", "MutationProtection", _CHANGE, reset="DISABLED", computed=True),
    ),
    tags=_TAGS,
    name=_NAME,
    # Of the associations of a network no two have the same priority.
    unique=("vpcId", "priority"),
    ready=Wait(until=_DONE),
    vanishes_within=600,
    outputs={"arn": "Arn"},
)

_UPDATE_CONFIG = Op("update_firewall_config", {"ResourceId": Prop("resourceId")})

CONFIG = ResourceSpec(
    type="aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
    service="route53resolver",
    id="Id",
    # Every network has such a setting from the start: nothing is answered while the firewall is not well.
    create=Op("update_firewall_config", answer="FirewallConfig"),
    read=Op("list_firewall_configs", answer="FirewallConfigs", pick={"Id": ID}),
    delete=Op("update_firewall_config", {"ResourceId": Prop("resourceId"), "FirewallFailOpen": "DISABLED"}),
    absent=_ABSENT,
    find=Listed(Op("list_firewall_configs", answer="FirewallConfigs[].Id")),
    fields=(
        Field("resourceId", "ResourceId", REPLACE, required=True),
        Field("firewallFailOpen", "FirewallFailOpen", _UPDATE_CONFIG, required=True),
    ),
    unique=("resourceId",),
    outputs={"ownerId": "OwnerId"},
)

SPECS = (DOMAIN_LIST, RULE_GROUP, RULE, RULE_GROUP_ASSOCIATION, CONFIG)
