"""The schemas of Kubernetes' own kinds, by its version: those of the package kubernetes-validate.

Only its data are read, and only for the version that is asked about. Importing it would bring jsonschema,
which we do not need (see `conformity.py`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from provisioner.providers.kubernetes.conformity import Schema
from provisioner.providers.kubernetes.objects import Kind

METADATA: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
"""What the schema of every kind's `metadata` is called."""

_KINDS: Final = "x-kubernetes-group-version-kind"
_SUFFIX: Final = "-local-strict"
"""Of the folders with schemas that have every field there is, so that others are mistakes."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What one version of Kubernetes knows."""

    version: str
    """As `1.35`."""

    definitions: Mapping[str, Schema]
    kinds: Mapping[Kind, Schema]


@functools.cache
def built_in(version: str = "") -> BuiltIn:
    """The schemas of a version such as `1.35`; the newest if none is said, or a newer one than there are."""
    there = _folders()
    fitting = [each for each in there if each <= _numbers(version)] if version else there
    chosen = max(fitting, default=min(there))
    content: dict[str, Any] = json.loads((there[chosen] / "_definitions.json").read_bytes())
    definitions: dict[str, Schema] = content["$defs"]
    kinds = {
        Kind(f"{row['group']}/{row['version']}" if row["group"] else row["version"], row["kind"]): schema
        for schema in definitions.values()
        for row in schema.get(_KINDS, ())
    }
    return BuiltIn(".".join(map(str, chosen)), definitions, kinds)


def _folders() -> dict[tuple[int, ...], Path]:
    """Where the schemas of each version are."""
    spec = find_spec("kubernetes_validate")
    assert spec, "it is installed with us"
    assert spec.origin, "it is a package of files"
    schemas = Path(spec.origin).parent / "kubernetes-json-schema"
    return {_numbers(each.name[1:]): each for each in schemas.iterdir() if each.name.endswith(_SUFFIX)}


def _numbers(version: str) -> tuple[int, ...]:
    """Of `1.35.0-local-strict`, (1, 35): fields come with minor versions only."""
    return tuple(int(each) for each in version.split(".")[:2])
