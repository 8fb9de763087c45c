"""What Vault says about an object, as Pulumi's inputs and outputs."""

from __future__ import annotations

from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Identity, Object
from provisioner.providers.vault.difference import as_named, normal, same
from provisioner.providers.vault.naming import DEFAULTS
from provisioner.providers.vault.paths import at
from provisioner.providers.vault.spec import LOCAL, NAMESPACE, REPLACE, Field, Output, ResourceSpec, Text
from provisioner.providers.vault.text import filled, names_in


def outputs_of(spec: ResourceSpec, document: Properties, known: Properties, id: str) -> dict[str, Any]:
    """Everything the type promises; what Vault does not tell is taken from `known`, inputs over outputs."""
    outputs: dict[str, Any] = {NAMESPACE: known.get(NAMESPACE), **dict.fromkeys(spec.unsupported)}
    named = names_in(spec.id) if isinstance(spec.id, Text) else ()
    outputs |= {
        row.prop: known.get(row.prop) if row.prop in named else now(row, document, known)
        for row in spec.fields
    }
    for prop, source in spec.outputs.items():
        match source:
            case Text():
                outputs[prop] = filled(source, {**outputs, "id": id})
            case Output(path, _, codec):
                found = at(path, document)
                outputs[prop] = known.get(prop) if found is None else codec.decode(found)
            case _:
                found = at(source, document)
                outputs[prop] = known.get(prop) if found is None else found
    return outputs


def now(row: Field, document: Properties, known: Properties) -> Any:
    """One property's present value; in the recorded spelling, if that means the same."""
    if row.written_only:
        return None
    recorded = known.get(row.prop)
    if row.read is None or row.on_change is LOCAL:
        return recorded
    found = at(row.read or row.parameter, document)
    if found is None:
        return recorded if row.may_be_silent or (recorded is not None and same(row, None, recorded)) else None
    value: Any = row.codec.decode(found)
    if row.partial and recorded is not None:
        # What Vault never tells (a password) stands as it was recorded.
        value = {**cast("Properties", recorded), **as_named(row, value, recorded)}
    return recorded if recorded is not None and same(row, value, recorded) else value


def inputs_of(spec: ResourceSpec, identity: Identity, outputs: Properties) -> dict[str, Any]:
    """The declared properties as they are now; on import, all that a program could have declared."""
    chosen = _still_declared if identity.inputs else _declarable
    inputs = {row.prop: outputs[row.prop] for row in spec.fields if chosen(row, identity, outputs)}
    beside = {name: identity.inputs[name] for name in (DEFAULTS, NAMESPACE) if name in identity.inputs}
    return {**inputs, **beside, **_written_only(spec, identity)}


def _written_only(spec: ResourceSpec, identity: Identity) -> dict[str, Any]:
    return {
        row.prop: identity.inputs[row.prop]
        for row in spec.fields
        if row.written_only and row.prop in identity.inputs
    }


def _declarable(row: Field, _: Identity, outputs: Properties) -> bool:
    return outputs[row.prop] not in (None, "", [], {})


def _still_declared(row: Field, identity: Identity, outputs: Properties) -> bool:
    """Declared and still there; or not declared, and no longer what it was when we last looked."""
    value = outputs[row.prop]
    if not row.is_sent and not identity.outputs:
        return (
            False  # of a value that is written only nobody knows whether it is there, until it was recorded
        )
    if row.prop in identity.inputs:
        return value is not None
    if row.on_change in (REPLACE, LOCAL) or row.computed or row.prop not in identity.outputs:
        return False
    if row.unless and identity.inputs.get(row.unless):
        return False
    return normal(row, value) != normal(row, identity.outputs[row.prop])


def object_of(spec: ResourceSpec, identity: Identity, document: Properties, parts: Properties) -> Object:
    """The object of which `document` tells; `parts` are the properties that its id is made of."""
    known = {**parts, **identity.outputs, **identity.inputs}
    outputs = outputs_of(spec, document, known, identity.id)
    return Object(identity.id, inputs_of(spec, identity, outputs), outputs)
