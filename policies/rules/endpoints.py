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
_OF_OTHERS: Final = ".vpce."
"""In the names of services that are not AWS's own."""

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
        return
    match resource.get("vpcEndpointType", default="Gateway"):
        case "Interface":
            yield from every(_survives(resource), _answers(resource, scene), _admitted(resource, scene))
        case "Gateway":
            yield from _has_policy(resource, scene)
        case _:
            pass  # a load balancer for packets: there is no service behind it


def _answers(endpoint: Resource, scene: Scene) -> Iterator[Finding]:
    if _OF_OTHERS not in str(endpoint.get("serviceName")):  # those take no policy, and have no name of AWS
        yield from every(_has_policy(endpoint, scene), _is_found(endpoint))


def _admitted(endpoint: Resource, scene: Scene) -> Iterator[Finding]:
    groups = scene.referred(endpoint, "securityGroupIds", GROUP)
    yield from every(*(_admits(each) for group in groups for each in passages_of(group, "ingress", scene)))


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
    yield from every(_from_inside(passage), _by_https(passage))


def _from_inside(passage: Passage) -> Iterator[Finding]:
    for path, block in passage.blocks():
        if not is_inside(block):
            yield Finding(passage.part.resource, path, "Others than the network are let in to an endpoint.")


def _by_https(passage: Passage) -> Iterator[Finding]:
    if passage.ports() not in (_HTTPS, None):
        path = passage.part.at("fromPort")
        yield Finding(passage.part.resource, path, "An endpoint needs port 443 and no other.")


RULES = (endpoint_hygiene,)
