"""Rules of air gaps about names and certificates: who says where somebody is, and who says who it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.boundary import has_host, holds
from policies.model import Finding, Part, Resource, every, rule
from policies.named_objects import CONFIG_MAP
from policies.pods import PODS, SERVED, containers, environment, specs
from policies.rules.gap_gateways import VPC
from policies.scene import Scene, canonical
from policies.values import Undecided, Unknown, is_on

_ZONE: Final = "aws:route53/zone:Zone"
_FORWARD: Final = "aws:route53/resolverRule:ResolverRule"
_FIREWALL: Final = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
_GROUP: Final = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
_RULE: Final = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
_LIST: Final = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
_CONFIG: Final = "aws:route53/resolverFirewallConfig:ResolverFirewallConfig"
_DHCP: Final = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
_OUTSIDE: Final = "Questions for names are passed on to somebody outside."
_TARGET: Final = re.compile(r"^\s*forward\s+\S+\s+(?P<targets>[^{\n]+)", re.MULTILINE)


@rule(
    "AG-014",
    VPC,
    _ZONE,
    _FORWARD,
    _FIREWALL,
    _RULE,
    _CONFIG,
    _DHCP,
    CONFIG_MAP,
    *PODS,
    fix="Keep zones private, ask resolvers inside, and let a DNS firewall answer for listed names only: DNS "
    "is a way out where there is no route.",
    reads=("vpcs", "targetIps[].ip", "firewallFailOpen", "domainNameServers"),
)
def private_dns_only(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Names are asked for inside only."""
    match canonical(resource.type):
        case kind if kind == _ZONE:
            if not resource.peek("vpcs"):
                yield Finding(resource, "vpcs", "The zone is a public one.")
        case kind if kind == _FORWARD:
            yield from every(*(_address(part, "ip", scene) for part in resource.parts("targetIps")))
        case kind if kind == _DHCP:
            yield from _servers(resource, scene)
        case kind if kind == canonical(CONFIG_MAP):
            yield from _corefile(resource, scene)
        case kind if kind in (VPC, _FIREWALL, _RULE, _CONFIG):
            yield from _firewall(resource, scene)
        case _:
            yield from every(*(_servers_of_pod(spec, scene) for spec in specs(resource)))


def _address(where: Part, key: str, scene: Scene) -> Iterator[Finding]:
    if not holds(scene.facts, str(where.get(key))):
        yield Finding(where.resource, where.at(key), _OUTSIDE)


def _servers(options: Resource, scene: Scene) -> Iterator[Finding]:
    servers = options.texts("domainNameServers")
    if any(each != "AmazonProvidedDNS" and not holds(scene.facts, each) for each in servers):
        yield Finding(options, "domainNameServers", _OUTSIDE)


def _servers_of_pod(spec: Part, scene: Scene) -> Iterator[Finding]:
    path = "dnsConfig.nameservers"
    if any(not holds(scene.facts, each) for each in spec.texts(path)):
        yield Finding(spec.resource, spec.at(path), _OUTSIDE)


def _corefile(config: Resource, scene: Scene) -> Iterator[Finding]:
    """The cluster's own name server passes on what it does not know."""
    text = config.get("data.Corefile")
    targets = [
        target
        for found in _TARGET.finditer(text if isinstance(text, str) else "")
        for target in found["targets"].split()
        if not target.startswith("/")  # the machine's own resolver
    ]
    if any(not _is_inside(target, scene) for target in targets):
        yield Finding(config, "data.Corefile", _OUTSIDE)


def _is_inside(target: str, scene: Scene) -> bool:
    address = target.rpartition("://")[2]
    if holds(scene.facts, address):
        return True
    return holds(scene.facts, address.rpartition(":")[0].strip("[]"))


def _firewall(resource: Resource, scene: Scene) -> Iterator[Finding]:
    match resource.type:
        case kind if kind == VPC:
            if not scene.referring(resource, "vpcId", _FIREWALL):
                yield Finding(resource, "", "No DNS firewall says which names the network may ask for.")
        case kind if kind == _CONFIG:
            if resource.get("firewallFailOpen", default="DISABLED") != "DISABLED":
                path = "firewallFailOpen"
                yield Finding(resource, path, "Every name is answered while the firewall is not well.")
        case kind if kind == _RULE:
            if resource.get("action") != "BLOCK" and _is_for_all(resource, scene):
                yield Finding(resource, "action", "The firewall lets every name pass.")
        case _:
            if not _blocks_the_rest(resource, scene):
                path = "firewallRuleGroupId"
                yield Finding(resource, path, "The firewall does not block the names that nobody listed.")


