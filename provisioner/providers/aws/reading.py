"""What AWS says about an object, as Pulumi's inputs and outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, picked, run, run_and_pick
from provisioner.providers.aws.difference import as_asked, normal, same
from provisioner.providers.aws.inputs import ALL_TAGS, REGION, TAGS
from provisioner.providers.aws.naming import DEFAULTS
from provisioner.providers.aws.paths import at
from provisioner.providers.aws.spec import LOCAL, REPLACE, Field, Output, ResourceSpec, Text
from provisioner.providers.aws.text import names_in
from provisioner.providers.interface import Identity, Object, Refused

Document = Mapping[str, Any]


def main_document(spec: ResourceSpec, target: Target, items: list[Any] | None = None) -> Document | None:
    """The answer of the type's `read`, or None if the object is gone.

    `items` are the answer already, if many objects were read together.
    """
    try:
        answer = run_and_pick(spec.read, target) if items is None else picked(spec.read, target, items)
    except Refused as refusal:
        if refusal.code in spec.absent:
            return None
        raise
    if answer is None or (spec.gone and at(spec.gone, answer)):
        return None
    return cast("Document", answer) if isinstance(answer, Mapping) else {"@": answer}


def whole_document(spec: ResourceSpec, target: Target, main: Document) -> Document | None:
    """The document with the answers of the type's `also` calls, or None if the object is gone meanwhile."""
    document = dict(main)
    for name, op in spec.also.items():
        try:
            document[name] = run_and_pick(op, replace(target, document=document))
        except Refused as refusal:
            if refusal.code in spec.absent:
                return None
            raise
    return document


def outputs_of(spec: ResourceSpec, target: Target, document: Document, known: Properties) -> dict[str, Any]:
    """Everything the type promises; what AWS does not tell is taken from `known`, the inputs."""
    outputs: dict[str, Any] = {row.prop: now(row, document, known) for row in spec.fields}
    if spec.name and spec.name.given_prefix:
        outputs[spec.name.given_prefix] = known.get(spec.name.given_prefix, "")
    if spec.regional:
        outputs[REGION] = target.region
    if spec.tags:
        outputs[ALL_TAGS] = tags_of(spec, document)
        outputs[TAGS] = own_tags(outputs[ALL_TAGS], known, target.scope.default_tags) or None
    outputs |= dict.fromkeys(spec.unsupported)
    for prop, source in spec.outputs.items():
        if not isinstance(source, Text):
            outputs[prop] = _output(source, document)
    for prop, source in spec.outputs.items():
        if isinstance(source, Text):
            outputs[prop] = replace(target, props={**target.props, **outputs}).text(source)
    return outputs


def _output(source: str | Output, document: Document) -> Any:
    if isinstance(source, str):
        return at(source, document)
    found = at(source.path, document)
    return None if found is None else source.codec.decode(found)


def now(row: Field, document: Document, known: Properties) -> Any:
    """One property's present value; in the recorded spelling, if that means the same."""
    recorded = known.get(row.prop)
    if row.read is None or row.on_change is LOCAL:
        return recorded
    found = at(row.read or row.api, document)
    if found is None and row.may_be_silent:
        return recorded
    value = None if found is None else row.codec.decode(found)
    if row.untold and isinstance(recorded, dict) and isinstance(value, dict):
        value = {**_members(row.untold, cast("Properties", recorded)), **cast("Properties", value)}
    if recorded is not None and same(row, value, recorded):
        return _in_the_words_of(row, recorded, value)
    return value


def _in_the_words_of(row: Field, recorded: Any, value: Any) -> Any:
    """What was recorded, with what AWS chose beside it."""
    if not row.chosen or not isinstance(recorded, dict) or not isinstance(value, dict):
        return cast("Any", recorded)
    return {**_members(row.chosen, cast("Properties", value)), **cast("Properties", recorded)}


def _members(names: Collection[str], value: Properties) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}


def tags_of(spec: ResourceSpec, document: Document) -> dict[str, str]:
    """All tags the object has."""
    assert spec.tags
    found = at(spec.tags.read, document)
    return dict(spec.tags.codec.decode(found)) if found else {}


def own_tags(present: Properties, known: Properties, defaults: Properties) -> dict[str, str]:
    """The tags that are the program's or nobody's, as against those that are the provider's default tags."""
    own: Properties = known.get(TAGS) or {}
    everyones: Properties = known.get(ALL_TAGS, defaults)
    return {name: text for name, text in present.items() if name in own or name not in everyones}


def inputs_of(spec: ResourceSpec, identity: Identity, outputs: Properties) -> dict[str, Any]:
    """The declared properties as they are now; on import, all that a program could have declared."""
    chosen = _all_declarable if not identity.inputs else _still_declared
    inputs = {
        row.prop: as_asked(row, outputs[row.prop], identity.inputs.get(row.prop))
        for row in spec.fields
        if chosen(row, identity, outputs)
    }
    if spec.tags:
        inputs[ALL_TAGS] = outputs[ALL_TAGS]
        if outputs[TAGS] or TAGS in identity.inputs:
            inputs[TAGS] = outputs[TAGS] or {}
    return {**inputs, **_carried(spec, identity)}


def _carried(spec: ResourceSpec, identity: Identity) -> dict[str, Any]:
    """Inputs that only the record knows."""
    beside = {DEFAULTS, REGION}
    if spec.name and spec.name.given_prefix:
        beside.add(spec.name.given_prefix)
    return {prop: value for prop, value in identity.inputs.items() if prop in beside}


def _all_declarable(row: Field, _: Identity, outputs: Properties) -> bool:
    return outputs[row.prop] not in (None, "", [], {})


def _still_declared(row: Field, identity: Identity, outputs: Properties) -> bool:
    """Declared and still there; or not declared, and no longer what it was when we last looked."""
    value = outputs[row.prop]
    if row.prop in identity.inputs:
        return value is not None
    if row.on_change in (REPLACE, LOCAL) or row.computed or row.prop not in identity.outputs:
        return False
    return normal(row, value) != normal(row, identity.outputs[row.prop])


def read_object(spec: ResourceSpec, target: Target, identity: Identity, main: Document) -> Object | None:
    """The object whose `read` answered `main`, or None if it is gone meanwhile."""
    document = whole_document(spec, target, main)
    if document is None:
        return None
    named = names_in(spec.id) if isinstance(spec.id, Text) else ()
    parts = {name: target.props[name] for name in named if name in target.props}
    outputs = outputs_of(spec, target, document, {**parts, **identity.inputs})
    id = None if isinstance(spec.id, Text) else at(spec.id, main)  # noqa: A001
    return Object(id or identity.id, inputs_of(spec, identity, outputs), outputs)


def sends_many(spec: ResourceSpec) -> bool:
    """Whether one call can read several objects."""
    return "IDS" in repr(spec.read.send)


def many_documents(spec: ResourceSpec, target: Target) -> list[Any] | None:
    """The answer about all of `target.ids`, or None if AWS refuses it because one of them is gone."""
    try:
        return run(spec.read, target) or []
    except Refused as refusal:
        if refusal.code in spec.absent:
            return None
        raise
