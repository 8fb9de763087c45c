"""cert-manager's issuer whose certificates an authority in Vault signs.

Source: cert-manager 1.21, "Vault", authentication with a Kubernetes service account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.vault_server import VaultServer

ISSUER: Final = "vault"
"""What gateways and others name."""

ACCOUNT: Final = "vault-issuer"
"""The service account that cert-manager logs in as."""

_NAMESPACE: Final = "cert-manager"
_CONTROLLER: Final = "cert-manager"
"""The service account that cert-manager itself runs as: its chart's default."""

_RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultIssuerArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    server: VaultServer
    path: str
    """Where a request for a certificate is sent: `prod/pki-issuing/sign/services`."""
    role: str
    """By which cert-manager logs in to Vault."""
    audience: str
    """Whom tokens for the cluster's own interface are for: Vault asks it with the one that it is shown."""


class VaultIssuer(pulumi.ComponentResource):
    """An issuer for the whole cluster. cert-manager may make tokens of one service account, and no other."""

    def __init__(self, name: str, args: VaultIssuerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:VaultIssuer", name, {"origin": args.origin}, opts)
        needs = [self._account(name), *self._tokens(name)]
        kubernetes.apiextensions.CustomResource(
            name,
            api_version="cert-manager.io/v1",
            kind="ClusterIssuer",
            metadata={"name": ISSUER},
            spec={
                "vault": {
                    "server": args.server.address,
                    "path": args.path,
                    "auth": {
                        "kubernetes": {
                            "mountPath": f"/v1/auth/{args.server.login}",
                            "role": args.role,
                            "serviceAccountRef": {"name": ACCOUNT, "audiences": [args.audience]},
                        }
                    },
                    **args.server.bundle,
                    **args.server.space,
                }
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        self.register_outputs({})

    def _account(self, name: str) -> pulumi.Resource:
        return kubernetes.core.v1.ServiceAccount(
            name,
            metadata={"name": ACCOUNT, "namespace": _NAMESPACE},
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _tokens(self, name: str) -> list[pulumi.Resource]:
        role = kubernetes.rbac.v1.Role(
            name,
            metadata={"name": ACCOUNT, "namespace": _NAMESPACE},
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["serviceaccounts/token"],
                    "resource_names": [ACCOUNT],
                    "verbs": ["create"],
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        binding = kubernetes.rbac.v1.RoleBinding(
            name,
            metadata={"name": ACCOUNT, "namespace": _NAMESPACE},
            role_ref={"api_group": _RBAC, "kind": "Role", "name": ACCOUNT},
            subjects=[{"kind": "ServiceAccount", "name": _CONTROLLER, "namespace": _NAMESPACE}],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        return [role, binding]
