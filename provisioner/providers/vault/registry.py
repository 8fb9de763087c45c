"""Every Vault type there is a driver for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from provisioner.providers.vault.catalog import auth, database, identity, kv, pki, sys, transit
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.spec import ResourceSpec
from provisioner.providers.vault.special.alias import Aliases
from provisioner.providers.vault.special.audit import AuditDevices
from provisioner.providers.vault.special.authority import Imported, Requests, Roots, Signed
from provisioner.providers.vault.special.database import Connections
from provisioner.providers.vault.special.jwt_backend import JwtBackends
from provisioner.providers.vault.special.kv_secret import Secrets
from provisioner.providers.vault.special.mounts import AuthMounts, Mounts
from provisioner.providers.vault.special.namespaces import Namespaces
from provisioner.providers.vault.special.secret_id import SecretIds
from provisioner.providers.vault.special.transit_key import Keys

CATALOG: Final[tuple[ResourceSpec, ...]] = (
    *sys.SPECS,
    *auth.SPECS,
    *database.SPECS,
    *identity.SPECS,
    *kv.SPECS,
    *pki.SPECS,
    *transit.SPECS,
)

SPECIAL: Final[Mapping[str, Callable[[ResourceSpec, Any], TableDriver]]] = {
    "vault:database/secretBackendConnection:SecretBackendConnection": Connections,
    "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId": SecretIds,
    "vault:identity/entityAlias:EntityAlias": Aliases,
    "vault:identity/groupAlias:GroupAlias": Aliases,
    "vault:index/audit:Audit": AuditDevices,
    "vault:index/authBackend:AuthBackend": AuthMounts,
    "vault:index/mount:Mount": Mounts,
    "vault:index/namespace:Namespace": Namespaces,
    "vault:jwt/authBackend:AuthBackend": JwtBackends,
    "vault:kv/secretV2:SecretV2": Secrets,
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": Requests,
    "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": Imported,
    "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": Roots,
    "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": Signed,
    "vault:transit/secretBackendKey:SecretBackendKey": Keys,
}
"""Types that do something the table cannot say; everything else about them is in their row."""
