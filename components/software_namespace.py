"""A namespace for software of the platform: only what it serves comes in, only what it needs goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.network_policies import deny_by_default, policy, ports
from components.team_namespace import TEAM_LABEL

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import (
        NetworkPolicyEgressRuleArgsDict,
        NetworkPolicyPeerArgsDict,
        NetworkPolicySpecArgsDict,
    )

_CONTROL_PLANE: Final = (443, 6443)
"""Where Kubernetes' interface listens: on EKS, and on most others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareNamespaceArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    namespace: str
    served: Sequence[int]
    """Ports that others reach: those of webhooks, which the control plane calls, and of gateways."""
    reachable: Sequence[str]
    """Blocks of addresses in which Kubernetes' interface is; none: it may be anywhere."""
    reaches_teams: bool
    """Whether it passes requests on to pods of teams."""


class SoftwareNamespace(pulumi.ComponentResource):
    """Pods of the namespace keep to Kubernetes' baseline, reach each other, DNS and Kubernetes, and no more.

    The control plane has no label to choose it by, so what it calls is open by port.
    """

    def __init__(
        self, name: str, args: SoftwareNamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:SoftwareNamespace", name, {"origin": args.origin}, opts)
        space = kubernetes.core.v1.Namespace(
            name,
            metadata={
                "name": args.namespace,
                "labels": {
                    "pod-security.kubernetes.io/enforce": "baseline",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._policies(name, args, pulumi.ResourceOptions(parent=self, depends_on=[space]))
        self.register_outputs({})

    def _policies(self, name: str, args: SoftwareNamespaceArgs, opts: pulumi.ResourceOptions) -> None:
        space = args.namespace
        deny_by_default(name, space, opts)
        policy(
            name,
            (space, "each-other"),
            {
                "pod_selector": {},
                "policy_types": ["Ingress", "Egress"],
                "ingress": [{"from_": [{"pod_selector": {}}]}],
                "egress": [{"to": [{"pod_selector": {}}]}],
            },
            opts,
        )
        policy(
            name,
            (space, "control-plane"),
            {
                "pod_selector": {},
                "policy_types": ["Ingress", "Egress"],
                # A rule without ports would let everybody in.
                "ingress": [{"ports": ports(args.served)}] if args.served else [],
                "egress": [_control_plane(args.reachable)],
            },
            opts,
        )
        if args.reaches_teams:
            policy(name, (space, "teams"), _reaching_teams(), opts)


def _control_plane(blocks: Sequence[str]) -> NetworkPolicyEgressRuleArgsDict:
    rule: NetworkPolicyEgressRuleArgsDict = {"ports": ports(_CONTROL_PLANE)}
    if blocks:
        rule["to"] = [{"ip_block": {"cidr": block}} for block in blocks]
    return rule


def _reaching_teams() -> NetworkPolicySpecArgsDict:
    teams: NetworkPolicyPeerArgsDict = {
        "namespace_selector": {"match_expressions": [{"key": TEAM_LABEL, "operator": "Exists"}]}
    }
    return {"pod_selector": {}, "policy_types": ["Egress"], "egress": [{"to": [teams]}]}
