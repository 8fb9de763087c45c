"""The settings of the gateway -> the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from components import model_gateway as made
from environments.cluster import EksCluster
from environments.gateway import Access, Gateway, GivenTls, IssuedTls, KeyAccess, OpenAccess, Tls, TokenAccess
from stacks.cluster_stack import ClusterStack
from stacks.platform.served import GATEWAY_CLASS

_ON_AWS: Final = {
    # The first is for the controller that EKS brings, the others for AWS's own one where it is installed.
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
}
"""Source: AWS Load Balancer Controller, "Annotations" of services; Kubernetes, "Service"."""


def gateway(stack: ClusterStack, way: Gateway) -> made.ModelGateway:
    """The one gateway of the cluster."""
    return made.ModelGateway(
        stack.named("model-gateway"),
        made.ModelGatewayArgs(
            origin="gateway",
            gateway_class=GATEWAY_CLASS,
            host=way.host,
            certificate=_certificate(way.tls),
            access=_access(way.access),
            balancer_annotations=_annotations(stack),
        ),
        stack.opts,
    )


def _certificate(tls: Tls) -> made.IssuedCertificate | made.GivenCertificate:
    match tls:
        case IssuedTls(name=name):
            return made.IssuedCertificate(issuer=name)
        case GivenTls(name=name):
            return made.GivenCertificate(secret=name)
        case _:
            assert_never(tls)


def _access(access: Access) -> made.Keys | made.Tokens | made.Open:
    match access:
        case KeyAccess(secret=secret):
            return made.Keys(secret=secret)
        case TokenAccess(issuer=issuer, jwks=jwks, audiences=audiences):
            return made.Tokens(issuer=issuer, jwks=jwks, audiences=audiences)
        case OpenAccess():
            return made.Open()
        case _:
            assert_never(access)


def _annotations(stack: ClusterStack) -> Mapping[str, str]:
    return _ON_AWS if isinstance(stack.environment.cluster, EksCluster) else {}
