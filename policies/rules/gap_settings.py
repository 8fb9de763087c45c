"""Rules of air gaps about settings of software: whom it tells something, whom it asks, what it fetches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies import telemetry
from policies.boundary import has_host, leads_out
from policies.delivered_charts import APPLICATIONS, DELIVERED, HELM_RELEASE, Installed, charts_in
from policies.exposure import SERVICE
from policies.images import image
from policies.model import Finding, Part, Resource, every, rule
from policies.named_objects import CONFIG_MAP, FETCHED
from policies.pods import (
    CHARTS,
    IMAGE_BEARING,
    PODS,
    SERVED,
    containers,
    environment,
    specs,
    texts_in,
)
from policies.scene import Scene, canonical
from policies.values import Undecided, Unknown, texts
from policies.written_images import images_in

_Switches = Mapping[str, Sequence[tuple[tuple[str, ...], bool]]]

_INSTALLING: Final = (*CHARTS, HELM_RELEASE, *APPLICATIONS)
"""What has a chart installed."""

_CHARTS: Final = frozenset(map(canonical, _INSTALLING))


@rule(
    "AG-016",
    *PODS,
    *SERVED,
    *_INSTALLING,
    fix="Set the variables that keep the software offline and silent, as the rule's table has them.",
    reads=("spec.template.spec.containers[].env",),
)
def telemetry_and_hub_off(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Software tells its makers nothing, and fetches nothing from their hubs."""
    if canonical(resource.type) in _CHARTS:
        yield from _switches(resource, telemetry.CHARTS, scene)
        return
    parts = [part for spec in specs(resource) for part in containers(spec)]
    yield from every(*(_silent(part, scene) for part in parts))


def _silent(container: Part, scene: Scene) -> Iterator[Finding]:
    variables = environment(container, scene)
    judged = [(name, values) for name, values in telemetry.SWITCHES.items() if name in variables]
    yield from every(*(_switched(container, *variables[name], values) for name, values in judged))
    found = image(str(container.get("image")))
    missing = [name for name in telemetry.wanted(found.repository) if name not in variables] if found else []
    for name in missing:
        message = f"Without `{name}` the software speaks to its makers."
        yield Finding(container.resource, container.at("env"), message)


def _switched(container: Part, path: str, value: Any, values: tuple[str, ...]) -> Iterator[Finding]:
    if isinstance(value, Unknown):
        raise Undecided(path)
    if str(value).lower() not in values:
        yield Finding(container.resource, path, "The software is told to speak to its makers.")


def _switches(resource: Resource, table: _Switches, scene: Scene) -> Iterator[Finding]:
    """Values of known charts that are not as they have to be."""
    charts = tuple(charts_in(resource, scene))
    yield from every(*(_switches_of(resource, each, table) for each in charts))


def _switches_of(resource: Resource, chart: Installed, table: _Switches) -> Iterator[Finding]:
    switches = table.get(chart.name(), ())
    yield from every(*(_as_wanted(resource, chart, keys, wanted) for keys, wanted in switches))


def _as_wanted(
    resource: Resource, chart: Installed, keys: tuple[str, ...], wanted: object
) -> Iterator[Finding]:
    path, value = chart.values.of(keys)
    found = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if found is not wanted:
        yield Finding(resource, path, "The chart's own value for this reaches outside.")


_PROVIDERS: Final = tuple(f"pulumi:providers:{name}" for name in ("aws", "kubernetes", "vault"))
_URLS: Final = "AG-017"
_ALIAS: Final = "spec.externalName"
"""A name in the cluster that is another's: written without a scheme."""


@rule(
    _URLS,
    *IMAGE_BEARING,
    CONFIG_MAP,
    *CHARTS,
    *DELIVERED,
    *FETCHED,
    SERVICE,
    *_PROVIDERS,
    fix="Name hosts inside: the mirror, names in the cluster, addresses of the network; others that are "
    "inside are the parameter `hosts` of this rule, buckets of others the parameter `buckets`.",
    reads=("spec.template.spec.containers[].args", "data", "spec.externalName"),
)
def no_public_urls_in_config(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No setting names a host outside."""
    allowed = (*scene.facts.names(_URLS, "hosts"), *scene.facts.names(_URLS, "buckets"))
    paths = (each.path for each in images_in(resource, scene) if isinstance(each.value, str))
    images = tuple(path for path in paths if not path.endswith(".parameters"))  # there others stand, too
    unknown = None
    for path, text in _settings(resource):
        if path.startswith(images):
            continue  # AG-009's matter
        if isinstance(text, Unknown):
            unknown = unknown or path
        elif _names_outside(path, text, scene, allowed):
            yield Finding(resource, path, "The setting names a host outside.")
    if unknown:
        raise Undecided(unknown)


def _names_outside(path: str, text: str, scene: Scene, allowed: tuple[str, ...]) -> bool:
    if path == _ALIAS:
        return not has_host(scene, text, allowed)
    return leads_out(scene, text, allowed)


def _settings(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Every text by which software is told something."""
    match canonical(resource.type):
        case kind if kind == canonical(CONFIG_MAP):
            keys: tuple[str, ...] = ("data",)
        case kind if kind == canonical(SERVICE):
            keys = (_ALIAS,)
        case kind if kind in map(canonical, CHARTS):
            keys = ("values",)
        case kind if kind in _PROVIDERS:
            keys = tuple(resource.inputs)
        case _:
            keys = ("spec",)
    for key in keys:
        yield from texts_in(resource.peek(key), key)


_BALANCERS: Final = ("enableShield", "enableWaf", "enableWafv2")
_CHART_VALUES: Final[_Switches] = {
    "aws-load-balancer-controller": tuple(((name,), False) for name in _BALANCERS),
    "cluster-autoscaler": ((("extraArgs", "aws-use-static-instance-list"), True),),
    "karpenter": ((("settings", "isolatedVPC"), True),),
}
_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws-load-balancer-controller": (
        "--enable-shield=false",
        "--enable-waf=false",
        "--enable-wafv2=false",
    ),
    "cluster-autoscaler": ("--aws-use-static-instance-list=true",),
}
"""What controllers ask of services that have no endpoint, switched off.

Source: Amazon EKS user guide, "Deploy private clusters"; Karpenter, "Private clusters"."""

