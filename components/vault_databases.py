"""The engine of Vault that makes accounts in databases."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_vault as vault


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultDatabasesArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    mount: str


class VaultDatabases(pulumi.ComponentResource):
    """It knows no database yet: each is made known where it is made."""

    def __init__(
        self, name: str, args: VaultDatabasesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:security:VaultDatabases", name, {"origin": args.origin}, opts)
        vault.Mount(
            name,
            path=args.mount,
            type="database",
            description="Accounts in databases, for a while",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
