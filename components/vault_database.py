"""Accounts in a PostgreSQL database that Vault makes for whoever may ask, and removes in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_vault as vault

from components.vault_policy import policy

Access = Literal["reader", "writer"]

_RIGHTS: Final[dict[Access, str]] = {
    "reader": "pg_read_all_data",
    "writer": "pg_read_all_data, pg_write_all_data",
}
"""What each is a member of. Source: PostgreSQL 14 and later, "Predefined Roles"."""

_CREATED: Final = (
    "CREATE ROLE \"{{{{name}}}}\" WITH LOGIN PASSWORD '{{{{password}}}}' VALID UNTIL '{{{{expiration}}}}' "
    "IN ROLE {rights};"
)
_RENEWED: Final = "ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}';"
_REVOKED: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';",
    'DROP ROLE IF EXISTS "{{name}}";',
)
"""In Vault's own words for what it fills in; whoever is logged in as the account is thrown out first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """In seconds."""

    ttl_s: int
    max_ttl_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultDatabaseArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    mount: str
    """Path of the engine."""
    database: str
    """What the database is called there."""
    user: str
    """By whom Vault makes accounts; may create roles, give those of `_RIGHTS`, and end sessions of others."""
    password: str
    """Of that user: only written, and empty once Vault has changed it and nobody knows it any more."""
    lease: Lease
    policies: str
    """How the names of policies begin: that of the environment."""
    is_verified: bool
    """Whether Vault tries the connection before it is made."""
    authority: str | None
    """Certificates that the database is trusted by, in PEM; None: its certificate is not looked at."""
    endpoint: pulumi.Input[str]
    """Host and port."""


class VaultDatabase(pulumi.ComponentResource):
    """A connection, and a role and a policy for those who read and those who write."""

    def __init__(
        self, name: str, args: VaultDatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:security:VaultDatabase", name, {"origin": args.origin}, opts)
        connection = self._connection(name, args)
        for access in _RIGHTS:
            self._role(name, args, access, connection)
            asked = {f"{args.mount}/creds/{args.database}-{access}": ("read",)}
            policy(
                f"{name}-{access}",
                creds_policy(args.policies, args.database, access),
                asked,
                pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

    def _connection(self, name: str, args: VaultDatabaseArgs) -> vault.database.SecretBackendConnection:
        mode = "verify-full" if args.authority else "require"
        url = pulumi.Output.concat(
            "postgresql://{{username}}:{{password}}@", args.endpoint, f"/postgres?sslmode={mode}"
        )
        return vault.database.SecretBackendConnection(
            name,
            backend=args.mount,
            name=args.database,
            plugin_name="postgresql-database-plugin",
            verify_connection=args.is_verified,
            allowed_roles=[f"{args.database}-{access}" for access in _RIGHTS],
            postgresql=vault.database.SecretBackendConnectionPostgresqlArgs(
                connection_url=url,
                username=args.user,
                password_wo=pulumi.Output.secret(args.password),
                password_wo_version=1,
                password_authentication="scram-sha-256",  # noqa: S106 - how it is stored, not what it is
                tls_ca=args.authority,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(
        self,
        name: str,
        args: VaultDatabaseArgs,
        access: Access,
        connection: vault.database.SecretBackendConnection,
    ) -> None:
        vault.database.SecretBackendRole(
            f"{name}-{access}",
            backend=args.mount,
            name=f"{args.database}-{access}",
            db_name=connection.name,
            creation_statements=[_CREATED.format(rights=_RIGHTS[access])],
            renew_statements=[_RENEWED],
            revocation_statements=list(_REVOKED),
            default_ttl=args.lease.ttl_s,
            max_ttl=args.lease.max_ttl_s,
            opts=pulumi.ResourceOptions(parent=self),
        )


def creds_policy(policies: str, database: str, access: Access) -> str:
    """What the policy is called by which one may ask for an account."""
    return f"{policies}-database-{database}-{access}"
