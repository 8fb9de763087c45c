"""Rules about the regions of an environment: which, with which addresses, and what they share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.addresses import Network, network
from policies.model import Finding, Resource, every, rule
from policies.places import each_part, is_primary
from policies.scene import Scene
from policies.values import Undecided, Unknown, first_unknown

VPC: Final = "aws:ec2/vpc:Vpc"
BLOCK: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
CLUSTER: Final = "aws:eks/cluster:Cluster"
ROLE: Final = "aws:iam/role:Role"
ZONE: Final = "aws:route53/zone:Zone"
ISSUER: Final = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
REPLICATION: Final = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"

_COPIES: Final = (
    ("aws:secretsmanager/secret:Secret", "replicas[]", "region"),
    ("aws:ecr/replicationConfiguration:ReplicationConfiguration",
     "replicationConfiguration.rules[].destinations[]", "region"),
    ("aws:efs/replicationConfiguration:ReplicationConfiguration", "destination", "region"),
    ("aws:dynamodb/table:Table", "replicas[]", "regionName"),
)  # fmt: skip
"""Where a resource says itself which region its copies go to; other copies are resources of their region."""

_SERVICES: Final = tuple(filter(None, map(network, ("10.100.0.0/16", "172.20.0.0/16"))))
"""What EKS takes for services if it is told nothing: the second where the network begins with 10.

Source: EKS API, `KubernetesNetworkConfigRequest`; awslabs/amazon-eks-ami, `bootstrap.sh`.
"""

_NAMES: Final = {ROLE: "name", ZONE: "name", ISSUER: "url"}
"""What each has one of in an account, whatever the region."""


@rule(
    "MR-001",
    "*",
    fix="Name the region in `region` or `replicas`, if the data may be there.",
    reads=(
        "region",
        "replicas[].region",
        "replicationConfiguration.rules[].destinations[].region",
        "destination.region",
    ),
)
def allowed_regions(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Everything is in a region of the environment, and so is every copy.

    Parameters of the rule say which regions a data class may be in: `{restricted: [eu-west-1]}`.
    """
    if not resource.type.startswith(("aws:", "pulumi:providers:aws")):
        return
    facts = scene.facts
    allowed = facts.names("MR-001", facts.data_class, facts.regions)
    if not allowed:
        return  # no environment file says which
    yield from every(_is_there(resource, allowed), _is_copied(resource, allowed))


def _is_there(resource: Resource, allowed: tuple[str, ...]) -> Iterator[Finding]:
    own = resource.get("region") or resource.region
    if own and own not in allowed:
        yield Finding(resource, "region", "Nothing of this environment may be in that region.")


def _is_copied(resource: Resource, allowed: tuple[str, ...]) -> Iterator[Finding]:
    for token, path, name in _COPIES:
        for part in each_part(resource, path) if resource.type == token else ():
            region = part.get(name)
            if region is not None and region not in allowed:
                message = "Copies go to a region that the environment may not use."
                yield Finding(resource, part.at(name), message)


@rule(
    "MR-005",
    VPC,
    BLOCK,
    CLUSTER,
    fix="Give each region a block of its own: `network.cidr`, `replicas[].cidr`.",
    reads=("cidrBlock", "kubernetesNetworkConfig.serviceIpv4Cidr"),
)
def addresses_apart(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No two networks of the environment have an address in common, nor with those in parameter `taken`.

    Services of a cluster may have the addresses that those of another have: they are not routed.
    """
    if resource.type == CLUSTER:
        yield from _services_apart(resource, scene)
        return
    own = _block(resource)
    if own is None:
        return
    taken = [network(each) for each in scene.facts.names("MR-005", "taken")]
    if any(_overlap(own, each) for each in (*_blocks(scene, resource), *filter(None, taken))):
        yield Finding(resource, "cidrBlock", "Another network has some of these addresses.")


def _services_apart(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    path = "kubernetesNetworkConfig.serviceIpv4Cidr"
    written = cluster.get(path)
    own = network(written) if isinstance(written, str) else None
    wanted = (own,) if own else _by_itself(cluster, scene)
    if any(_overlap(each, block) for each in wanted for block in _blocks(scene, cluster)):
        yield Finding(cluster, path, "Services may get addresses that machines of a network have.")


def _by_itself(cluster: Resource, scene: Scene) -> tuple[Network, ...]:
    """What EKS may take: either, where the cluster's network is not in the scene."""
    near = [block for each in scene.of(VPC) if each.region == cluster.region and (block := _block(each))]
    if any(str(block).startswith("10.") for block in near):
        return _SERVICES[1:]
    return _SERVICES[:1] if near else _SERVICES


def _blocks(scene: Scene, but: Resource) -> Iterator[Network]:
    for each in scene.of(VPC, BLOCK):
        if each.urn != but.urn and (block := _block(each)):
            yield block


def _block(resource: Resource) -> Network | None:
    """None if a pool of addresses gives it, which gives none twice."""
    written = resource.get("cidrBlock")
    return network(written) if isinstance(written, str) else None


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


@rule(
    "MR-011",
    ROLE,
    ZONE,
    ISSUER,
    REPLICATION,
    ACCOUNT_BLOCK,
    fix="Leave to the first region what an account has once; put the region into names of the others.",
    reads=("name", "url"),
)
def one_owner(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What an account has once is made once: in the primary region, or under a name with the region."""
    if resource.type in (ZONE, ACCOUNT_BLOCK) and not is_primary(resource, scene.facts):
        yield Finding(resource, "", "An account has this once, so it is the first region's to make.")
    own = _identity(resource)
    rivals = [each for each in scene.of(resource.type) if each.urn != resource.urn]
    if own and any(_identity(each) == own for each in rivals):
        message = "Another one is the same to AWS, so each apply undoes the other's."
        yield Finding(resource, _NAMES.get(resource.type, ""), message)


def _identity(resource: Resource) -> str:
    """What AWS tells it by; empty if AWS makes that up. Raises `Undecided`."""
    if resource.type == ACCOUNT_BLOCK:
        return "account"
    if resource.type == REPLICATION:
        return resource.region
    path = _NAMES[resource.type]
    value = resource.inputs.get(path)
    if isinstance(value, Unknown) or first_unknown(value) is not None:
        origins = resource.property_dependencies.get(path)
        if not origins:
            raise Undecided(path)
        return " ".join(sorted(origins))  # what comes from different resources differs
    return value if isinstance(value, str) else ""


RULES = (allowed_regions, addresses_apart, one_owner)
