"""Rules about networks, their subnets and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Finding, Part, Resource, every, rule
from policies.passages import DEFAULT_GROUP
from policies.scene import Scene
from policies.values import is_off, texts

VPC: Final = "aws:ec2/vpc:Vpc"
DEFAULT_VPC: Final = "aws:ec2/defaultVpc:DefaultVpc"
DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
SUBNET: Final = "aws:ec2/subnet:Subnet"
INSTANCE: Final = "aws:ec2/instance:Instance"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
ADDRESS: Final = "aws:ec2/eip:Eip"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
MAIN: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
ROUTE: Final = "aws:ec2/route:Route"
GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
BUCKET: Final = "aws:s3/bucket:Bucket"


@rule(
    "BL-NET-002",
    VPC,
    DEFAULT_VPC,
    DEFAULT_SUBNET,
    fix="Leave the network as the environment makes it, or name subnets of your own VPC in `network`.",
    reads=("vpcId", "ingress", "egress"),
)
def default_group_closed(network: Resource, scene: Scene) -> Iterator[Finding]:
    """A network's default security group lets nothing through; the account's default network is not used."""
    if network.type != VPC:
        yield Finding(network, "", "The account's default network is open to the internet.")
        return
    groups = scene.referring(network, "vpcId", DEFAULT_GROUP)
    if not groups:
        yield Finding(
            network, "", "The default security group is as AWS made it, and lets its members through."
        )
    yield from every(*(_lets_through(each, path) for each in groups for path in ("ingress", "egress")))


def _lets_through(group: Resource, path: str) -> Iterator[Finding]:
    rules = group.peek(path)
    # Whatever a rule says, there is one: of a list that is known before what its rules say.
    if rules and (isinstance(rules, list) or group.get(path)):
        yield Finding(group, path, "The default security group lets something through.")


@rule(
    "BL-NET-003",
    VPC,
    fix="Leave flow logs on: `network.flow_logs` says how long they are kept.",
    reads=("vpcId", "trafficType", "logDestination", "kmsKeyId"),
)
def flow_logs(network: Resource, scene: Scene) -> Iterator[Finding]:
    """What flows, or is refused, in a network is logged to where it is encrypted."""
    logs = scene.referring(network, "vpcId", FLOW_LOG)
    if not any(each.get("trafficType", default="ALL") in ("ALL", "REJECT") for each in logs):
        yield Finding(network, "", "Nobody sees what is refused in this network: it has no such flow log.")
    yield from every(*(_lands(each, scene) for each in logs))


def _lands(log: Resource, scene: Scene) -> Iterator[Finding]:
    # How buckets are encrypted is for the rules about buckets.
    places = scene.referred(log, "logDestination", BUCKET, LOG_GROUP)
    elsewhere = scene.facts.names("BL-NET-003", "destinations")
    if not places and log.get("logDestination") not in elsewhere:
        yield Finding(log, "logDestination", "The flow log goes to where nobody here answers for it.")
    for each in places:
        if each.type == LOG_GROUP and not is_own_key(each, "kmsKeyId", scene):
            yield Finding(each, "kmsKeyId", "Flow logs are kept without a key of one's own.")


@rule(
    "BL-NET-004",
    SUBNET,
    TEMPLATE,
    INSTANCE,
    NODE_GROUP,
    ADDRESS,
    fix="Leave nodes in the private subnets; reach them through SSM, and the internet through `network.nat`.",
    reads=(
        "mapPublicIpOnLaunch",
        "assignIpv6AddressOnCreation",
        "networkInterfaces[].associatePublicIpAddress",
        "associatePublicIpAddress",
        "instance",
        "remoteAccess.ec2SshKey",
        "gatewayId",
    ),
)
def no_public_address(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No machine has a public address, and nodes are in subnets without a way in from the internet."""
    match resource.type:
        case "aws:ec2/subnet:Subnet":
            yield from every(*(_gives(resource, path) for path in _GIVEN))
        case "aws:ec2/launchTemplate:LaunchTemplate":
            yield from every(*(_takes(each) for each in resource.parts("networkInterfaces")))
        case "aws:ec2/instance:Instance":
            yield from _takes(Part(resource, ""))
        case "aws:eks/nodeGroup:NodeGroup":
            yield from every(_is_private(resource, scene), _is_closed(resource))
        case _:
            for path in ("instance", "networkInterface"):
                if resource.get(path):
                    yield Finding(resource, path, "A machine has a public address.")


_GIVEN: Final = ("mapPublicIpOnLaunch", "assignIpv6AddressOnCreation")


def _gives(subnet: Resource, path: str) -> Iterator[Finding]:
    if not is_off(subnet.get(path)):
        yield Finding(subnet, path, "Every machine that starts in this subnet gets a public address.")


def _takes(interface: Part) -> Iterator[Finding]:
    path = "associatePublicIpAddress"
    if not is_off(interface.get(path)):
        yield Finding(interface.resource, interface.at(path), "The machine gets a public address.")


def _is_private(nodes: Resource, scene: Scene) -> Iterator[Finding]:
    subnets = scene.referred(nodes, "subnetIds", SUBNET)
    if any(_is_public(each, scene) for each in subnets):
        yield Finding(nodes, "subnetIds", "Nodes are in a subnet that the internet reaches.")


def _is_closed(nodes: Resource) -> Iterator[Finding]:
    if nodes.get("remoteAccess.ec2SshKey") and not nodes.get("remoteAccess.sourceSecurityGroupIds"):
        yield Finding(nodes, "remoteAccess", "AWS opens SSH on the nodes to everybody.")


def _is_public(subnet: Resource, scene: Scene) -> bool:
    """Whether a route leads from a subnet to an internet gateway."""
    for table in _tables(subnet, scene):
        apart = (Part(each, "") for each in scene.referring(table, "routeTableId", ROUTE))
        if any(_leads_out(each, scene) for each in (*apart, *table.parts("routes"))):
            return True
    return False


def _tables(subnet: Resource, scene: Scene) -> Iterator[Resource]:
    """The route tables of a subnet; without one of its own it has the network's main one."""
    own = scene.referring(subnet, "subnetId", ASSOCIATION)
    for each in own:
        yield from scene.referred(each, "routeTableId", TABLE)
    for network in () if own else scene.referred(subnet, "vpcId", VPC):
        yield from scene.referring(network, "defaultRouteTableId", DEFAULT_TABLE)
        for each in scene.referring(network, "vpcId", MAIN):
            yield from scene.referred(each, "routeTableId", TABLE)


def _leads_out(route: Part, scene: Scene) -> bool:
    path = "gatewayId"
    if route.peek(path) is None:
        return False
    named = route.get(path) if not scene.referred(route.resource, route.at(path), GATEWAY) else "igw-"
    return any(each.startswith("igw-") for each in texts(named))


RULES = (default_group_closed, flow_logs, no_public_address)
