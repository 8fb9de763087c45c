"""Policies of Vault: what may be done on which paths, in the language that Vault reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_vault as vault

Rules = Mapping[str, Sequence[str]]
"""Path -> capabilities."""

ENCRYPTING: Final = ("encrypt", "decrypt", "rewrap", "datakey/plaintext", "datakey/wrapped")
"""What is done with a key that encrypts: the ends of Vault's paths, before the key's name."""

SIGNING: Final = ("sign", "verify")
AUTHENTICATING: Final = ("hmac", "verify")


def policy_text(rules: Rules) -> str:
    """The rules in Vault's language, HCL; JSON writes its texts and lists as HCL does."""
    blocks = (
        f"path {json.dumps(path)} {{\n  capabilities = {json.dumps(list(capabilities))}\n}}\n"
        for path, capabilities in rules.items()
    )
    return "\n".join(blocks)


def policy(name: str, physical: str, rules: Rules, opts: pulumi.ResourceOptions) -> vault.Policy:
    """One policy; `physical` is what Vault calls it."""
    return vault.Policy(name, name=physical, policy=policy_text(rules), opts=opts)


def using(mount: str, key: str, ways: Sequence[str]) -> Rules:
    """Use of one key of a transit engine, and no administration of it; its public half may be read."""
    paths = {f"{mount}/{way}/{key}": ("update",) for way in ways}
    # Hashes of another length than the default are asked for by a path of their own.
    longer = {f"{mount}/{way}/{key}/*": ("update",) for way in ways if way in (*SIGNING, "hmac")}
    return {f"{mount}/keys/{key}": ("read",), **paths, **longer}


def opening(mount: str, key: str) -> Rules:
    """Opening what one key of a transit engine has sealed, and nothing else."""
    return {f"{mount}/decrypt/{key}": ("update",)}


def administering(mount: str) -> Rules:
    """Administration of all keys of a transit engine, and no use of any."""
    return {
        f"{mount}/keys": ("list",),
        f"{mount}/keys/+": ("create", "read", "update", "delete", "list"),
        f"{mount}/keys/+/config": ("create", "update"),
        f"{mount}/keys/+/rotate": ("create", "update"),
        f"{mount}/keys/+/trim": ("create", "update"),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPolicyArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    name: str
    """As Vault calls it."""
    rules: Rules


class VaultPolicy(pulumi.ComponentResource):
    """A policy that somebody has written, and not one of those that belong to something else here."""

    def __init__(self, name: str, args: VaultPolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultPolicy", name, {"origin": args.origin}, opts)
        policy(name, args.name, args.rules, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
