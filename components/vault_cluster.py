"""How pods of one cluster log in to Vault: by tokens of Kubernetes, which Vault asks it about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_vault as vault

_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class PodRole:
    """What pods of some service accounts may do."""

    name: str
    namespaces: Sequence[str]
    accounts: Sequence[str]
    """Names of service accounts; `*`: all of the namespaces."""
    policies: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultClusterArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    mount: str
    """Path of the method, without `auth/`."""
    roles: Sequence[PodRole]
    host: pulumi.Input[str]
    """Of the cluster's interface, as Vault reaches it."""
    authority: pulumi.Input[str] | None
    """Certificates that the interface is trusted by, in PEM; None: those of Vault's own machine."""


class VaultCluster(pulumi.ComponentResource):
    """Kubernetes' method of Vault for one cluster, with its roles.

    Vault asks the cluster with the very token that it is shown: so no token lies in Vault that would be good
    for years, and each service account that logs in has to be allowed to have itself looked up.
    Source: Vault, "Use the Vault client's JWT as the reviewer JWT".
    """

    mount: pulumi.Output[str]

    def __init__(self, name: str, args: VaultClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultCluster", name, {"origin": args.origin}, opts)
        method = vault.AuthBackend(
            name,
            type="kubernetes",
            path=args.mount,
            description="Pods of a cluster",
            opts=pulumi.ResourceOptions(parent=self),
        )
        config = vault.kubernetes.AuthBackendConfig(
            name,
            backend=method.path,
            kubernetes_host=args.host,
            kubernetes_ca_cert=args.authority,
            # What lies in Vault's own pod, if it runs in one, is about another cluster.
            disable_local_ca_jwt=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for role in args.roles:
            self._role(name, role, method, config)
        self.mount = method.path
        self.register_outputs({"mount": self.mount})

    def _role(self, name: str, role: PodRole, method: vault.AuthBackend, config: pulumi.Resource) -> None:
        vault.kubernetes.AuthBackendRole(
            f"{name}-{role.name}",
            backend=method.path,
            role_name=role.name,
            bound_service_account_names=list(role.accounts),
            bound_service_account_namespaces=list(role.namespaces),
            token_policies=list(role.policies),
            token_ttl=_HOUR_S,
            token_max_ttl=_DAY_S,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[config]),
        )
