"""Network policies that every namespace begins with: nothing in, nothing out, and questions to DNS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import pulumi
import pulumi_kubernetes as kubernetes

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import (
        NetworkPolicyPeerArgsDict,
        NetworkPolicyPortArgsDict,
        NetworkPolicySpecArgsDict,
    )

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label by which a namespace is chosen; Kubernetes gives it to each."""

_DNS: Final = 53


def deny_by_default(name: str, namespace: str, opts: pulumi.ResourceOptions) -> None:
    """Two policies for all pods of the namespace: nothing passes, but questions to the cluster's DNS do."""
    nothing: NetworkPolicySpecArgsDict = {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}
    policy(name, (namespace, "deny-all"), nothing, opts)
    names: NetworkPolicySpecArgsDict = {
        "pod_selector": {},
        "policy_types": ["Egress"],
        "egress": [{"to": [space("kube-system")], "ports": [port(_DNS, "UDP"), port(_DNS)]}],
    }
    policy(name, (namespace, "ask-names"), names, opts)


def policy(
    name: str, place: tuple[str, str], spec: NetworkPolicySpecArgsDict, opts: pulumi.ResourceOptions
) -> None:
    """One policy, in the namespace and of the name of `place`."""
    namespace, own = place
    kubernetes.networking.v1.NetworkPolicy(
        f"{name}-{own}",
        metadata={"name": own, "namespace": namespace},
        spec=spec,
        opts=opts,
    )


def space(name: str) -> NetworkPolicyPeerArgsDict:
    """All pods of one namespace."""
    return {"namespace_selector": {"match_labels": {NAME_LABEL: name}}}


def port(number: int, protocol: Literal["TCP", "UDP"] = "TCP") -> NetworkPolicyPortArgsDict:
    """One port."""
    return {"port": number, "protocol": protocol}


def ports(numbers: Sequence[int]) -> list[NetworkPolicyPortArgsDict]:
    """Ports of TCP."""
    return [port(each) for each in numbers]
