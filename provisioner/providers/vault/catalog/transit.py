"""The transit secrets engine: keys that never leave Vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem
from provisioner.providers.vault.codecs import SECONDS
from provisioner.providers.vault.spec import REPLACE, Call, Codec, Field, Name, Output, ResourceSpec, Text

_KEY: Final = "{backend}/keys/{name}"
_CONFIG: Final = Call(f"{_KEY}/config")
_LEAST_PERIOD: Final = 3600
"""Seconds; source: Vault's API documentation of transit, `auto_rotate_period`."""


def _versions(value: Any) -> list[dict[str, str]]:
    """The versions of a key, the oldest first, as pulumi-vault shows them: texts alone."""
    found = cast("Mapping[str, Any]", value or {})
    return [_version(found[number]) for number in sorted(found, key=int)]


def _version(told: Any) -> dict[str, str]:
    if isinstance(told, Mapping):
        members = cast("Mapping[str, Any]", told)
        return {name: str(text) for name, text in members.items() if text not in (None, "")}
    return {"id": str(told)}


def _turned_off(old: Any, new: Any) -> bool:
    """Whether a permission is taken back that a key, once it has it, keeps for ever."""
    return bool(old) and not new


def _periods(inputs: Properties) -> Iterator[Problem]:
    period = inputs.get("autoRotatePeriod")
    if isinstance(period, int | float) and 0 < period < _LEAST_PERIOD:
        yield Problem(
            "autoRotatePeriod", f"{period:g} s is less than the hour that Vault demands; 0 is never"
        )


KEY: Final = ResourceSpec(
    type="vault:transit/secretBackendKey:SecretBackendKey",
    id=Text(_KEY),
    create=Call(_KEY),
    read=Call(_KEY, "GET"),
    delete=Call(_KEY, "DELETE"),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("name", REPLACE),
        Field("type", REPLACE, default="aes256-gcm96"),
        Field("convergentEncryption", REPLACE, default=False),
        Field("derived", REPLACE, default=False),
        Field("context", REPLACE, read=None),
        Field("keySize", REPLACE, default=0, may_be_silent=True),
        Field("parameterSet", REPLACE, may_be_silent=True),
        Field("hybridKeyTypeEc", REPLACE, may_be_silent=True),
        Field("hybridKeyTypePqc", REPLACE, may_be_silent=True),
        Field("managedKeyName", REPLACE, may_be_silent=True),
        Field("managedKeyId", REPLACE, may_be_silent=True),
        Field("autoRotatePeriod", _CONFIG, SECONDS, computed=True, with_create=False),
        Field("deletionAllowed", _CONFIG, default=False, with_create=False, reset=False),
        Field("exportable", _CONFIG, default=False, with_create=False, reset=False, replaces=_turned_off),
        Field(
            "allowPlaintextBackup",
            _CONFIG,
            default=False,
            with_create=False,
            reset=False,
            replaces=_turned_off,
        ),
        Field("minDecryptionVersion", _CONFIG, default=1, with_create=False, reset=1),
        Field("minEncryptionVersion", _CONFIG, default=0, with_create=False, reset=0),
    ),
    outputs={
        "keys": Output("keys", codec=Codec(encode=list, decode=_versions)),
        "latestVersion": "latest_version",
        "minAvailableVersion": "min_available_version",
        "supportsDecryption": "supports_decryption",
        "supportsDerivation": "supports_derivation",
        "supportsEncryption": "supports_encryption",
        "supportsSigning": "supports_signing",
    },
    name=Name(),
    problems=_periods,
)

SPECS: Final = (KEY,)
