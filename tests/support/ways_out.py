"""Walks a plan as a graph, and tells every way on which something in its networks reaches the internet.

From each subnet along route table, route and gateway; through endpoints as far as their policies let; by the rules
of security groups; and by what AWS opens to the public when it is asked to. What is not in the plan is not walked.
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator, Sequence

from tests.support.recording import Declared

PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

GATEWAYS = {
    "gatewayId": "InternetGateway",
    "natGatewayId": "NatGateway",
    "egressOnlyGatewayId": "EgressOnlyInternetGateway",
    "carrierGatewayId": "CarrierGateway",
    "transitGatewayId": "TransitGateway",
    "networkInterfaceId": "NetworkInterface",
    "localGatewayId": "LocalGateway",
}
"""Where a route may lead, and to what; a peering leads to another network, which is walked by itself."""

DOORS = ("InternetGateway", "EgressOnlyInternetGateway", "CarrierGateway", "NatGateway", "Eip")
"""What has no use but the internet, wherever it is."""

PUBLIC_REGISTRIES = ("PullThroughCacheRule",)


def ways_out(objects: Sequence[Declared]) -> list[str]:
    """One line a way, from where it begins to what it ends at; empty: there is none."""
    return [
        *_by_route(objects),
        *_by_doors(objects),
        *_by_address(objects),
        *_by_rule(objects),
        *_by_endpoint(objects),
        *_by_service(objects),
        *_by_name(objects),
    ]


def of_type(objects: Iterable[Declared], *types: str) -> list[Declared]:
    return [each for each in objects if each.short_type in types]


def label(each: Declared) -> str:
    return f"{each.short_type}({each.name})"


def is_public(block: str | None) -> bool:
    """Whether a block has an address outside the private ones; one that nobody knows has."""
    try:
        network = ipaddress.ip_network(block)
    except ValueError:
        return True
    return network.version == 6 or not any(network.subnet_of(private) for private in PRIVATE)


def _by_route(objects) -> Iterator[str]:
    tables = _tables(objects)
    for subnet in of_type(objects, "Subnet"):
        # A subnet without a table of its own is on the network's main one, which nobody declared.
        for table in tables.get(f"{label(subnet)}.id", ["main table"]):
            for destination, target in _routes(objects, table):
                if is_public(destination):
                    yield f"{label(subnet)} > {table} > {destination} > {target} > internet"


def _tables(objects) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in of_type(objects, "RouteTableAssociation"):
        found.setdefault(each.inputs["subnetId"], []).append(each.inputs["routeTableId"])
    return found


def _routes(objects, table) -> Iterator[tuple[str, str]]:
    inline = [
        route
        for each in of_type(objects, "RouteTable", "DefaultRouteTable")
        if f"{label(each)}.id" == table
        for route in each.inputs.get("routes", [])
    ]
    alone = [each.inputs for each in of_type(objects, "Route") if each.inputs["routeTableId"] == table]
    for route in (*inline, *alone):
        destination = next(
            (
                route[key]
                for key in ("destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock")
                if route.get(key)
            ),
            route.get("destinationPrefixListId"),
        )
        target = next((route[key] for key in (*GATEWAYS, "vpcPeeringConnectionId") if route.get(key)), "?")
        yield destination, target


def _by_doors(objects) -> Iterator[str]:
    for each in of_type(objects, *DOORS):
        yield f"{label(each)} > internet"


def _by_address(objects) -> Iterator[str]:
    for each in of_type(objects, "Subnet"):
        if each.inputs.get("mapPublicIpOnLaunch") or each.inputs.get("assignIpv6AddressOnCreation"):
            yield f"{label(each)} > public addresses > internet"
    for each in of_type(objects, "LaunchTemplate"):
        for interface in each.inputs.get("networkInterfaces", []):
            if interface.get("associatePublicIpAddress") in (True, "true"):
                yield f"{label(each)} > public address > internet"


def _by_rule(objects) -> Iterator[str]:
    for each in of_type(objects, "SecurityGroupEgressRule"):
        for key in ("cidrIpv4", "cidrIpv6"):
            if key in each.inputs and is_public(each.inputs[key]):
                yield f"{each.inputs['securityGroupId']} > {label(each)} > {each.inputs[key]} > internet"
        prefixes = each.inputs.get("prefixListId", ".prefixListId")
        if not prefixes.endswith(".prefixListId"):
            yield f"{each.inputs['securityGroupId']} > {label(each)} > {prefixes} > internet"
    for each in of_type(objects, "SecurityGroup", "DefaultSecurityGroup"):
        for rule in each.inputs.get("egress", []):
            for block in (*rule.get("cidrBlocks", []), *rule.get("ipv6CidrBlocks", [])):
                if is_public(block):
                    yield f"{label(each)} > {block} > internet"


def _by_endpoint(objects) -> Iterator[str]:
    """What an endpoint carries for, or to, somebody who is not of this account."""
    for each in of_type(objects, "VpcEndpoint"):
        if "policy" not in each.inputs:
            yield f"{label(each)} > everything > anybody's account"
            continue
        for statement in json.loads(each.inputs["policy"])["Statement"]:
            if statement["Effect"] == "Allow" and (why := _reaches_others(statement)):
                yield f"{label(each)} > {statement.get('Sid')} > {why}"


WRITES_NOTHING = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "s3:GetObject",
    "sts:AssumeRoleWithWebIdentity",
}
"""Actions that take nothing out, whoever is asked."""


def _reaches_others(statement) -> str | None:
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    if set(actions) <= WRITES_NOTHING and statement.get("Resource"):
        return None
    equals = statement.get("Condition", {}).get("StringEquals", {})
    if "aws:PrincipalAccount" not in equals:
        return "anybody's identity"
    stores = ("s3:", "ecr:")
    if any(action.startswith(stores) for action in actions) and "aws:ResourceAccount" not in equals:
        return "anybody's account"
    return None


def _by_service(objects) -> Iterator[str]:
    for each in of_type(objects, "Cluster"):
        config = each.inputs["vpcConfig"]
        if config.get("endpointPublicAccess", True):
            yield f"{label(each)} > public interface > internet"
        if config.get("controlPlaneEgressMode", "AWS_MANAGED") == "AWS_MANAGED":
            yield f"{label(each)} > AWS's own way out > internet"
    for each in of_type(objects, "Instance"):
        if each.inputs.get("publiclyAccessible"):
            yield f"{label(each)} > public address > internet"
    for each in of_type(objects, "Zone"):
        if not each.inputs.get("vpcs"):
            yield f"{label(each)} > public names > internet"
    for each in of_type(objects, *PUBLIC_REGISTRIES):
        yield f"{label(each)} > {each.inputs['upstreamRegistryUrl']} > internet"


AWS_NAMES = (".amazonaws.com", ".api.aws", ".compute.internal", ".ec2.internal")


def _by_name(objects) -> Iterator[str]:
    """What can be said to strangers by asking for names below theirs. One fixed name says nothing."""
    inside = (*AWS_NAMES, *(f".{zone.inputs['name']}" for zone in of_type(objects, "Zone")))
    for vpc in of_type(objects, "Vpc"):
        for name in _answered(objects, f"{label(vpc)}.id"):
            if name.startswith("*") and not name.endswith(inside):
                yield f"{label(vpc)} > names {name} > public DNS"
    for each in of_type(objects, "ResolverFirewallConfig"):
        if each.inputs.get("firewallFailOpen") != "DISABLED":
            yield f"{label(each)} > names * > public DNS"


def _answered(objects, vpc) -> Iterator[str]:
    """The names that get through the network's firewall, rule by rule."""
    lists = {f"{label(each)}.id": each for each in of_type(objects, "ResolverFirewallDomainList")}
    groups = [
        each.inputs["firewallRuleGroupId"]
        for each in of_type(objects, "ResolverFirewallRuleGroupAssociation")
        if each.inputs["vpcId"] == vpc
    ]
    rules = [
        each.inputs
        for each in of_type(objects, "ResolverFirewallRule")
        if each.inputs["firewallRuleGroupId"] in groups
    ]
    for rule in sorted(rules, key=lambda rule: rule["priority"]):
        domains = lists[rule["firewallDomainListId"]].inputs["domains"]
        if rule["action"] != "BLOCK":
            yield from domains
        elif "*" in domains:
            return
    yield "*"
