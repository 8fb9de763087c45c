"""Places for secrets in Vault: a store of versioned values, with a part for each team, and further stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_vault as vault

from components.vault_policy import Rules, policy


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSecretsArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    mount: str
    """Path of the store that teams share."""
    policies: str
    """How the names of policies begin: that of the environment."""
    teams: Sequence[str]
    further: Mapping[str, int]
    """Path of a further store -> how many versions it keeps."""


class VaultSecrets(pulumi.ComponentResource):
    """A KV store, version 2. A team's pods read what is below its own name, its people write it."""

    def __init__(self, name: str, args: VaultSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:VaultSecrets", name, {"origin": args.origin}, opts)
        self._store(name, args.mount, "Secrets of teams")
        for team in args.teams:
            policy(
                f"{name}-team-{team}",
                team_policy(args.policies, team),
                reading(args.mount, team),
                self._child(),
            )
            policy(
                f"{name}-people-{team}",
                people_policy(args.policies, team),
                writing(args.mount, team),
                self._child(),
            )
        for path, versions in args.further.items():
            label = f"{name}-{path.replace('/', '-')}"
            store = self._store(label, path, "Secrets")
            vault.kv.SecretBackendV2(label, mount=store.path, max_versions=versions, opts=self._child())
        self.register_outputs({})

    def _store(self, name: str, path: str, what: str) -> vault.Mount:
        return vault.Mount(
            name, path=path, type="kv", options={"version": "2"}, description=what, opts=self._child()
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)


def team_policy(policies: str, team: str) -> str:
    """What the policy of a team's pods is called."""
    return f"{policies}-team-{team}"


def people_policy(policies: str, team: str) -> str:
    """What the policy of a team's people is called."""
    return f"{policies}-people-{team}"


def reading(mount: str, team: str) -> Rules:
    """What a team's pods may: read what is theirs."""
    return {f"{mount}/data/teams/{team}/*": ("read",), f"{mount}/metadata/teams/{team}/*": ("read", "list")}


def writing(mount: str, team: str) -> Rules:
    """What a team's people may: write what is theirs, take back what they deleted, find their way there."""
    data = f"teams/{team}/*"
    return {
        f"{mount}/data/{data}": ("create", "read", "update", "patch", "delete"),
        f"{mount}/metadata/{data}": ("read", "list", "delete"),
        f"{mount}/metadata/teams/{team}": ("list",),
        **{f"{mount}/{what}/{data}": ("update",) for what in ("delete", "undelete", "destroy")},
    }