def _blocks_the_rest(association: Resource, scene: Scene) -> bool:
    path = "firewallRuleGroupId"
    groups = scene.referred(association, path, _GROUP)
    if not groups:
        return association.get(path) in scene.facts.names("AG-014", "groups")
    rules = [each for group in groups for each in scene.referring(group, path, _RULE)]
    return any(each.get("action") == "BLOCK" and _is_for_all(each, scene) for each in rules)


def _is_for_all(rule_of_firewall: Resource, scene: Scene) -> bool:
    lists = scene.referred(rule_of_firewall, "firewallDomainListId", _LIST)
    return any(name.rstrip(".") == "*" for each in lists for name in each.texts("domains"))


_CERTIFICATE: Final = "aws:acm/certificate:Certificate"
_ISSUERS: Final = (
    "kubernetes:cert-manager.io/v1:Issuer",
    "kubernetes:cert-manager.io/v1:ClusterIssuer",
)
_UNCHECKED: Final = {
    "GIT_SSL_NO_VERIFY": ("1", "true"),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "PYTHONHTTPSVERIFY": ("0",),
    "VAULT_SKIP_VERIFY": ("1", "true"),
    "HF_HUB_DISABLE_SSL_VERIFY": ("1", "true"),
    "CURL_INSECURE": ("1", "true"),
}
"""Variables by which programs are told not to look at certificates: set by people who lack the CA's."""


_VAULT: Final = "pulumi:providers:vault"
_CLIENTS: Final = {
    _VAULT: ("address", "skipTlsVerify"),
    "kubernetes:secrets.hashicorp.com/v1beta1:VaultConnection": ("spec.address", "spec.skipTLSVerify"),
    "kubernetes:external-secrets.io/v1:SecretStore": ("spec.provider.vault.server", ""),
    "kubernetes:external-secrets.io/v1:ClusterSecretStore": ("spec.provider.vault.server", ""),
    **dict.fromkeys(_ISSUERS, ("spec.vault.server", "")),
}
"""What speaks to Vault -> where its address stands, and by what it would not look at the certificate."""

_CLIENT_SETTINGS: Final = {canonical(kind): settings for kind, settings in _CLIENTS.items()}


@rule(
    "AG-015",
    _CERTIFICATE,
    *_CLIENTS,
    *PODS,
    *SERVED,
    fix="Have certificates from a private authority, or import them; give pods its certificate instead of "
    "switching checks off.",
    reads=("certificateAuthorityArn", "spec.acme.server", "skipTlsVerify", "spec.skipTLSVerify"),
)
def private_ca(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Certificates come from an authority inside, and programs check them."""
    match canonical(resource.type):
        case kind if kind == _CERTIFICATE:
            own = [resource.peek(key) for key in ("certificateAuthorityArn", "privateKey")]
            if own == [None, None]:
                path = "certificateAuthorityArn"
                yield Finding(resource, path, "A public authority has to see the name before it signs.")
        case kind if kind in map(canonical, _ISSUERS):
            yield from every(_issuer(resource, scene), _speaks_tls(resource))
        case kind if kind in _CLIENT_SETTINGS:
            yield from _speaks_tls(resource)
        case _:
            parts = [part for spec in specs(resource) for part in containers(spec)]
            yield from every(*(_checks(part, scene) for part in parts))


def _issuer(issuer: Resource, scene: Scene) -> Iterator[Finding]:
    if issuer.peek("spec.acme") is not None:
        server = issuer.get("spec.acme.server")
        host = re.match(r"https?://([^/:]+)", server if isinstance(server, str) else "")
        if not host or not has_host(scene, host[1]):
            yield Finding(issuer, "spec.acme.server", "The authority is outside.")
    if issuer.peek("spec.venafi.cloud") is not None:
        yield Finding(issuer, "spec.venafi.cloud", "The authority is outside.")


def _speaks_tls(client: Resource) -> Iterator[Finding]:
    """Whether it knows that it is Vault to whom it shows its token."""
    address, unchecked = _CLIENT_SETTINGS[canonical(client.type)]
    if re.match(r"http://(?!(127\.[0-9.]+|localhost|\[::1\])([:/]|$))", str(client.get(address))):
        yield Finding(client, address, "Tokens and secrets of Vault pass through the network in clear.")
    if unchecked and is_on(client.get(unchecked)):
        yield Finding(client, unchecked, "The program does not check whom it speaks to.")


def _checks(container: Part, scene: Scene) -> Iterator[Finding]:
    variables = environment(container, scene)
    for name, values in _UNCHECKED.items():
        path, value = variables.get(name, ("", None))
        if isinstance(value, Unknown):
            raise Undecided(path)
        if str(value).lower() in values:
            yield Finding(container.resource, path, "The program does not check whom it speaks to.")


RULES = (private_dns_only, private_ca)
