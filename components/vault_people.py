"""How people log in to Vault by their own single sign-on, and what their groups there give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_vault as vault

_ROLE: Final = "people"
_WORKDAY_S: Final = 8 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPeopleArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    mount: str
    """Path of the method, without `auth/`."""
    name: str
    """How the names of its groups begin: that of the environment."""
    issuer: str
    audiences: Sequence[str]
    user_claim: str
    groups_claim: str
    groups: Mapping[str, Sequence[str]]
    """Group, as the issuer's tokens name it -> its policies."""


class VaultPeople(pulumi.ComponentResource):
    """A method that trusts the issuer's tokens; who is in no group may look up their own token alone."""

    def __init__(self, name: str, args: VaultPeopleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultPeople", name, {"origin": args.origin}, opts)
        method = vault.jwt.AuthBackend(
            name,
            path=args.mount,
            type="jwt",
            description="People",
            oidc_discovery_url=args.issuer,
            bound_issuer=args.issuer,
            default_role=_ROLE,
            opts=pulumi.ResourceOptions(parent=self),
        )
        vault.jwt.AuthBackendRole(
            name,
            backend=method.path,
            role_name=_ROLE,
            role_type="jwt",
            bound_audiences=list(args.audiences),
            user_claim=args.user_claim,
            groups_claim=args.groups_claim,
            token_ttl=_WORKDAY_S,
            token_max_ttl=_WORKDAY_S,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for group, policies in args.groups.items():
            self._group(name, args, group, policies, method)
        self.register_outputs({})

    def _group(
        self,
        name: str,
        args: VaultPeopleArgs,
        group: str,
        policies: Sequence[str],
        method: vault.jwt.AuthBackend,
    ) -> None:
        """A group of Vault that has whom the issuer's group has; it can stand for one of those only."""
        ours = vault.identity.Group(
            f"{name}-{group}",
            name=f"{args.name}-{group}",
            type="external",
            policies=list(policies),
            opts=pulumi.ResourceOptions(parent=self),
        )
        vault.identity.GroupAlias(
            f"{name}-{group}",
            name=group,
            mount_accessor=method.accessor,
            canonical_id=ours.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
