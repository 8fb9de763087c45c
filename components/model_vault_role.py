"""By which the servers of a model log in to Vault: they open their own model, and do nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_vault as vault

_MINUTES_S: Final = 300
"""How long a login is good for: its one call comes at once, before a large model is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVaultRoleArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    mount: str
    """Path of the method of the cluster, without `auth/`."""
    role: str
    namespace: str
    service_account: str
    policies: Sequence[str]


class ModelVaultRole(pulumi.ComponentResource):
    """A role of Kubernetes' method for one service account, whose tokens are good for one call."""

    def __init__(
        self, name: str, args: ModelVaultRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:identity:ModelVaultRole", name, {"origin": args.origin}, opts)
        vault.kubernetes.AuthBackendRole(
            name,
            backend=args.mount,
            role_name=args.role,
            bound_service_account_names=[args.service_account],
            bound_service_account_namespaces=[args.namespace],
            token_policies=list(args.policies),
            token_no_default_policy=True,
            token_num_uses=1,
            token_ttl=_MINUTES_S,
            token_max_ttl=_MINUTES_S,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
