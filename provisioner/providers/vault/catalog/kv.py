"""The key-value secrets engine, version 2: secrets with versions, and what a mount keeps of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem
from provisioner.providers.vault.codecs import JSON, SECONDS, TEXTS, seconds, structure
from provisioner.providers.vault.spec import (
    LOCAL,
    REPLACE,
    Call,
    Codec,
    Field,
    Name,
    Output,
    ResourceSpec,
    Text,
    number_of,
)

_DATA: Final = "{mount}/data/{name}"
METADATA: Final = Call("{mount}/metadata/{name}")

_BESIDE: Final = structure("casRequired", "data", "deleteVersionAfter", "maxVersions")


def _told(value: Any) -> dict[str, Any]:
    """What is kept beside a secret; Vault has the person's own texts under another name."""
    found = cast("Mapping[str, Any]", value)
    told = _BESIDE.decode({**found, "data": found.get("custom_metadata")})
    if "deleteVersionAfter" in told:
        told["deleteVersionAfter"] = seconds(told["deleteVersionAfter"])
    return told


def _sent(value: Any) -> dict[str, Any]:
    sent = _BESIDE.encode(value)
    texts = sent.pop("data", None)
    return {**sent, "custom_metadata": texts or {}}


def _one_of_two(inputs: Properties) -> Iterator[Problem]:
    given = [prop for prop in ("dataJson", "dataJsonWo") if inputs.get(prop) is not None]
    if len(given) != 1:
        yield Problem("dataJson", "or `dataJsonWo` has to be given, and not both")


SECRET: Final = ResourceSpec(
    type="vault:kv/secretV2:SecretV2",
    id=Text(_DATA),
    create=Call(_DATA, repeatable=False),
    read=Call(_DATA, "GET"),
    delete=Call(_DATA, "DELETE"),
    fields=(
        Field("mount", REPLACE, required=True, read=None),
        Field("name", REPLACE, read=None),
        Field("dataJson", codec=JSON, api="data"),
        Field("dataJsonWo", codec=JSON, api="data", written_only="dataJsonWoVersion"),
        number_of("dataJsonWoVersion"),
        Field("cas", LOCAL),
        Field("options", LOCAL),
        Field("disableRead", LOCAL, default=False),
        Field("deleteAllVersions", LOCAL, default=False),
        Field(
            "customMetadata",
            METADATA,
            Codec(_sent, _told, _BESIDE.canonical),
            read="beside",
            is_spread=True,
            with_create=False,
            partial=True,
            computed=True,
        ),
    ),
    outputs={
        "path": Text(_DATA),
        "data": Output("nothing"),
        "metadata": Output("metadata", ("dataJson", "dataJsonWoVersion", "customMetadata"), TEXTS),
    },
    name=Name(),
    problems=_one_of_two,
)

_CONFIG: Final = "{mount}/config"

BACKEND: Final = ResourceSpec(
    type="vault:kv/secretBackendV2:SecretBackendV2",
    id=Text(_CONFIG),
    create=Call(_CONFIG),
    read=Call(_CONFIG, "GET"),
    delete=None,
    fields=(
        Field("mount", REPLACE, required=True, read=None),
        Field("maxVersions", computed=True),
        Field("casRequired", computed=True),
        Field("deleteVersionAfter", codec=SECONDS, reset=0),
    ),
)

SPECS: Final = (SECRET, BACKEND)
