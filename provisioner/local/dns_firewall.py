"""Route 53 Resolver's firewall: lists of names, groups of rules, and which network goes by them.

Nobody asks for names here, so nothing is blocked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.route53resolver.models import (  # pyright: ignore[reportMissingTypeStubs]
    Route53ResolverBackend,
)

from provisioner.local.operation import Answer, Call, Correction, Operation, Refusal, kept

_DONE: Final = {"Status": "COMPLETE", "StatusMessage": "Finished"}
_KNOWS: Final = "_matched_arn"
"""moto's own function that refuses the tags of what it does not have."""

_CHANGING: Final = ("Name", "Priority", "MutationProtection")
_OF_RULES: Final = (
    "FirewallDomainListId",
    "Name",
    "Priority",
    "Action",
    "BlockResponse",
    "BlockOverrideDomain",
    "BlockOverrideDnsType",
    "BlockOverrideTtl",
    "FirewallDomainRedirectionAction",
)


def create_firewall_domain_list(call: Call) -> Answer:
    """A new list without domains."""
    told = {**_DONE, "Name": call["Name"], "DomainCount": 0, "CreatorRequestId": call["CreatorRequestId"]}
    return {"FirewallDomainList": _made(call, "rslvr-fdl", "firewall-domain-list", told)}


def get_firewall_domain_list(call: Call) -> Answer:
    """One list."""
    return {"FirewallDomainList": _found(call, call["FirewallDomainListId"])}


def list_firewall_domain_lists(call: Call) -> Answer:
    """All lists."""
    return {"FirewallDomainLists": [_short(each) for each in _all(call, "rslvr-fdl")]}


def update_firewall_domains(call: Call) -> Answer:
    """The list with other domains, each with the dot of the root."""
    found = _found(call, call["FirewallDomainListId"])
    given = [f"{each.rstrip('.')}." for each in call["Domains"]]
    domains = _domains(call, found)
    if not given:
        raise Refusal("ValidationException", "Domains are needed; to take all away, REMOVE them by name.")
    match call["Operation"]:
        case "ADD":
            domains[:] = [*domains, *(each for each in given if each not in domains)]
        case "REMOVE":
            domains[:] = [each for each in domains if each not in given]
        case _:
            domains[:] = given
    found["DomainCount"] = len(domains)
    return {**{key: found[key] for key in ("Id", "Name", "StatusMessage")}, "Status": "UPDATING"}


def list_firewall_domains(call: Call) -> Answer:
    """The domains of a list."""
    return {"Domains": list(_domains(call, _found(call, call["FirewallDomainListId"])))}


def delete_firewall_domain_list(call: Call) -> Answer:
    """The list, which is gone; one that a rule is about is kept."""
    found = _found(call, call["FirewallDomainListId"])
    rules = [rule for each in kept(call.backend, "firewall_rules").values() for rule in each]
    if any(rule["FirewallDomainListId"] == found["Id"] for rule in rules):
        raise Refusal("ConflictException", f"{found['Id']} is used by a rule.")
    return {"FirewallDomainList": _gone(call, found)}


def create_firewall_rule_group(call: Call) -> Answer:
    """A new group without rules."""
    told = {
        **_DONE,
        "Name": call["Name"],
        "RuleCount": 0,
        "OwnerId": call.account,
        "ShareStatus": "NOT_SHARED",
        "CreatorRequestId": call["CreatorRequestId"],
    }
    return {"FirewallRuleGroup": _made(call, "rslvr-frg", "firewall-rule-group", told)}


def get_firewall_rule_group(call: Call) -> Answer:
    """One group."""
    found = _found(call, call["FirewallRuleGroupId"])
    return {"FirewallRuleGroup": {**found, "RuleCount": len(_rules(call, found["Id"]))}}


def list_firewall_rule_groups(call: Call) -> Answer:
    """All groups."""
    members = ("Id", "Arn", "Name", "OwnerId", "CreatorRequestId", "ShareStatus")
    found = _all(call, "rslvr-frg")
    return {"FirewallRuleGroups": [{key: each[key] for key in members} for each in found]}


