"""Rules about load balancers and the listeners on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene
from policies.values import is_on, number

LISTENER: Final = "aws:lb/listener:Listener"
BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC: Final = "aws:elb/loadBalancer:LoadBalancer"
INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"

_MODERN: Final = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-")
"""Policies that take no TLS before 1.2. Source: Elastic Load Balancing user guide, "Security policies"."""

_PASSED_ON: Final = 443
"""Where TLS that ends behind the balancer comes in."""


@rule(
    "BL-NET-005",
    LISTENER,
    BALANCER,
    CLASSIC,
    INGRESS,
    fix="Listen with HTTPS or TLS and a policy of TLS 1.2 or later; redirect HTTP; log requests.",
    reads=(
        "protocol",
        "sslPolicy",
        "defaultActions[].type",
        "dropInvalidHeaderFields",
        "accessLogs.enabled",
        "enableDeletionProtection",
        "listeners[].lbProtocol",
        "spec.tls",
    ),
)
def balancers_hardened(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Load balancers speak modern TLS, refuse malformed requests, and write down who asked."""
    match resource.type:
        case "aws:elb/loadBalancer:LoadBalancer":
            classic = (_classic_listener(each) for each in resource.parts("listeners"))
            yield from every(*classic, _logs(resource))
        case "kubernetes:networking.k8s.io/v1:Ingress":
            if not resource.get("spec.tls"):
                yield Finding(resource, "spec.tls", "Requests come in without TLS.")
        case "aws:lb/listener:Listener" | "aws:alb/listener:Listener":
            yield from _listener(resource)
        case _:
            yield from every(_logs(resource), _headers(resource), _stays(resource, scene))


def _listener(listener: Resource) -> Iterator[Finding]:
    match listener.get("protocol"):
        case "HTTPS" | "TLS":
            if not _MODERN.match(str(listener.get("sslPolicy"))):
                yield Finding(listener, "sslPolicy", "The listener takes versions of TLS that are broken.")
        case "HTTP":
            if not all(each.get("type") == "redirect" for each in listener.parts("defaultActions")):
                yield Finding(listener, "protocol", "The listener answers without TLS.")
        case "TCP" if number(listener.get("port")) == _PASSED_ON:
            pass
        case _:
            yield Finding(listener, "protocol", "The listener answers without TLS.")


def _classic_listener(listener: Part) -> Iterator[Finding]:
    if str(listener.get("lbProtocol")).lower() not in ("https", "ssl"):
        yield Finding(listener.resource, listener.at("lbProtocol"), "The listener answers without TLS.")


def _logs(balancer: Resource) -> Iterator[Finding]:
    # A classic balancer's logs are on as soon as they have a bucket.
    if balancer.get("loadBalancerType") == "gateway":
        return  # it passes packets on, and logs none
    default = balancer.type == CLASSIC and balancer.peek("accessLogs") is not None
    if not is_on(balancer.get("accessLogs.enabled", default=default)):
        yield Finding(balancer, "accessLogs.enabled", "Nobody can tell who asked for what.")


def _headers(balancer: Resource) -> Iterator[Finding]:
    is_for_http = balancer.get("loadBalancerType", default="application") == "application"
    if is_for_http and not is_on(balancer.get("dropInvalidHeaderFields")):
        yield Finding(balancer, "dropInvalidHeaderFields", "Malformed headers are passed on.")


def _stays(balancer: Resource, scene: Scene) -> Iterator[Finding]:
    if scene.facts.is_hardened and not is_on(balancer.get("enableDeletionProtection")):
        yield Finding(balancer, "enableDeletionProtection", "One call is enough to delete the load balancer.")


RULES = (balancers_hardened,)
