"""A record of everything that Vault was asked."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_vault as vault


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultAuditArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    path: str
    """What the device is called."""
    file: str
    """On Vault's own machine."""


class VaultAudit(pulumi.ComponentResource):
    """A file; secrets are in it as keyed hashes. As long as Vault cannot write it, Vault answers nobody."""

    def __init__(self, name: str, args: VaultAuditArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultAudit", name, {"origin": args.origin}, opts)
        vault.Audit(
            name,
            type="file",
            path=args.path,
            description="Every request, with secrets as hashes",
            options={"file_path": args.file},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
