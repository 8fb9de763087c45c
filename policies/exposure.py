"""Which services and ingresses of a cluster get a public load balancer.

Source: AWS Load Balancer Controller, "Annotations" of NLB services and of ingresses. Without a word about it,
an ingress is internal; a service is public where Kubernetes' own controller makes its load balancer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Finding, Resource, every
from policies.pods import annotation

SERVICE: Final = "kubernetes:core/v1:Service"
INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_OLD: Final = "service.beta.kubernetes.io/aws-load-balancer-internal"
_OF_INGRESS: Final = "alb.ingress.kubernetes.io/scheme"


def exposed(resource: Resource) -> Iterator[Finding]:
    """What is wrong with a service or an ingress that is reached from the internet."""
    yield from every(_service(resource), _ingress(resource))


def _service(resource: Resource) -> Iterator[Finding]:
    if resource.get("spec.type") != "LoadBalancer":
        return
    scheme, old = annotation(resource, _SCHEME), annotation(resource, _OLD)
    if scheme != "internal" and not (scheme is None and old in ("true", "0.0.0.0/0")):
        yield Finding(resource, "spec.type", "The service's load balancer is not an internal one.")


def _ingress(resource: Resource) -> Iterator[Finding]:
    if annotation(resource, _OF_INGRESS) not in (None, "internal"):
        yield Finding(resource, "metadata.annotations", "The ingress's load balancer is a public one.")
