"""What Vault has of itself: mounts, auth methods, policies, audit devices, namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from provisioner.providers.vault.codecs import LINES, LIST, SET, TEXTS, seconds, structure
from provisioner.providers.vault.spec import (
    LOCAL,
    REPLACE,
    Call,
    Codec,
    Field,
    Name,
    ResourceSpec,
    Text,
    always,
    snake,
)


def _options(value: Any) -> dict[str, str]:
    return {name: str(text) for name, text in cast("Mapping[str, Any]", value or {}).items()}


_OPTIONS: Final = Codec(encode=dict, decode=_options, canonical=_options)

_KIND: Final = Codec(
    encode=lambda kind: kind,
    decode=lambda kind: kind,
    canonical=lambda kind: "kv" if kind in ("kv-v2", "kv-v1") else kind,
)
"""Vault calls `kv-v2` a `kv` with an option, once it is mounted."""


_LEASE: Final = Codec(encode=lambda value: f"{int(value)}s", decode=int)
_BOOL: Final = Codec(encode=bool, decode=bool)
_TEXT: Final = Codec(encode=str, decode=str)
_SHOWN: Final = Codec(encode=str, decode=str, canonical=lambda value: "" if value == "hidden" else value)


def _tuned(prop: str, codec: Codec = _LEASE, **said: Any) -> Field:
    """A setting of a mount that stands under `config` in its making, and bare where it is tuned."""
    return Field(prop, codec=codec, api=f"config.{said.pop('api', snake(prop))}", **said)


_LISTS: Final = (
    "auditNonHmacRequestKeys",
    "auditNonHmacResponseKeys",
    "passthroughRequestHeaders",
    "allowedResponseHeaders",
    "delegatedAuthAccessors",
)

MOUNT: Final = ResourceSpec(
    type="vault:index/mount:Mount",
    id=Text("{path}"),
    create=Call("sys/mounts/{path}", repeatable=False),
    read=Call("sys/mounts/{id}", "GET"),
    update=Call("sys/mounts/{id}/tune"),
    delete=Call("sys/mounts/{id}", "DELETE"),
    absent=("No secret engine mount at",),
    fields=(
        Field("path", required=True, read=None),
        Field("type", REPLACE, _KIND, required=True),
        Field("description", reset=""),
        _tuned("defaultLeaseTtlSeconds", api="default_lease_ttl", computed=True),
        _tuned("maxLeaseTtlSeconds", api="max_lease_ttl", computed=True),
        _tuned("forceNoCache", _BOOL, computed=True, replaces=always),
        *(_tuned(prop, LIST, reset=[]) for prop in _LISTS),
        _tuned("listingVisibility", _SHOWN, reset="hidden"),
        _tuned("pluginVersion", _TEXT, may_be_silent=True),
        _tuned("allowedManagedKeys", SET, reset=[]),
        _tuned("identityTokenKey", _TEXT, may_be_silent=True),
        Field("options", codec=_OPTIONS, computed=True),
        Field("sealWrap", REPLACE, computed=True),
        Field("externalEntropyAccess", REPLACE, default=False),
        Field("local", REPLACE, reset=False),
    ),
    outputs={"accessor": "accessor"},
    unique=("path",),
)

_IN_SECONDS: Final = ("defaultLeaseTtl", "maxLeaseTtl")
_TUNE_MEMBERS: Final = structure(
    *_IN_SECONDS,
    *("allowedResponseHeaders", "auditNonHmacRequestKeys", "auditNonHmacResponseKeys", "listingVisibility"),
    *("passthroughRequestHeaders", "tokenType"),
)


def _normal_tune(value: Any) -> dict[str, Any]:
    return {name: seconds(each) if name in _IN_SECONDS else each for name, each in value.items() if each}


TUNED: Final = Field(
    "tune",
    codec=Codec(_TUNE_MEMBERS.encode, _TUNE_MEMBERS.decode, _normal_tune),
    api="config",
    partial=True,
    computed=True,
)
"""The settings of an auth method's mount."""

AUTH_BACKEND: Final = ResourceSpec(
    type="vault:index/authBackend:AuthBackend",
    id=Text("{path}"),
    create=Call("sys/auth/{path}", repeatable=False),
    read=Call("sys/auth/{id}", "GET"),
    update=Call("sys/auth/{id}/tune"),
    delete=Call("sys/auth/{id}", "DELETE"),
    absent=("No auth engine at",),
    fields=(
        Field("type", REPLACE, required=True),
        Field("path", like="type", read=None),
        Field("description", reset=""),
        Field("local", REPLACE, reset=False),
        TUNED,
        Field("disableRemount", LOCAL),
        Field("identityTokenKey", api="config.identity_token_key", read=None),
    ),
    outputs={"accessor": "accessor"},
    unique=("path",),
)

POLICY: Final = ResourceSpec(
    type="vault:index/policy:Policy",
    id=Text("{name}"),
    create=Call("sys/policies/acl/{name}"),
    read=Call("sys/policies/acl/{id}", "GET"),
    delete=Call("sys/policies/acl/{id}", "DELETE"),
    fields=(
        Field("name", REPLACE),
        Field("policy", codec=LINES, required=True),
        Field("allowOverwrite", LOCAL),
    ),
    name=Name(),
)

AUDIT: Final = ResourceSpec(
    type="vault:index/audit:Audit",
    id=Text("{path}"),
    create=Call("sys/audit/{path}"),
    read=Call("sys/audit", "GET"),
    delete=Call("sys/audit/{id}", "DELETE"),
    fields=(
        Field("type", REPLACE, required=True),
        Field("path", REPLACE, like="type", read=None),
        Field("description", REPLACE, reset=""),
        Field("local", REPLACE, reset=False),
        Field("options", REPLACE, TEXTS, required=True),
    ),
    unique=("path",),
)

NAMESPACE: Final = ResourceSpec(
    type="vault:index/namespace:Namespace",
    id=Text("{path}"),
    create=Call("sys/namespaces/{path}"),
    read=Call("sys/namespaces/{path}", "GET"),
    delete=Call("sys/namespaces/{path}", "DELETE"),
    fields=(
        Field("path", REPLACE, required=True, read=None),
        Field("customMetadata", codec=TEXTS, computed=True),
        Field("pathFq", LOCAL, computed=True),
    ),
    outputs={"namespaceId": "id"},
)

SPECS: Final = (MOUNT, AUTH_BACKEND, POLICY, AUDIT, NAMESPACE)
