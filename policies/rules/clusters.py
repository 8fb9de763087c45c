"""Rules about EKS clusters."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from policies.model import Finding, Resource, rule
from policies.scene import Scene

CLUSTER: Final = "aws:eks/cluster:Cluster"
_NARROW = 24
"""The widest block of addresses that counts as somebody's own: a /24."""


@rule(
    "BL-EKS-001",
    CLUSTER,
    fix="Write `cluster: {endpoint: private}`, or name the few addresses that may reach it.",
    reads=(
        "vpcConfig.endpointPublicAccess",
        "vpcConfig.endpointPrivateAccess",
        "vpcConfig.publicAccessCidrs",
    ),
)
def endpoint_restricted(cluster: Resource, _: Scene) -> Iterator[Finding]:
    """The Kubernetes API is reached from inside the network, or from few addresses."""
    if not cluster.get("vpcConfig.endpointPrivateAccess", default=False):
        yield Finding(cluster, "vpcConfig.endpointPrivateAccess", "The API server has no private endpoint.")
    if not cluster.get(
        "vpcConfig.endpointPublicAccess", default=True
    ):  # AWS opens it unless it is told not to
        return
    blocks = cluster.get("vpcConfig.publicAccessCidrs", default=[])
    if not blocks or any(ip_network(block, strict=False).prefixlen < _NARROW for block in blocks):
        yield Finding(cluster, "vpcConfig.endpointPublicAccess", "The API server has a public endpoint.")


RULES = (endpoint_restricted,)