_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"


@rule(
    "AG-019",
    *_INSTALLING,
    "kubernetes:apps/v1:Deployment",
    _CLASS,
    fix="Tell the controller that it is in an isolated network, as in the value or argument that is named.",
    reads=("spec.instanceProfile", "values", "spec.template.spec.containers[].args"),
)
def controllers_isolated_mode(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Controllers ask nothing of services of AWS that have no endpoint."""
    match canonical(resource.type):
        case kind if kind in _CHARTS:
            yield from _switches(resource, _CHART_VALUES, scene)
        case kind if kind == canonical(_CLASS):
            if resource.peek("spec.instanceProfile") is None:
                path = "spec.instanceProfile"
                yield Finding(resource, path, "Karpenter asks IAM, which has no endpoint, for a profile.")
        case _:
            parts = [part for spec in specs(resource) for part in containers(spec)]
            yield from every(*(_arguments(part) for part in parts))


def _arguments(container: Part) -> Iterator[Finding]:
    found = image(str(container.get("image")))
    name = found.repository.rpartition("/")[2] if found else ""
    given = texts([*texts(container.get("args")), *texts(container.get("command"))])
    for argument in _ARGUMENTS.get(name, ()):
        if argument not in given:
            message = f"Without `{argument}` it asks a service that has no endpoint."
            yield Finding(container.resource, container.at("args"), message)


_CLUSTER: Final = "aws:eks/cluster:Cluster"
_ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ISSUERS: Final = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("url",),
    "aws:eks/identityProviderConfig:IdentityProviderConfig": ("oidc.issuerUrl",),
    "vault:jwt/authBackend:AuthBackend": ("oidcDiscoveryUrl", "jwksUrl"),
}
_REGIONAL: Final = "AWS_STS_REGIONAL_ENDPOINTS"


@rule(
    "AG-021",
    *PODS,
    *SERVED,
    _ASSOCIATION,
    *_ISSUERS,
    fix="Ask the region's own STS, and let people log in with an issuer inside; hosts that are inside are "
    "the parameter `hosts` of this rule.",
    reads=("url", "oidc.issuerUrl", "spec.template.spec.containers[].env"),
)
def identity_without_internet(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Who somebody is, is found out inside."""
    match resource.type:
        case kind if kind in _ISSUERS:
            yield from every(*(_issuer(resource, path, scene) for path in _ISSUERS[kind]))
        case kind if kind == _ASSOCIATION:
            yield from _has_endpoint(resource, scene)
        case _:
            parts = [part for spec in specs(resource) for part in containers(spec)]
            yield from every(*(_regional(part, scene) for part in parts))


def _issuer(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    if resource.peek(path) is None or scene.referred(resource, path, _CLUSTER):
        return  # the cluster's own issuer is a service of the region
    url = resource.get(path)
    if not isinstance(url, str) or not url:
        return
    host = url.partition("://")[2] or url
    if not has_host(scene, host.partition("/")[0].partition(":")[0], scene.facts.names("AG-021", "hosts")):
        yield Finding(resource, path, "Who somebody is, is asked of a host outside.")


def _has_endpoint(association: Resource, scene: Scene) -> Iterator[Finding]:
    """Where the network is the environment's own; of others' networks preflight finds out."""
    here = [each for each in scene.of("aws:ec2/vpc:Vpc") if each.region == association.region]
    names = [each.peek("serviceName") for each in scene.of("aws:ec2/vpcEndpoint:VpcEndpoint")]
    if here and not any(isinstance(name, str) and name.endswith(".eks-auth") for name in names):
        yield Finding(association, "", "The agent that hands out roles to pods has no endpoint to ask.")


def _regional(container: Part, scene: Scene) -> Iterator[Finding]:
    path, value = environment(container, scene).get(_REGIONAL, ("", "regional"))
    if isinstance(value, Unknown):
        raise Undecided(path)
    if value != "regional":
        yield Finding(container.resource, path, "Roles are asked of the one STS that has no endpoint.")


RULES = (
    telemetry_and_hub_off,
    no_public_urls_in_config,
    controllers_isolated_mode,
    identity_without_internet,
)
