"""What External Secrets is told: where Vault is, and by which role each team's secrets are read.

Source: External Secrets 2.9.0, `external-secrets.io/v1`.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.vault_server import VaultServer

GROUP: Final = "external-secrets.io"
MADE_BY_MEMBERS: Final = ("externalsecrets",)
"""Kinds by which a team says which of its secrets it wants in its namespace."""


def secret_store(
    name: str,
    team: str,
    server: VaultServer,
    login: tuple[str, str],
    mount: str,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """A store for one team, read as one of its service accounts; `login` is the role and that account."""
    role, account = login
    return kubernetes.apiextensions.CustomResource(
        name,
        api_version=f"{GROUP}/v1",
        kind="SecretStore",
        metadata={"name": "vault", "namespace": team},
        spec={
            "provider": {
                "vault": {
                    "server": server.address,
                    "path": mount,
                    "version": "v2",
                    "auth": {
                        "kubernetes": {
                            "mountPath": server.login,
                            "role": role,
                            "serviceAccountRef": {"name": account},
                        }
                    },
                    **server.bundle,
                    **server.space,
                }
            }
        },
        opts=opts,
    )
