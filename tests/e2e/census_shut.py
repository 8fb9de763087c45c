"""Counts what keeps a network shut in: firewalls for names, and the block on public access."""


def _listed(operation, answer, name="Id", **send):
    return lambda cloud: [each[name] for each in cloud.listed("route53resolver", operation, answer, **send)]


_groups = _listed("list_firewall_rule_groups", "FirewallRuleGroups")


def _rules(cloud):
    for group in _groups(cloud):
        for rule in cloud.listed(
            "route53resolver", "list_firewall_rules", "FirewallRules", FirewallRuleGroupId=group
        ):
            yield f"{group} {rule['FirewallDomainListId']} {rule['Priority']}"


def _open(cloud):
    """Every network has such a setting; closed is what it is if nobody says anything."""
    for config in cloud.listed("route53resolver", "list_firewall_configs", "FirewallConfigs"):
        if config["FirewallFailOpen"] == "ENABLED":
            yield config["ResourceId"]


def _blocked(cloud):
    told = cloud.client("ec2").describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    return [told["AwsRegion"]] if told["InternetGatewayBlockMode"] != "off" else []


CENSUS_SHUT = {
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": _blocked,
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": _open,
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _listed(
        "list_firewall_domain_lists", "FirewallDomainLists"
    ),
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": _groups,
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": _rules,
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": _listed(
        "list_firewall_rule_group_associations", "FirewallRuleGroupAssociations"
    ),
}
