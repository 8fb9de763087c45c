"""Keys in Vault's transit engine, and who may do what with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_vault as vault

from components.vault_policy import AUTHENTICATING, ENCRYPTING, SIGNING, administering, policy, using

Purpose = Literal["encrypt", "sign", "authenticate"]

_WAYS: Final[Mapping[Purpose, Sequence[str]]] = {
    "encrypt": ENCRYPTING,
    "sign": SIGNING,
    "authenticate": AUTHENTICATING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKey:
    """One key."""

    name: str
    purpose: Purpose
    type: str
    """As Vault calls it: `aes256-gcm96`."""
    rotation_s: int
    """Seconds after which a new version is made; 0: none by itself."""
    minimum_version: int
    exportable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKeyRingArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    mount: str
    """Path of the engine."""
    policies: str
    """How the names of its policies begin: that of the environment."""
    keys: Sequence[VaultKey]
    disposable: bool
    """Whether keys may be deleted, and with them all that they have sealed."""


class VaultKeyRing(pulumi.ComponentResource):
    """A transit engine with its keys: one policy administers all and uses none, one for each key uses it."""

    mount: pulumi.Output[str]

    def __init__(self, name: str, args: VaultKeyRingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultKeyRing", name, {"origin": args.origin}, opts)
        engine = vault.Mount(
            name,
            path=args.mount,
            type="transit",
            description="Keys that do not leave Vault",
            opts=pulumi.ResourceOptions(parent=self),
        )
        for key in args.keys:
            self._key(name, args, key, engine)
        self._administration(name, args)
        self.mount = engine.path
        self.register_outputs({"mount": self.mount})

    def _key(self, name: str, args: VaultKeyRingArgs, key: VaultKey, engine: vault.Mount) -> None:
        vault.transit.SecretBackendKey(
            f"{name}-{key.name}",
            backend=engine.path,
            name=key.name,
            type=key.type,
            auto_rotate_period=key.rotation_s,
            min_decryption_version=key.minimum_version,
            exportable=key.exportable,
            allow_plaintext_backup=False,
            deletion_allowed=args.disposable,
            opts=pulumi.ResourceOptions(parent=self),
        )
        rules = using(args.mount, key.name, _WAYS[key.purpose])
        policy(f"{name}-{key.name}-use", f"{args.policies}-key-{key.name}", rules, self._child())

    def _administration(self, name: str, args: VaultKeyRingArgs) -> None:
        policy(
            f"{name}-administration", f"{args.policies}-keys-admin", administering(args.mount), self._child()
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)
