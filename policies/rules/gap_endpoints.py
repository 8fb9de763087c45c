"""Rules of air gaps about endpoints: the ways to AWS's services that do not leave its network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.documents import Statement, statements
from policies.model import Finding, Resource, every, rule
from policies.private_services import GATEWAYS, needed
from policies.rules.gap_gateways import VPC
from policies.rules.gap_routes import ENDPOINT
from policies.scene import Scene

_SUBNET: Final = "aws:ec2/subnet:Subnet"
_TABLE: Final = "aws:ec2/routeTable:RouteTable"
_ALONE: Final = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"


@rule(
    "AG-007",
    VPC,
    fix="Add the service to the endpoints of the network; the environment file has no setting for it, since "
    "its own features bring theirs.",
)
def vpc_endpoints_complete(vpc: Resource, scene: Scene) -> Iterator[Finding]:
    """Every service that is asked has an endpoint, in every zone."""
    endpoints = scene.referring(vpc, "vpcId", ENDPOINT)
    yield from every(_missing(vpc, endpoints, scene), *(_places(vpc, each, scene) for each in endpoints))


def _missing(vpc: Resource, endpoints: tuple[Resource, ...], scene: Scene) -> Iterator[Finding]:
    there = {_service(each) for each in endpoints}
    for service, who in sorted(needed(scene, vpc.region).items()):
        if service not in there:
            message = f"The network has no endpoint for `{service}`, which {_article(who)} needs."
            yield Finding(vpc, "", message)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "AEIO" else f"a {kind}"


def _service(endpoint: Resource) -> str:
    """The end of the service's name, such as `ecr.api`."""
    name = endpoint.get("serviceName")
    parts = re.fullmatch(r"(?:cn\.)?com\.amazonaws\.[a-z0-9-]+\.(.+)", name if isinstance(name, str) else "")
    return parts[1] if parts else ""


def _places(vpc: Resource, endpoint: Resource, scene: Scene) -> Iterator[Finding]:
    if _service(endpoint) in GATEWAYS and endpoint.peek("vpcEndpointType") != "Interface":
        tables = {each.urn for each in scene.referring(vpc, "vpcId", _TABLE)}
        if tables - {each.urn for each in scene.referred(endpoint, "routeTableIds", _TABLE)}:
            yield Finding(endpoint, "routeTableIds", "Not every table of the network has the route to it.")
        return
    zones = _zones(scene.referring(vpc, "vpcId", _SUBNET))
    if zones - _zones(scene.referred(endpoint, "subnetIds", _SUBNET)):
        yield Finding(endpoint, "subnetIds", "The endpoint has no address in some zone of the network.")


def _zones(subnets: tuple[Resource, ...]) -> set[str]:
    return {
        str(each.get("availabilityZone") or each.get("availabilityZoneId") or each.urn) for each in subnets
    }


_READS: Final = frozenset(
    {
        "ecr:batchchecklayeravailability",
        "ecr:batchgetimage",
        "ecr:getauthorizationtoken",
        "ecr:getdownloadurlforlayer",
        "s3:getobject",
    }
)
"""Actions that take nothing out, whoever is asked."""

_STORES: Final = ("dynamodb", "ecr", "firehose", "kinesis", "lambda", "s3", "s3express", "sns", "sqs")
"""Services by which one's own identity can hand something to somebody else's account."""

_LAYERS: Final = re.compile(r"arn:[a-z-]+:s3:::prod-[a-z0-9-]+-starport-layer-bucket/\*")
"""Where ECR keeps layers. Source: Amazon ECR user guide, "Minimum Amazon S3 bucket permissions"."""


@rule(
    "AG-008",
    ENDPOINT,
    _ALONE,
    fix="Limit the endpoint's policy to identities of the environment's account, and for stores to resources "
    "of the account; other accounts that are inside are the parameter `accounts` of this rule.",
    reads=("policy",),
)
def endpoint_policies_perimeter(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Endpoints carry what one's own identities ask of one's own resources."""
    if resource.peek("policy") is None:
        if resource.type == ENDPOINT and not scene.referring(resource, "vpcEndpointId", _ALONE):
            yield Finding(resource, "policy", "The endpoint carries everything, to anybody.")
        return
    for each in (yield from statements(resource, "policy")):
        if each.allows and (what := _reaches_others(each, scene)):
            yield Finding(resource, each.path, what)


def _reaches_others(statement: Statement, scene: Scene) -> str:
    """What is wrong with a statement that allows something; empty if nothing is."""
    if _is_on_own(statement, scene):
        return ""
    known = ("aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths")
    if not _bounded(statement, scene, known) and not _names_own(statement, scene):
        return "The endpoint carries requests of other accounts' identities."
    reads_only = bool(statement.actions) and all(action in _READS for action in statement.actions)
    stores = any(statement.covers(f"{store}:PutAnything") or _is_about(statement, store) for store in _STORES)
    owned = ("aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths")
    if stores and not reads_only and not _bounded(statement, scene, owned):
        return "The endpoint carries data to other accounts' stores."
    return ""


def _is_about(statement: Statement, store: str) -> bool:
    return any(action.startswith(f"{store}:") for action in statement.actions)


def _accounts(scene: Scene) -> tuple[str, ...]:
    return (scene.facts.account, *scene.facts.names("AG-008", "accounts"))


def _bounded(statement: Statement, scene: Scene, keys: tuple[str, ...]) -> bool:
    """Whether a condition limits it to accounts that are inside, or to an organisation."""
    own = set(_accounts(scene))
    return any(
        each.bounds and (not key.endswith("Account") or not scene.facts.account or set(each.values) <= own)
        for key in keys
        for each in statement.compared(key)
    )


def _names_own(statement: Statement, scene: Scene) -> bool:
    arns = statement.principals.get("AWS", ())
    return bool(arns) and all(_of_own(arn, scene) for arn in arns)


def _of_own(arn: str, scene: Scene) -> bool:
    return any(account and (f":{account}:" in arn or arn == account) for account in _accounts(scene))


def _is_on_own(statement: Statement, scene: Scene) -> bool:
    """Whether it is about resources whose ARNs are of accounts inside, or about ECR's layers, to be read."""
    reads = all(action in _READS for action in statement.actions)
    return bool(statement.resources) and all(
        _of_own(arn, scene) or (reads and _LAYERS.fullmatch(arn)) for arn in statement.resources
    )


RULES = (vpc_endpoints_complete, endpoint_policies_perimeter)
