"""What an environment has in Vault, once for all its regions: keys, secrets, certificates, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import pulumi

from components.private_ca import CaKey, Lifetimes, PrivateCa, PrivateCaArgs
from components.vault_audit import VaultAudit, VaultAuditArgs
from components.vault_databases import VaultDatabases, VaultDatabasesArgs
from components.vault_key_ring import VaultKey, VaultKeyRing, VaultKeyRingArgs
from components.vault_people import VaultPeople, VaultPeopleArgs
from components.vault_policy import VaultPolicy, VaultPolicyArgs, opening, policy
from components.vault_secrets import VaultSecrets, VaultSecretsArgs, people_policy
from environments.model import Environment
from environments.model_seals import OF_MODELS
from environments.vault_pki import Pki, PkiKey
from stacks.selection import Selection
from stacks.vault_names import mount, policy_name
from stacks.vault_provider import vault_of, vault_opts

_KEYS: Final[Mapping[PkiKey, CaKey]] = {
    "ecdsa-p384": ("ec", 384),
    "ecdsa-p256": ("ec", 256),
    "rsa-4096": ("rsa", 4096),
    "rsa-3072": ("rsa", 3072),
}

_IN_CLUSTERS: Final = ("svc", "svc.cluster.local")
"""How names of services end, as pods ask for them."""


def in_vault(here: Selection) -> None:
    """Declares it all, and hands over what later layers need."""
    env, settings = here.environment, vault_of(here.environment)
    opts = vault_opts(env)
    ring = _key_ring(env, opts)
    _secrets(env, opts)
    _policies(env, opts)
    _model_policies(env, opts)
    if settings.people:
        _people(env, opts)
    if settings.audit:
        _audit(env, str(settings.audit), opts)
    if settings.databases:
        VaultDatabases(
            f"{env.name}-vault-databases",
            VaultDatabasesArgs(origin="encryption.vault.databases", mount=mount(env, "database")),
            opts,
        )
    pulumi.export("vaultTransit", ring.mount)
    if settings.pki:
        pulumi.export("vaultCertificate", _private_ca(env, settings.pki, opts).certificate)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _key_ring(env: Environment, opts: pulumi.ResourceOptions) -> VaultKeyRing:
    return VaultKeyRing(
        f"{env.name}-vault-keys",
        VaultKeyRingArgs(
            origin="encryption.vault.transit",
            mount=mount(env, "transit"),
            policies=env.name,
            keys=[
                VaultKey(
                    name=key.name,
                    purpose=key.purpose,
                    type=key.kind,
                    rotation_s=_seconds(key.rotation),
                    minimum_version=key.minimum_version,
                    exportable=key.exportable,
                )
                for key in vault_of(env).transit
            ],
            disposable=env.cloud == "local" or env.governance.protect == "none",
        ),
        opts,
    )


def _secrets(env: Environment, opts: pulumi.ResourceOptions) -> None:
    VaultSecrets(
        f"{env.name}-vault-secrets",
        VaultSecretsArgs(
            origin="encryption.vault",
            mount=mount(env, "kv"),
            policies=env.name,
            teams=[team.name for team in env.teams],
            further={mount(env, each.path): each.versions for each in vault_of(env).mounts},
        ),
        opts,
    )


def _policies(env: Environment, opts: pulumi.ResourceOptions) -> None:
    for number, each in enumerate(vault_of(env).policies):
        VaultPolicy(
            f"{env.name}-vault-policy-{each.name}",
            VaultPolicyArgs(
                origin=f"encryption.vault.policies[{number}]",
                name=policy_name(env, each.name),
                rules=each.rules,
            ),
            opts,
        )


def _model_policies(env: Environment, opts: pulumi.ResourceOptions) -> None:
    """The servers of a model open what was sealed as theirs; who seals has the policy of the key itself."""
    if env.model_store.sealed_by != "vault":
        return
    for key in vault_of(env).transit:
        if key.name.startswith(OF_MODELS):
            rules = opening(mount(env, "transit"), key.name)
            policy(f"{env.name}-vault-{key.name}", policy_name(env, key.name), rules, opts)


def _private_ca(env: Environment, pki: Pki, opts: pulumi.ResourceOptions) -> PrivateCa:
    host = [env.gateway.host] if env.gateway else []
    return PrivateCa(
        f"{env.name}-vault-ca",
        PrivateCaArgs(
            origin="encryption.vault.pki",
            name=env.name,
            address=vault_of(env).address,
            root_mount=mount(env, "pki"),
            issuing_mount=mount(env, "pki-issuing"),
            key=_KEYS[pki.key],
            lifetimes=Lifetimes(
                root_s=_seconds(pki.root_ttl),
                issuer_s=_seconds(pki.intermediate_ttl),
                certificate_s=_seconds(pki.ttl),
            ),
            domains=list(dict.fromkeys([*_IN_CLUSTERS, *host, *pki.domains])),
            policies=env.name,
        ),
        opts,
    )


def _people(env: Environment, opts: pulumi.ResourceOptions) -> None:
    settings = vault_of(env).people
    assert settings, "whoever calls has asked for it"
    VaultPeople(
        f"{env.name}-vault-people",
        VaultPeopleArgs(
            origin="encryption.vault.people",
            mount=mount(env, "people"),
            name=env.name,
            issuer=settings.issuer,
            audiences=settings.audiences,
            user_claim=settings.user_claim,
            groups_claim=settings.groups_claim,
            groups=_groups(env, settings.administrators),
        ),
        opts,
    )


def _groups(env: Environment, administrators: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Group of people -> all that it gives them: of their teams, of keys, of policies of one's own."""
    given: dict[str, list[str]] = {}
    for team in env.teams:
        for member in team.members:
            given.setdefault(member, []).append(people_policy(env.name, team.name))
    for each in vault_of(env).policies:
        for group in each.groups:
            given.setdefault(group, []).append(policy_name(env, each.name))
    for group in administrators:
        given.setdefault(group, []).append(policy_name(env, "keys-admin"))
    return dict(sorted(given.items()))


def _audit(env: Environment, file: str, opts: pulumi.ResourceOptions) -> None:
    VaultAudit(
        f"{env.name}-vault-audit",
        VaultAuditArgs(origin="encryption.vault.audit", path=env.name, file=file),
        opts,
    )
