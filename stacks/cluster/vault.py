"""Databases of a region, made known to the environment's Vault, which makes accounts in them for a while."""

from __future__ import annotations

import pulumi

from components.vault_database import Lease, VaultDatabase, VaultDatabaseArgs
from environments.data_services import Postgres
from stacks.stack import Stack
from stacks.vault_names import database_name, mount
from stacks.vault_provider import vault_of, vault_opts


class Databases:
    """The databases of one stack, through one provider."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._opts = vault_opts(stack.environment)

    def known(self, service: Postgres, endpoint: pulumi.Input[str]) -> None:
        """Vault can make accounts in it."""
        stack, env = self._stack, self._stack.environment
        leases = vault_of(env).databases
        assert leases, "whoever calls has asked for it"
        VaultDatabase(
            stack.regional(f"vault-db-{service.name}"),
            VaultDatabaseArgs(
                origin="encryption.vault.databases",
                mount=mount(env, "database"),
                database=database_name(service.name, stack.here.region),
                user=leases.user,
                password=stack.here.password_of(service.name),
                lease=Lease(
                    ttl_s=int(leases.ttl.total_seconds()), max_ttl_s=int(leases.max_ttl.total_seconds())
                ),
                policies=env.name,
                is_verified=not stack.is_disposable,
                authority=stack.here.certificates[str(leases.ca)] if leases.ca else None,
                endpoint=endpoint,
            ),
            self._opts,
        )
