"""Protobuf structs to property values and back, as Pulumi's SDK spells secrets, unknowns and references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from google.protobuf import struct_pb2

from provisioner.plan.marks import EXACT, OUTPUT_VALUE, REFERENCE, SECRET, SIGNATURE
from provisioner.plan.values import UNKNOWN, Reference, Secret

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""One for each kind of value: string, bool, number, array, asset, archive, object."""


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The properties in a struct; integral floats become integers, since every number arrives as a float."""
    return {key: decoded(value) for key, value in sorted(struct.fields.items())}


def decoded(value: struct_pb2.Value) -> Any:
    """One property value."""
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWNS else text
        case "number_value":
            return _number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _marked(decode(value.struct_value))
        case "list_value":
            return [decoded(item) for item in value.list_value.values]
        case _:
            return None


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def _marked(fields: dict[str, Any]) -> Any:
    match fields.get(SIGNATURE):
        case None:
            return fields
        case s if s == SECRET:
            return Secret(fields.get("value"))
        case s if s == REFERENCE:
            return Reference(fields["urn"], fields.get("id"), fields.get("packageVersion", ""))
        case s if s == OUTPUT_VALUE:
            inner = fields.get("value", UNKNOWN)
            return Secret(inner) if fields.get("secret") else inner
        case _:
            return fields  # assets and archives pass through as they are


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The struct for these properties."""
    struct = struct_pb2.Struct()
    _fill_struct(struct, properties)
    return struct


def _fill_struct(struct: struct_pb2.Struct, properties: Mapping[str, Any]) -> None:
    fields = struct.fields
    for key, item in properties.items():
        if type(item) is str:  # most of all values are texts
            fields[key].string_value = item
        else:
            _fill(fields[key], item)


def _fill(value: struct_pb2.Value, item: Any) -> None:
    match item:
        case str():
            value.string_value = item
        case None:
            value.null_value = struct_pb2.NULL_VALUE
        case bool():
            value.bool_value = item
        case int() | float():
            value.number_value = item
        case _ if item is UNKNOWN:
            value.string_value = UNKNOWN_STRING
        case _:
            _fill_nested(value, item)


def _fill_nested(value: struct_pb2.Value, item: Any) -> None:
    match item:
        case Secret(inner):
            _fill_struct(value.struct_value, {SIGNATURE: SECRET, "value": inner})
        case Reference(urn, id, version):
            known = {"urn": urn, "packageVersion": version}
            _fill_struct(
                value.struct_value, {SIGNATURE: REFERENCE, **known, **({} if id is None else {"id": id})}
            )
        case Mapping():
            value.struct_value.SetInParent()
            _fill_struct(value.struct_value, cast("Mapping[str, Any]", item))
        case list() | tuple():
            value.list_value.SetInParent()
            for element in cast("list[Any]", item):
                _fill(value.list_value.values.add(), element)
        case _:
            raise TypeError(f"{type(item).__name__} is not a property value")
