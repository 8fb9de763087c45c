"""Rules of air gaps about what has no use but the internet, and what the internet would reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.check import ENVIRONMENT
from policies.exposure import INGRESS, SERVICE, exposed
from policies.model import Finding, Resource, rule
from policies.scene import Scene, canonical
from policies.values import is_on

VPC: Final = "aws:ec2/vpc:Vpc"

_GATEWAYS: Final = (
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "aws:ec2/carrierGateway:CarrierGateway",
)
_TRANSLATORS: Final = (
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation",
    "aws:ec2/eip:Eip",
    "aws:ec2/eipAssociation:EipAssociation",
)


@rule(
    "AG-001",
    ENVIRONMENT,
    *_GATEWAYS,
    fix="Take the gateway out of the program; an environment with `connectivity: {kind: airgap}` makes none.",
)
def no_internet_gateway(_: Resource, scene: Scene) -> Iterator[Finding]:
    """There is no gateway to the internet."""
    for gateway in scene.of(*_GATEWAYS):
        yield Finding(gateway, "", "This gateway leads to the internet.")


@rule(
    "AG-002",
    ENVIRONMENT,
    *_TRANSLATORS,
    fix="Take it out of the program; an environment with `connectivity: {kind: airgap}` makes none.",
)
def no_nat_or_elastic_ip(_: Resource, scene: Scene) -> Iterator[Finding]:
    """There is no NAT, and no public address."""
    for each in scene.of(*_TRANSLATORS):
        yield Finding(each, "", "This is of use on the way to the internet only.")


_BLOCK: Final = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
_EXCLUSION: Final = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"


@rule(
    "AG-004",
    VPC,
    _BLOCK,
    _EXCLUSION,
    fix="Block public access to networks in each region of the environment, in both directions.",
    reads=("internetGatewayBlockMode",),
)
def vpc_block_public_access(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """AWS itself keeps the networks of a region from the internet."""
    match resource.type:
        case kind if kind == _EXCLUSION:
            yield Finding(resource, "", "This takes a network out of what is blocked.")
        case kind if kind == _BLOCK:
            if resource.get("internetGatewayBlockMode") != "block-bidirectional":
                path = "internetGatewayBlockMode"
                yield Finding(resource, path, "Internet gateways are not blocked in both directions.")
        case _:
            if resource.region not in {each.region for each in scene.of(_BLOCK)}:
                yield Finding(resource, "", "Nothing in its region blocks public access to the network.")


_REST: Final = "aws:apigateway/restApi:RestApi"
_BALANCERS: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:elb/loadBalancer:LoadBalancer")
_EDGE: Final = (
    "aws:globalaccelerator/accelerator:Accelerator",
    "aws:cloudfront/distribution:Distribution",
    "aws:apigatewayv2/api:Api",
    "aws:lambda/functionUrl:FunctionUrl",
)


@rule(
    "AG-006",
    *_BALANCERS,
    _REST,
    *_EDGE,
    SERVICE,
    INGRESS,
    fix="Make the load balancer an internal one, or the interface a private one.",
    reads=("internal", "spec.type", "endpointConfiguration.types"),
)
def no_public_edge(resource: Resource, _: Scene) -> Iterator[Finding]:
    """Nothing is reached from the internet."""
    kind = canonical(resource.type)
    if kind in (canonical(SERVICE), canonical(INGRESS)):
        yield from exposed(resource)
    elif kind in _BALANCERS:
        if not is_on(resource.get("internal")):
            yield Finding(resource, "internal", "The load balancer has public addresses.")
    elif kind == _REST:
        if set(resource.texts("endpointConfiguration.types")) != {"PRIVATE"}:
            path = "endpointConfiguration.types"
            yield Finding(resource, path, "The interface has a public address.")
    else:
        yield Finding(resource, "", "This has a public address, whatever its settings.")


RULES = (no_internet_gateway, no_nat_or_elastic_ip, vpc_block_public_access, no_public_edge)
