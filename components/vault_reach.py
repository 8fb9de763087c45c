"""What lets pods get to Vault: through the network, and past the question who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_network import Egress, egress
from components.network_policies import policy, port, space

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

_NAME: Final = "vault-token-review"
_RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class InNamespace:
    """A Vault that runs in the cluster itself."""

    namespace: str
    port: int


VaultPlace = Egress | InNamespace
"""Where Vault is, as pods see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultReachArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    place: VaultPlace
    clients: Sequence[str]
    """Namespaces all of whose pods log in."""
    software: Sequence[str]
    """Further namespaces whose pods speak to Vault, and log in as others."""
    accounts: Sequence[tuple[str, str]]
    """Namespace and name of further service accounts that log in; their network is not ours."""


class VaultReach(pulumi.ComponentResource):
    """Network policies to Vault, and leave for its clients to have their own tokens looked up.

    Vault asks with the token that it is shown, so each client needs that leave; Kubernetes' own role for it,
    `system:auth-delegator`, would also tell what others may do.
    """

    def __init__(self, name: str, args: VaultReachArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:VaultReach", name, {"origin": args.origin}, opts)
        for namespace in (*args.clients, *args.software):
            policy(
                f"{name}-{namespace}",
                (namespace, "vault"),
                {"pod_selector": {}, "policy_types": ["Egress"], "egress": [_way(args.place)]},
                self._child(),
            )
        role = kubernetes.rbac.v1.ClusterRole(
            name,
            metadata={"name": _NAME},
            rules=[
                {"api_groups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]}
            ],
            opts=self._child(),
        )
        kubernetes.rbac.v1.ClusterRoleBinding(
            name,
            metadata={"name": _NAME},
            role_ref={"api_group": _RBAC, "kind": "ClusterRole", "name": _NAME},
            subjects=[
                *(
                    {"api_group": _RBAC, "kind": "Group", "name": f"system:serviceaccounts:{each}"}
                    for each in args.clients
                ),
                *(
                    {"kind": "ServiceAccount", "namespace": namespace, "name": account}
                    for namespace, account in args.accounts
                ),
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)


def _way(place: VaultPlace) -> NetworkPolicyEgressRuleArgsDict:
    if isinstance(place, InNamespace):
        return {"to": [space(place.namespace)], "ports": [port(place.port)]}
    return egress(place)