def delete_firewall_rule_group(call: Call) -> Answer:
    """The group, which is gone; one that a network goes by is kept."""
    found = _found(call, call["FirewallRuleGroupId"])
    if any(each["FirewallRuleGroupId"] == found["Id"] for each in _all(call, "rslvr-frgassoc")):
        raise Refusal("ConflictException", f"{found['Id']} is associated with a VPC.")
    kept(call.backend, "firewall_rules").pop(found["Id"], None)
    return {"FirewallRuleGroup": _gone(call, found)}


def create_firewall_rule(call: Call) -> Answer:
    """A new rule: a list has one rule in a group, and each rule a priority of its own."""
    rules = _rules(call, _found(call, call["FirewallRuleGroupId"])["Id"])
    wanted = _found(call, call["FirewallDomainListId"])["Id"]
    if any(wanted == each["FirewallDomainListId"] or each["Priority"] == call["Priority"] for each in rules):
        raise Refusal("ValidationException", "The group has a rule for this list, or with this priority.")
    _must_be_answered(call.parameters)
    rule = {"FirewallRuleGroupId": call["FirewallRuleGroupId"], **_settings(call)}
    rules.append({"FirewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN", **rule})
    return {"FirewallRule": rules[-1]}


def list_firewall_rules(call: Call) -> Answer:
    """The rules of a group."""
    return {"FirewallRules": _rules(call, _found(call, call["FirewallRuleGroupId"])["Id"])}


def update_firewall_rule(call: Call) -> Answer:
    """The rule with other settings."""
    rule = {**_rule(call), **_settings(call)}
    if rule["Action"] != "BLOCK":
        rule.pop("BlockResponse", None)
    _must_be_answered(rule)
    _rule(call).update(rule)
    return {"FirewallRule": rule}


def delete_firewall_rule(call: Call) -> Answer:
    """The rule, which is gone."""
    rule = _rule(call)
    _rules(call, call["FirewallRuleGroupId"]).remove(rule)
    return {"FirewallRule": rule}


def associate_firewall_rule_group(call: Call) -> Answer:
    """A network that goes by a group from now on; none of its groups have the same priority."""
    _found(call, call["FirewallRuleGroupId"])
    if call["VpcId"] not in call.backend_of("ec2").vpcs:
        raise Refusal("ResourceNotFoundException", f"The VPC {call['VpcId']} does not exist.")
    _must_be_a_priority(call["Priority"])
    there = [each for each in _all(call, "rslvr-frgassoc") if each["VpcId"] == call["VpcId"]]
    if any(each["Priority"] == call["Priority"] for each in there):
        raise Refusal("ValidationException", "Another group of the VPC has this priority.")
    told = {
        **_DONE,
        **{key: call[key] for key in ("FirewallRuleGroupId", "VpcId", "Name", "Priority")},
        "MutationProtection": call.get("MutationProtection", "DISABLED"),
        "CreatorRequestId": call["CreatorRequestId"],
    }
    made = _made(call, "rslvr-frgassoc", "firewall-rule-group-association", told)
    return {"FirewallRuleGroupAssociation": {**made, "Status": "UPDATING"}}


def get_firewall_rule_group_association(call: Call) -> Answer:
    """One association."""
    return {"FirewallRuleGroupAssociation": _found(call, call["FirewallRuleGroupAssociationId"])}


def list_firewall_rule_group_associations(call: Call) -> Answer:
    """The associations of a network, or all."""
    found = _all(call, "rslvr-frgassoc")
    here = [each for each in found if call.get("VpcId") in (None, each["VpcId"])]
    return {"FirewallRuleGroupAssociations": here}


def update_firewall_rule_group_association(call: Call) -> Answer:
    """The association with other settings."""
    found = _found(call, call["FirewallRuleGroupAssociationId"])
    _must_be_a_priority(call.get("Priority", found["Priority"]))
    found.update({key: call[key] for key in _CHANGING if call.has(key)})
    return {"FirewallRuleGroupAssociation": {**found, "Status": "UPDATING"}}


