"""The schemas of custom kinds, out of their CustomResourceDefinitions. Pure.

Source of the rules: Kubernetes' documentation, "Extend the Kubernetes API with CustomResourceDefinitions",
"Specifying a structural schema" and "Field pruning". CEL rules (`x-kubernetes-validations`) only API servers
know how to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.plan.values import has_unknown
from provisioner.providers.kubernetes.built_in_schemas import METADATA
from provisioner.providers.kubernetes.conformity import LIST_TYPE, MAP_KEYS, Schema
from provisioner.providers.kubernetes.objects import Kind, members, rows

_EMBEDDED: Final = "x-kubernetes-embedded-resource"
_INT_OR_STRING: Final = "x-kubernetes-int-or-string"
_PRESERVED: Final = "x-kubernetes-preserve-unknown-fields"
_READ: Final = frozenset(
    (
        *("type", "enum", "properties", "required", "additionalProperties", "items", "pattern"),
        *("allOf", "anyOf", "oneOf", "not", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        *(LIST_TYPE, MAP_KEYS, "default"),
    )
)
"""Keywords that demand something; half of what a CRD says describes."""

_TYPED: Final = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"$ref": METADATA}}
"""What every object has, whether its schema says so or not."""


@dataclass(frozen=True, slots=True)
class Defined:
    """How the objects of a custom kind look."""

    source: str
    """Who says so."""

    kinds: Mapping[Kind, Schema]
    """By the versions that are served."""


def kind_defined(definition: Mapping[str, Any]) -> tuple[str, str] | None:
    """Group and kind of a CRD; None while they are not known."""
    spec = members(definition.get("spec"))
    group, kind = spec.get("group"), members(spec.get("names")).get("kind")
    return (group, kind) if isinstance(group, str) and isinstance(kind, str) else None


def kinds_of(definition: Mapping[str, Any]) -> dict[Kind, Schema]:
    """The schema of each version that a CRD serves; none while some of that is not known."""
    spec, named = members(definition.get("spec")), kind_defined(definition)
    if named is None or has_unknown(spec):
        return {}
    return {
        Kind(f"{named[0]}/{row.get('name')}", named[1]): _of_an_object(
            members(members(row.get("schema")).get("openAPIV3Schema"))
        )
        for row in rows(spec.get("versions"))
        if row.get("served")
    }


def _of_an_object(schema: Mapping[str, Any]) -> Schema:
    """As JSON Schema, the members that every object has included."""
    found = _as_json_schema(schema)
    return {**found, "properties": {**found.get("properties", {}), **_TYPED}}


def _as_json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON Schema: fields that a CRD does not have are mistakes unless it preserves them.

    What `allOf` and the like say are values, not fields, so they stay as they are. What is empty is left out.
    """
    found = {key: value for key, value in schema.items() if value is not None and key in _READ}
    if schema.get(_INT_OR_STRING):
        found["type"] = ["integer", "string"]
    if "items" in found:
        found["items"] = _as_json_schema(members(found["items"]))
    found["properties"] = {name: _as_json_schema(members(each)) for name, each in _properties(schema).items()}
    if schema.get(_EMBEDDED):
        found["properties"] |= _TYPED
    others = found.get("additionalProperties")
    if isinstance(others, dict):
        found["additionalProperties"] = _as_json_schema(cast("Mapping[str, Any]", others))
    elif found.get("type") == "object" and not schema.get(_PRESERVED):
        found["additionalProperties"] = others is True
    # what has a default is there before an API server looks whether it is
    found["required"] = [name for name in schema.get("required") or () if not _has_default(schema, name)]
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    return members(schema.get("properties"))


def _has_default(schema: Mapping[str, Any], name: str) -> bool:
    return "default" in members(_properties(schema).get(name))
