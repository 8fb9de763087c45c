"""The inputs to use: kind, name and namespace filled in, as pulumi-kubernetes does. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.interface import Problem
from provisioner.providers.kubernetes.difference import AUTONAMED
from provisioner.providers.kubernetes.objects import Kind, annotation, is_patch, kind_of, metadata_of

DIGITS: Final = 8
"""Of a name that is made; as many as Pulumi's engine gives."""

LONGEST: Final = 253
"""Characters of a name (a DNS subdomain)."""


def filled(
    type: str, name: str, old: Properties | None, new: Properties, seed: bytes, namespace: str = ""
) -> dict[str, Any]:
    """The inputs with what the program leaves open; `namespace` is for kinds that are in one."""
    kind = kind_of(type, new)
    inputs = {"apiVersion": kind.version, "kind": kind.name, **new}
    if isinstance(inputs.get("metadata", {}), dict):
        inputs["metadata"] = _metadata(kind, name, old, new, seed)
        if namespace and kind.is_built_in and not kind.is_cluster_wide:
            inputs["metadata"] = {**inputs["metadata"], "namespace": _given(new, "namespace") or namespace}
    return inputs


def problems(type: str, inputs: Properties) -> Iterator[Problem]:
    """What no cluster has to be asked about."""
    metadata = metadata_of(inputs)
    name = metadata.get("name")
    if metadata.get("generateName"):
        yield Problem(
            "metadata.generateName",
            "server-side apply needs to know whom it means: leave the name out, and one is made, or write it",
        )
    if is_patch(type, kind_of(type, inputs)) and annotation(inputs, AUTONAMED):
        yield Problem("metadata.name", "a patch needs the name of the object that it changes")
    if isinstance(name, str) and len(name) > LONGEST:
        yield Problem("metadata.name", f"`{name}` has {len(name)} characters; a name has at most {LONGEST}")


def _metadata(kind: Kind, name: str, old: Properties | None, new: Properties, seed: bytes) -> dict[str, Any]:
    metadata = {key: value for key, value in metadata_of(new).items() if value is not None}
    if metadata.get("name") or metadata.get("generateName"):
        return metadata
    before = metadata_of(old or {}).get("name")
    if old is not None and annotation(old, AUTONAMED) and isinstance(before, str):
        made = before
    else:
        text = b"\0".join((seed, str(kind).encode(), name.encode()))
        made = f"{name}-{hashlib.sha256(text).hexdigest()[:DIGITS]}"
    annotations = metadata.get("annotations")
    if annotations is UNKNOWN:
        return {**metadata, "name": made}
    return {**metadata, "name": made, "annotations": {**(annotations or {}), AUTONAMED: "true"}}


def _given(new: Properties, name: str) -> Any:
    return metadata_of(new).get(name)
