"""Which names the machines of a network may ask for: DNS is a way out where there is no route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.naming import DNS_FIREWALL, fitted

_FIRST: Final = 100
_LAST: Final = 9000
"""Priorities of rules: the lowest is asked first. Between the two is room for rules of other owners."""

_OF_THE_GROUP: Final = 101
"""The lowest priority that a network's own groups may have: Route 53 Resolver API,
AssociateFirewallRuleGroup, `Priority`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFirewallArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    allowed: Sequence[str]
    """Names that are answered; `*.example.com` is every name below it."""
    vpc_id: pulumi.Input[str]


class DnsFirewall(pulumi.ComponentResource):
    """Listed names are answered in the network, every other one does not exist there.

    While the firewall itself cannot be reached, nothing is answered.
    """

    rule_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: DnsFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:network:DnsFirewall", name, {"origin": args.origin}, opts)
        group = self._rule_group(name)
        rules = [self._allow(name, args, group), self._block(name, group)]
        self._association(name, args, group, rules)
        self._fail_closed(name, args)
        self.rule_group_id = group.id
        self.register_outputs({"ruleGroupId": self.rule_group_id})

    def _rule_group(self, name: str) -> aws.route53.ResolverFirewallRuleGroup:
        return aws.route53.ResolverFirewallRuleGroup(
            fitted(name, DNS_FIREWALL), opts=pulumi.ResourceOptions(parent=self)
        )

    def _list(self, name: str, domains: Sequence[str]) -> aws.route53.ResolverFirewallDomainList:
        return aws.route53.ResolverFirewallDomainList(
            fitted(name, DNS_FIREWALL), domains=domains, opts=pulumi.ResourceOptions(parent=self)
        )

    def _allow(
        self, name: str, args: DnsFirewallArgs, group: aws.route53.ResolverFirewallRuleGroup
    ) -> aws.route53.ResolverFirewallRule:
        return aws.route53.ResolverFirewallRule(
            fitted(f"{name}-allow", DNS_FIREWALL),
            firewall_rule_group_id=group.id,
            firewall_domain_list_id=self._list(f"{name}-allowed", args.allowed).id,
            priority=_FIRST,
            action="ALLOW",
            # A bucket's name leads on to a name of S3's own making, which AWS may change any day.
            firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _block(
        self, name: str, group: aws.route53.ResolverFirewallRuleGroup
    ) -> aws.route53.ResolverFirewallRule:
        return aws.route53.ResolverFirewallRule(
            fitted(f"{name}-block", DNS_FIREWALL),
            firewall_rule_group_id=group.id,
            firewall_domain_list_id=self._list(f"{name}-everything", ["*"]).id,
            priority=_LAST,
            action="BLOCK",
            # Programs give up at once on a name that does not exist; without an answer they try for seconds.
            block_response="NXDOMAIN",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _association(
        self,
        name: str,
        args: DnsFirewallArgs,
        group: aws.route53.ResolverFirewallRuleGroup,
        rules: Sequence[aws.route53.ResolverFirewallRule],
    ) -> None:
        aws.route53.ResolverFirewallRuleGroupAssociation(
            fitted(name, DNS_FIREWALL),
            firewall_rule_group_id=group.id,
            vpc_id=args.vpc_id,
            priority=_OF_THE_GROUP,
            # A group that blocks before it allows would cut off what runs in the network.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(rules)),
        )

    def _fail_closed(self, name: str, args: DnsFirewallArgs) -> None:
        aws.route53.ResolverFirewallConfig(
            name,
            resource_id=args.vpc_id,
            firewall_fail_open="DISABLED",
            opts=pulumi.ResourceOptions(parent=self),
        )
