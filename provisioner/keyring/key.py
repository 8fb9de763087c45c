"""The keys among resources: in AWS KMS, in Vault's transit engine, and issuers of certificates."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.model import Resource

KMS_KEY: Final = "aws:kms/key:Key"
KMS_REPLICA: Final = "aws:kms/replicaKey:ReplicaKey"
KMS_ALIAS: Final = "aws:kms/alias:Alias"
TRANSIT_KEY: Final = "vault:transit/secretBackendKey:SecretBackendKey"
ROOT: Final = "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert"
INTERMEDIATE: Final = (
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest"
)
SIGNED: Final = "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate"

KEY_TYPES: Final = (KMS_KEY, KMS_REPLICA, TRANSIT_KEY, ROOT, INTERMEDIATE)

_DAY: Final = 86400


class Kind(enum.StrEnum):
    """Where a key is, and what it is there."""

    KMS = "KMS key"
    REPLICA = "KMS replica"
    TRANSIT = "transit key"
    ISSUER = "issuer"


class Usage(enum.StrEnum):
    """What a key does."""

    ENCRYPT = "encrypts"
    SIGN = "signs"
    ISSUE = "issues certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, as far as it is recorded."""

    urn: str
    name: str
    """Its name in the program."""

    kind: Kind
    usage: Usage
    algorithm: str
    purpose: str
    """In the words of its description; empty if it has none."""

    layer: str
    region: str
    id: str
    """What its own service calls it: the id of KMS, `mount/name` of Vault."""

    aliases: tuple[str, ...] = ()
    """`alias/name`."""

    rotation_days: int | None = None
    """How often its material changes by itself; None: it does not."""

    window_days: int | None = None
    """How long a deletion waits; None: it does not."""

    minimum_version: int | None = None
    """The oldest version that still opens; None where versions cannot be shut out."""

    primary: str = ""
    """The ARN of the key that a replica is one of."""

    certificate: str = ""
    """PEM, of an issuer."""


def keys_in(resources: Iterable[Resource]) -> tuple[Key, ...]:
    """The keys, in the order of the resources."""
    there = tuple(resources)
    aliases: dict[tuple[str, str], list[str]] = {}
    signed = {str(each.inputs.get("csr")): each for each in there if each.type == SIGNED}
    for each in there:
        if each.type == KMS_ALIAS:
            at = (region_of(each), str(each.inputs.get("targetKeyId")).rpartition("/")[2])
            aliases.setdefault(at, []).append(str(each.inputs.get("name") or each.outputs.get("name") or ""))
    return tuple(
        _READ[each.type](each, tuple(filter(None, aliases.get((region_of(each), each.id), ()))), signed)
        for each in there
        if each.type in _READ
    )


def region_of(resource: Resource) -> str:
    """The region of an object; of one that has none, that of its stack, whose name ends with it."""
    return resource.region or resource.urn.split("::", 1)[0].rpartition(".")[2]


def _kms(key: Resource, aliases: tuple[str, ...], _signed: Mapping[str, Resource]) -> Key:
    inputs = key.inputs
    signs = inputs.get("keyUsage") in ("SIGN_VERIFY", "GENERATE_VERIFY_MAC")
    days = _number(inputs.get("rotationPeriodInDays")) or 365  # KMS EnableKeyRotation, the default
    return Key(
        urn=key.urn,
        name=key.name,
        kind=Kind.KMS,
        usage=Usage.SIGN if signs else Usage.ENCRYPT,
        algorithm=str(inputs.get("customerMasterKeySpec") or "SYMMETRIC_DEFAULT"),
        purpose=str(inputs.get("description") or ""),
        layer=key.layer,
        region=region_of(key),
        id=key.id,
        aliases=aliases,
        rotation_days=days if inputs.get("enableKeyRotation") else None,
        window_days=_number(inputs.get("deletionWindowInDays")) or 30,  # KMS ScheduleKeyDeletion
    )


def _replica(key: Resource, aliases: tuple[str, ...], _signed: Mapping[str, Resource]) -> Key:
    return Key(
        urn=key.urn,
        name=key.name,
        kind=Kind.REPLICA,
        usage=Usage.ENCRYPT,
        algorithm=str(key.outputs.get("keySpec") or "SYMMETRIC_DEFAULT"),
        purpose=str(key.inputs.get("description") or ""),
        layer=key.layer,
        region=region_of(key),
        id=key.id,
        aliases=aliases,
        window_days=_number(key.inputs.get("deletionWindowInDays")) or 30,
        primary=str(key.inputs.get("primaryKeyArn") or ""),
    )


_SIGNING: Final = ("ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "hmac")
"""Source: Vault documentation, "Transit secrets engine", "Key types". Keys of RSA do both."""


def _transit(key: Resource, _aliases: tuple[str, ...], _signed: Mapping[str, Resource]) -> Key:
    inputs = key.inputs
    algorithm = str(inputs.get("type") or "aes256-gcm96")
    seconds = _number(inputs.get("autoRotatePeriod"))
    return Key(
        urn=key.urn,
        name=key.name,
        kind=Kind.TRANSIT,
        usage=Usage.SIGN if algorithm in _SIGNING else Usage.ENCRYPT,
        algorithm=algorithm,
        purpose="",
        layer=key.layer,
        region=region_of(key),
        id=f"{str(inputs.get('backend', '')).strip('/')}/{inputs.get('name', '')}",
        rotation_days=seconds // _DAY if seconds else None,
        minimum_version=_number(inputs.get("minDecryptionVersion")) or 1,
    )


def _issuer(key: Resource, _aliases: tuple[str, ...], signed: Mapping[str, Resource]) -> Key:
    outputs = key.outputs
    request = outputs.get("csr")
    by = signed.get(str(request)) if request else None
    of_root = "" if key.type == INTERMEDIATE else outputs.get("certificate")
    certificate = by.outputs.get("certificate") if by else of_root
    kind, bits = str(key.inputs.get("keyType") or "rsa"), _number(key.inputs.get("keyBits"))
    return Key(
        urn=key.urn,
        name=key.name,
        kind=Kind.ISSUER,
        usage=Usage.ISSUE,
        algorithm=f"{kind}-{bits}" if bits else kind,
        purpose=str(key.inputs.get("commonName") or ""),
        layer=key.layer,
        region=region_of(key),
        id=str(key.inputs.get("backend", "")).strip("/"),
        certificate=certificate if isinstance(certificate, str) else "",
    )


_READ: Final[Mapping[str, Callable[[Resource, tuple[str, ...], Mapping[str, Resource]], Key]]] = {
    KMS_KEY: _kms,
    KMS_REPLICA: _replica,
    TRANSIT_KEY: _transit,
    ROOT: _issuer,
    INTERMEDIATE: _issuer,
}


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
