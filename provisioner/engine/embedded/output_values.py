"""Outputs inside properties: values that say what they depend on, whether they are known, and whether secret.

A transform gets them in place of secrets and unknowns, so that it can work with both.
Source: pulumi/pulumi, `upgradeOutputValues` in `pkg/resource/deploy/source_eval.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from google.protobuf import struct_pb2

from provisioner.plan.marks import OUTPUT_VALUE, SECRET, SIGNATURE
from provisioner.providers.protocol.wire import UNKNOWNS


def upgraded(properties: struct_pb2.Struct, needs: Mapping[str, Iterable[str]]) -> struct_pb2.Struct:
    """The properties with every secret and unknown as an output; `needs` are the URNs behind each of them."""
    found = struct_pb2.Struct()
    found.CopyFrom(properties)
    for key, value in found.fields.items():
        _upgrade(value)
        if missing := set(needs.get(key, ())) - dependencies(value):
            _output_of(value)
            listed = value.struct_value.fields["dependencies"].list_value
            listed.extend(sorted(missing))
    return found


def dependencies(value: struct_pb2.Value) -> set[str]:
    """The URNs that the outputs in a value depend on."""
    match value.WhichOneof("kind"):
        case "list_value":
            return {urn for item in value.list_value.values for urn in dependencies(item)}
        case "struct_value":
            return _dependencies(value.struct_value.fields)
        case _:
            return set()


def _dependencies(fields: Mapping[str, struct_pb2.Value]) -> set[str]:
    if _signature(fields) != OUTPUT_VALUE:
        return {urn for item in fields.values() for urn in dependencies(item)}
    own = (
        {item.string_value for item in fields["dependencies"].list_value.values}
        if "dependencies" in fields
        else set[str]()
    )
    return own | (dependencies(fields["value"]) if "value" in fields else set[str]())


def _upgrade(value: struct_pb2.Value) -> None:
    match value.WhichOneof("kind"):
        case "string_value" if value.string_value in UNKNOWNS:
            value.Clear()
            value.struct_value.fields[SIGNATURE].string_value = OUTPUT_VALUE
        case "list_value":
            for item in value.list_value.values:
                _upgrade(item)
        case "struct_value":
            _upgrade_struct(value)
        case _:
            pass


def _upgrade_struct(value: struct_pb2.Value) -> None:
    fields = value.struct_value.fields
    match _signature(fields):
        case "":
            for item in fields.values():
                _upgrade(item)
        case s if s == SECRET:
            inner = struct_pb2.Value()
            inner.CopyFrom(fields["value"])
            value.CopyFrom(inner)
            _upgrade(value)
            _output_of(value)
            value.struct_value.fields["secret"].bool_value = True
        case _:
            pass  # an output already, a resource, an asset or an archive


def _output_of(value: struct_pb2.Value) -> None:
    """Make an output of a value, if it is none."""
    if _signature(value.struct_value.fields) == OUTPUT_VALUE:
        return
    inner = struct_pb2.Value()
    inner.CopyFrom(value)
    value.Clear()
    value.struct_value.fields[SIGNATURE].string_value = OUTPUT_VALUE
    value.struct_value.fields["value"].CopyFrom(inner)


def _signature(fields: Mapping[str, struct_pb2.Value]) -> str:
    """What a struct stands for; empty: itself."""
    return fields[SIGNATURE].string_value if SIGNATURE in fields else ""
