"""What Vault Secrets Operator is told: where Vault is, and by which role each team's secrets are read.

Source: Vault Secrets Operator 1.4.1, `secrets.hashicorp.com/v1beta1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.vault_server import VaultServer

GROUP: Final = "secrets.hashicorp.com"
MADE_BY_MEMBERS: Final = ("vaultdynamicsecrets", "vaultpkisecrets", "vaultstaticsecrets")
"""Kinds by which a team says which of its secrets it wants in its namespace."""

CONNECTION: Final = "default"
"""What is taken where nothing else is said."""

_VERSION: Final = f"{GROUP}/v1beta1"
_CERTIFICATES: Final = "vault-ca"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorConnectionArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    namespace: str
    """The operator's."""
    server: VaultServer


class OperatorConnection(pulumi.ComponentResource):
    """The operator's way to Vault, in its own namespace, where no team can change it."""

    def __init__(
        self, name: str, args: OperatorConnectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:OperatorConnection", name, {"origin": args.origin}, opts)
        trusted: dict[str, Any] = {}
        needs: list[pulumi.Resource] = []
        if args.server.authority:
            trusted["caCertSecretRef"] = _CERTIFICATES
            needs.append(self._certificates(name, args.namespace, args.server.authority))
        kubernetes.apiextensions.CustomResource(
            name,
            api_version=_VERSION,
            kind="VaultConnection",
            metadata={"name": CONNECTION, "namespace": args.namespace},
            spec={"address": args.server.address, "skipTLSVerify": False, **trusted},
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        self.register_outputs({})

    def _certificates(self, name: str, namespace: str, authority: str) -> pulumi.Resource:
        """A Secret, because the operator reads nothing else; there is none in it."""
        return kubernetes.core.v1.Secret(
            f"{name}-ca",
            metadata={"name": _CERTIFICATES, "namespace": namespace},
            string_data={"ca.crt": authority},
            opts=pulumi.ResourceOptions(parent=self),
        )


def vault_auth(
    name: str, team: str, server: VaultServer, role: str, account: str, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    """How the operator logs in for one team: as one of its service accounts."""
    return kubernetes.apiextensions.CustomResource(
        name,
        api_version=_VERSION,
        kind="VaultAuth",
        metadata={"name": "vault", "namespace": team},
        spec={
            "method": "kubernetes",
            "mount": server.login,
            "kubernetes": {"role": role, "serviceAccount": account},
            **server.space,
        },
        opts=opts,
    )
