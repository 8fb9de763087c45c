"""Rules about the endpoints through which a network reaches AWS without the internet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from policies.addresses import is_inside
from policies.model import Finding, Resource, every, rule
from policies.passages import GROUP, Passage, passages_of
from policies.scene import Scene
from policies.values import is_off, is_on

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
ENDPOINT_POLICY: Final = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
VPC: Final = "aws:ec2/vpc:Vpc"

_HTTPS: Final = (443, 443)
_ZONES: Final = 2


@rule(
    "BL-NET-006",
    ENDPOINT,
    VPC,
    fix="Leave the endpoints as the environment makes them, in two zones or more (`network.zones`).",
    reads=(
        "privateDnsEnabled",
        "subnetIds",
        "policy",
        "fromPort",
        "cidrIpv4",
        "enableDnsSupport",
        "enableDnsHostnames",
    ),
)
def endpoint_hygiene(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Endpoints answer to the services' own names, in two zones, to the network alone, by a policy."""
    if resource.type == VPC:
        if scene.referring(resource, "vpcId", ENDPOINT):
            yield from every(_resolves(resource), _names(resource))
    elif resource.get("vpcEndpointType", default="Gateway") == "Interface":
        groups = scene.referred(resource, "securityGroupIds", GROUP)
        passages = (_admits(each) for group in groups for each in passages_of(group, "ingress", scene))
        checks = (_has_policy(resource, scene), _is_found(resource), _survives(resource))
        yield from every(*checks, *passages)
    else:
        yield from _has_policy(resource, scene)


def _resolves(network: Resource) -> Iterator[Finding]:
    if is_off(network.get("enableDnsSupport", default=True)):
        yield Finding(network, "enableDnsSupport", "Names are not resolved, so endpoints are not found.")


def _names(network: Resource) -> Iterator[Finding]:
    if not is_on(network.get("enableDnsHostnames")):
        yield Finding(network, "enableDnsHostnames", "Endpoints cannot answer to the services' own names.")


def _has_policy(endpoint: Resource, scene: Scene) -> Iterator[Finding]:
    if endpoint.peek("policy") is None and not scene.referring(endpoint, "vpcEndpointId", ENDPOINT_POLICY):
        yield Finding(endpoint, "policy", "Everybody's credentials may be used through the endpoint.")


def _is_found(endpoint: Resource) -> Iterator[Finding]:
    if not is_on(endpoint.get("privateDnsEnabled")):
        yield Finding(endpoint, "privateDnsEnabled", "The service's own name still leads to the internet.")


def _survives(endpoint: Resource) -> Iterator[Finding]:
    # How many there are counts, and that is known before their ids are.
    subnets = endpoint.peek("subnetIds")
    count = len(cast("list[object]", subnets)) if isinstance(subnets, list) else None
    if count is None and subnets is not None:
        endpoint.get("subnetIds")
    if (count or 0) < _ZONES:
        yield Finding(endpoint, "subnetIds", "The endpoint is lost with its zone.")


def _admits(passage: Passage) -> Iterator[Finding]:
    resource = passage.part.resource
    for path, block in passage.blocks():
        if not is_inside(block):
            yield Finding(resource, path, "Others than the network are let in to an endpoint.")
    if passage.ports() not in (_HTTPS, None):
        yield Finding(resource, passage.part.at("fromPort"), "An endpoint needs port 443 and no other.")


RULES = (endpoint_hygiene,)