def disassociate_firewall_rule_group(call: Call) -> Answer:
    """The association, which is gone, unless it is protected."""
    found = _found(call, call["FirewallRuleGroupAssociationId"])
    if found["MutationProtection"] == "ENABLED":
        raise Refusal("ConflictException", f"{found['Id']} is protected from mutation.")
    return {"FirewallRuleGroupAssociation": _gone(call, found)}


def _must_be_answered(rule: Mapping[str, Any]) -> None:
    if rule["Action"] == "BLOCK" and not rule.get("BlockResponse"):
        raise Refusal("ValidationException", "A rule that blocks needs a BlockResponse.")


def _must_be_a_priority(number: int) -> None:
    """Route 53 Resolver API, AssociateFirewallRuleGroup, `Priority`: the ends are AWS Firewall Manager's."""
    if not 100 < number < 9900:  # noqa: PLR2004 - the two ends of the range
        raise Refusal("ValidationException", "A priority is greater than 100 and less than 9900.")


def _objects(backend: Any) -> dict[str, Any]:
    return kept(backend, "firewall")


def _made(call: Call, prefix: str, kind: str, told: dict[str, Any]) -> dict[str, Any]:
    """A new object, or the one that the same request made before."""
    objects = _objects(call.backend)
    for each in objects.values():
        if each["CreatorRequestId"] == told["CreatorRequestId"] and each["Id"].startswith(f"{prefix}-"):
            return each
    identifier = f"{prefix}-{secrets.token_hex(8)}"
    arn = call.arn("route53resolver", f"{kind}/{identifier}")
    objects[identifier] = {"Id": identifier, "Arn": arn, **told}
    call.backend.tagger.tag_resource(arn, call.parts("Tags"))
    return objects[identifier]


def _found(call: Call, identifier: str) -> dict[str, Any]:
    found = _objects(call.backend).get(identifier)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"There is no {identifier}.")
    return found


def _all(call: Call, prefix: str) -> list[dict[str, Any]]:
    objects = _objects(call.backend).values()
    return [each for each in objects if each["Id"].startswith(f"{prefix}-")]


def _gone(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    call.backend.tagger.delete_all_tags_for_resource(found["Arn"])
    return {**_objects(call.backend).pop(found["Id"]), "Status": "DELETING"}


def _short(each: dict[str, Any]) -> dict[str, Any]:
    return {key: each[key] for key in ("Id", "Arn", "Name", "CreatorRequestId")}


def _domains(call: Call, found: dict[str, Any]) -> list[str]:
    return kept(call.backend, "firewall_domains").setdefault(found["Id"], [])


def _rules(call: Call, group: str) -> list[dict[str, Any]]:
    return kept(call.backend, "firewall_rules").setdefault(group, [])


def _rule(call: Call) -> dict[str, Any]:
    for each in _rules(call, call["FirewallRuleGroupId"]):
        if each["FirewallDomainListId"] == call.get("FirewallDomainListId"):
            return each
    raise Refusal("ResourceNotFoundException", "The group has no rule for this list.")


def _settings(call: Call) -> dict[str, Any]:
    return {key: call[key] for key in _OF_RULES if call.has(key)}


_of_moto: Final[Callable[[Any, str], None]] = getattr(Route53ResolverBackend, _KNOWS)


def _matched(backend: Any, arn: str) -> None:
    """Objects of the firewall have tags as well."""
    if not any(each["Arn"] == arn for each in _objects(backend).values()):
        _of_moto(backend, arn)


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_firewall_domain_list,
    get_firewall_domain_list,
    list_firewall_domain_lists,
    update_firewall_domains,
    list_firewall_domains,
    delete_firewall_domain_list,
    create_firewall_rule_group,
    get_firewall_rule_group,
    list_firewall_rule_groups,
    delete_firewall_rule_group,
    create_firewall_rule,
    list_firewall_rules,
    update_firewall_rule,
    delete_firewall_rule,
    associate_firewall_rule_group,
    get_firewall_rule_group_association,
    list_firewall_rule_group_associations,
    update_firewall_rule_group_association,
    disassociate_firewall_rule_group,
)

CORRECTIONS: Final[tuple[Correction, ...]] = ((Route53ResolverBackend, _KNOWS, _matched),)
