"""How one team gets its secrets of Vault as Kubernetes' own: what reads them, as whom, who may ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

import pulumi
import pulumi_kubernetes as kubernetes

from components import external_secrets, vault_operator
from components.vault_server import VaultServer

ACCOUNT: Final = "vault"
"""The service account of a team's namespace that its secrets are read as; no pod runs as it."""

_RBAC: Final = "rbac.authorization.k8s.io"
_WRITE: Final = ("get", "list", "watch", "create", "update", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSecretsArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    team: str
    """The team's name, and its namespace's."""
    members: Sequence[str]
    by: Literal["vault_operator", "external_secrets"]
    server: VaultServer
    role: str
    """By which a team's pods log in to Vault."""
    store: str
    """Path of the secrets that teams share."""


class TeamSecrets(pulumi.ComponentResource):
    """The team's members write which secrets they want; Vault decides which ones the team has."""

    def __init__(self, name: str, args: TeamSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:TeamSecrets", name, {"origin": args.origin}, opts)
        account = kubernetes.core.v1.ServiceAccount(
            name,
            metadata={"name": ACCOUNT, "namespace": args.team},
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=[account])
        match args.by:
            case "vault_operator":
                vault_operator.vault_auth(name, args.team, args.server, args.role, ACCOUNT, after)
            case "external_secrets":
                login = (args.role, ACCOUNT)
                external_secrets.secret_store(name, args.team, args.server, login, args.store, after)
            case _:
                assert_never(args.by)
        if args.members:
            self._members(name, args)
        self.register_outputs({})

    def _members(self, name: str, args: TeamSecretsArgs) -> None:
        software = vault_operator if args.by == "vault_operator" else external_secrets
        role = kubernetes.rbac.v1.Role(
            name,
            metadata={"name": "member-secrets", "namespace": args.team},
            rules=[
                {
                    "api_groups": [software.GROUP],
                    "resources": list(software.MADE_BY_MEMBERS),
                    "verbs": list(_WRITE),
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        kubernetes.rbac.v1.RoleBinding(
            name,
            metadata={"name": "members-secrets", "namespace": args.team},
            role_ref={"api_group": _RBAC, "kind": "Role", "name": "member-secrets"},
            subjects=[{"api_group": _RBAC, "kind": "Group", "name": group} for group in args.members],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
