"""Rules of air gaps about links: to other networks, other accounts, other registries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from policies.boundary import is_own_registry
from policies.model import Finding, Resource, every, rule
from policies.rules.gap_routes import ENDPOINT, HANDED_OVER
from policies.scene import Scene
from policies.values import is_on

_ID: Final = "AG-020"
_PEERING: Final = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
_ATTACHMENT: Final = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
_TRANSIT_PEERING: Final = "aws:ec2transitgateway/peeringAttachment:PeeringAttachment"
_VPN: Final = "aws:ec2/vpnConnection:VpnConnection"
_DIRECT: Final = "aws:directconnect/gatewayAssociation:GatewayAssociation"
_PUBLIC: Final = "aws:directconnect/publicVirtualInterface:PublicVirtualInterface"
_SERVICE: Final = "aws:ec2/vpcEndpointService:VpcEndpointService"
_LATTICE: Final = "aws:vpclattice/service:Service"
_TRANSIT: Final = "aws:ec2transitgateway/transitGateway:TransitGateway"


@rule(
    _ID,
    _PEERING,
    _ATTACHMENT,
    _TRANSIT_PEERING,
    _VPN,
    _DIRECT,
    _PUBLIC,
    _SERVICE,
    _LATTICE,
    ENDPOINT,
    fix="Name the other side in the parameters `accounts` or `links` of this rule, if it is inside the gap.",
    reads=("peerOwnerId", "peerVpcId", "peerRegion", "acceptanceRequired", "serviceName"),
)
def no_boundary_crossing_links(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Networks are linked with networks that are inside as well."""
    yield from _JUDGES[resource.type](resource, scene)


def _account(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    """An account that is said; the environment's own counts if none is."""
    account = resource.get(path)
    known = (scene.facts.account, *scene.facts.names(_ID, "accounts"))
    if account is not None and account not in known:
        yield Finding(resource, path, "The other side is in an account that nobody named.")


def _region(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    region = resource.get(path)
    if region is not None and region not in scene.facts.regions:
        yield Finding(resource, path, "The other side is in a region that is none of the environment's.")


def _named(resource: Resource, path: str, scene: Scene, *types: str) -> Iterator[Finding]:
    """What is at the other end: made by the environment, or named as a link."""
    if scene.referred(resource, path, HANDED_OVER, *types):
        return
    if resource.get(path) not in scene.facts.names(_ID, "links"):
        yield Finding(resource, path, "The other side is nothing of the environment's, and nobody named it.")


def _peering(resource: Resource, scene: Scene) -> Iterator[Finding]:
    yield from every(
        _account(resource, "peerOwnerId", scene),
        _region(resource, "peerRegion", scene),
        _named(resource, "peerVpcId", scene, "aws:ec2/vpc:Vpc"),
    )


def _transit(resource: Resource, scene: Scene) -> Iterator[Finding]:
    yield from _named(resource, "transitGatewayId", scene, _TRANSIT)


def _transit_peering(resource: Resource, scene: Scene) -> Iterator[Finding]:
    yield from every(
        _account(resource, "peerAccountId", scene),
        _region(resource, "peerRegion", scene),
        _named(resource, "peerTransitGatewayId", scene, _TRANSIT),
    )


def _vpn(resource: Resource, scene: Scene) -> Iterator[Finding]:
    # A tunnel has its ends on the internet, so it is for the environment to say that this one may be.
    if resource.get("customerGatewayId") not in scene.facts.names(_ID, "links"):
        yield Finding(resource, "customerGatewayId", "The tunnel leads to somebody whom nobody named.")


def _direct(resource: Resource, scene: Scene) -> Iterator[Finding]:
    yield from every(
        _account(resource, "dxGatewayOwnerAccountId", scene),
        _named(resource, "dxGatewayId", scene, "aws:directconnect/gateway:Gateway"),
    )


def _public(resource: Resource, _: Scene) -> Iterator[Finding]:
    yield Finding(resource, "", "A public interface carries traffic of all of AWS, and of its customers.")


def _offered(resource: Resource, scene: Scene) -> Iterator[Finding]:
    if not is_on(resource.get("acceptanceRequired")):
        path = "acceptanceRequired"
        yield Finding(resource, path, "Whoever asks is connected to the service.")
    accounts = (scene.facts.account, *scene.facts.names(_ID, "accounts"))
    for principal in resource.texts("allowedPrincipals"):
        if not any(account and f":{account}:" in principal for account in accounts):
            path = "allowedPrincipals"
            yield Finding(resource, path, "The service is offered to somebody whom nobody named.")
            return


def _lattice(resource: Resource, _: Scene) -> Iterator[Finding]:
    if resource.get("authType") != "AWS_IAM":
        yield Finding(resource, "authType", "The service answers to whoever is in the service network.")


def _endpoint(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """An endpoint of somebody else's service takes what is sent to it to another account."""
    if resource.peek("serviceName") is None:
        return
    name = resource.get("serviceName")
    own = isinstance(name, str) and name.startswith(("com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker."))
    if (not own or ".vpce." in name) and name not in scene.facts.names(_ID, "links"):
        yield Finding(resource, "serviceName", "The endpoint is that of a service which is none of AWS's.")


_Judge = Callable[[Resource, Scene], Iterator[Finding]]
_JUDGES: Final[Mapping[str, _Judge]] = {
    _PEERING: _peering,
    _ATTACHMENT: _transit,
    _TRANSIT_PEERING: _transit_peering,
    _VPN: _vpn,
    _DIRECT: _direct,
    _PUBLIC: _public,
    _SERVICE: _offered,
    _LATTICE: _lattice,
    ENDPOINT: _endpoint,
}


@rule(
    "AG-011",
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    "aws:ecrpublic/repository:Repository",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    fix="Copy images into the mirror (`connectivity.mirror`), or pull through a private registry of AWS in "
    "the environment's own account.",
    reads=("upstreamRegistryUrl", "replicationConfiguration.rules[].destinations[].region"),
)
def no_public_pull_through(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Registries neither fetch from the internet nor send anything outside.

    ECR fetches an image for the first time by a NAT gateway of the network, and its public registries have no
    endpoint. Source: Amazon ECR user guide, "Amazon ECR interface VPC endpoints", considerations.
    """
    match resource.type.rpartition(":")[2]:
        case "Repository":
            yield Finding(resource, "", "A public repository hands its images to everybody.")
        case "PullThroughCacheRule":
            upstream: Any = resource.get("upstreamRegistryUrl")
            if not (isinstance(upstream, str) and is_own_registry(scene.facts, upstream)):
                path = "upstreamRegistryUrl"
                yield Finding(resource, path, "Images are fetched from a registry outside.")
        case _:
            for part in resource.parts("replicationConfiguration.rules"):
                for to in part.parts("destinations"):
                    yield from _destination(resource, to.at("region"), to.at("registryId"), scene)


def _destination(resource: Resource, region: str, account: str, scene: Scene) -> Iterator[Finding]:
    yield from every(_region(resource, region, scene), _account(resource, account, scene))


RULES = (no_boundary_crossing_links, no_public_pull_through)
