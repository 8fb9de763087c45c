"""Rules of air gaps about routes, and about whom security groups let machines speak to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.boundary import holds
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
HANDED_OVER: Final = "pulumi:pulumi:StackReference"
"""A value from another layer of the environment: rules judge where it comes from, there."""

_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
_INTERNET: Final = ("aws:ec2/internetGateway:InternetGateway", "aws:ec2/carrierGateway:CarrierGateway")
_HOME: Final = (
    "aws:ec2/vpnGateway:VpnGateway",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    ENDPOINT,
)
_ALONE: Final = ("aws:ec2/route:Route", "aws:ec2transitgateway/route:Route")
_DESTINATIONS: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock")
_WAYS_OUT: Final = ("natGatewayId", "egressOnlyGatewayId", "carrierGatewayId")


@rule(
    "AG-003",
    *_ALONE,
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
    fix="Route to addresses of the environment's `network`, and those in `connectivity.boundary`, only.",
    reads=("destinationCidrBlock", "gatewayId", "natGatewayId", "routes[].cidrBlock"),
)
def no_route_out(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No route leads out of the networks of the environment."""
    if resource.type in _ALONE:
        yield from _route(resource, scene)
    else:
        yield from every(*(_route(part, scene) for part in resource.parts("routes")))


def _route(where: Resource | Part, scene: Scene) -> Iterator[Finding]:
    yield from every(
        *(_destination(where, key, scene) for key in _DESTINATIONS),
        _prefixes(where, "destinationPrefixListId", scene),
        *(_way_out(where, key) for key in _WAYS_OUT),
        _gateway(where, scene),
    )


def _place(where: Resource | Part, key: str) -> tuple[Resource, str]:
    return (where.resource, where.at(key)) if isinstance(where, Part) else (where, key)


def _destination(where: Resource | Part, key: str, scene: Scene) -> Iterator[Finding]:
    block = where.get(key)
    if block not in (None, "") and not holds(scene.facts, str(block)):
        yield Finding(*_place(where, key), "The route leads to addresses outside.")


def _way_out(where: Resource | Part, key: str) -> Iterator[Finding]:
    if where.peek(key) not in (None, ""):
        yield Finding(*_place(where, key), "The route leads to what has no use but the internet.")


def _gateway(where: Resource | Part, scene: Scene) -> Iterator[Finding]:
    resource, path = _place(where, "gatewayId")
    if where.peek("gatewayId") in (None, ""):
        return
    found = scene.referred(resource, path, *_INTERNET, *_HOME)
    # What an inline route's table refers to is known for the whole table only.
    names_internet = [each for each in found if each.type in _INTERNET]
    named = where.peek("gatewayId")
    if names_internet or (isinstance(named, str) and named.startswith(("igw-", "eigw-", "cagw-"))):
        yield Finding(resource, path, "The route leads to an internet gateway.")


def _prefixes(where: Resource | Part, key: str, scene: Scene) -> Iterator[Finding]:
    """A list of addresses by its id: AWS's own, of an endpoint; or one whose entries are all inside."""
    resource, path = _place(where, key)
    if where.peek(key) in (None, "", []):
        return
    found = scene.referred(resource, path, ENDPOINT, HANDED_OVER, _LIST)
    entries = [part for each in found if each.type == _LIST for part in each.parts("entries")]
    if not found or not all(holds(scene.facts, str(part.get("cidr"))) for part in entries):
        yield Finding(resource, path, "Nobody knows that all addresses of the list are inside.")


@rule(
    "AG-013",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    fix="Let machines speak to other security groups, to addresses inside, and to endpoints.",
    reads=("cidrIpv4", "cidrIpv6", "egress[].cidrBlocks", "cidrBlocks"),
)
def security_group_egress_closed(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Machines open connections to addresses inside only."""
    match resource.type:
        case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
            yield from _peers(resource, ("cidrIpv4", "cidrIpv6"), "prefixListId", scene)
        case "aws:ec2/securityGroupRule:SecurityGroupRule":
            if resource.get("type") != "ingress":
                yield from _peers(resource, ("cidrBlocks", "ipv6CidrBlocks"), "prefixListIds", scene)
        case _:
            parts = resource.parts("egress")
            keys = ("cidrBlocks", "ipv6CidrBlocks")
            yield from every(*(_peers(part, keys, "prefixListIds", scene) for part in parts))


def _peers(where: Resource | Part, blocks: tuple[str, str], lists: str, scene: Scene) -> Iterator[Finding]:
    yield from every(*(_blocks(where, key, scene) for key in blocks), _prefixes(where, lists, scene))


def _blocks(where: Resource | Part, key: str, scene: Scene) -> Iterator[Finding]:
    if any(not holds(scene.facts, block) for block in where.texts(key) if block):
        yield Finding(*_place(where, key), "The group lets machines speak to addresses outside.")


RULES = (no_route_out, security_group_egress_closed)
