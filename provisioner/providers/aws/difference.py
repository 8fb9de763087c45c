"""What a change of inputs means, and what is known of an object before the step that changes it. No calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.aws.inputs import ALL_TAGS, REGION, TAGS
from provisioner.providers.aws.naming import DEFAULTS, is_made
from provisioner.providers.aws.scope import surroundings
from provisioner.providers.aws.spec import LOCAL, NEVER, REPLACE, Field, Output, ResourceSpec, Text, never
from provisioner.providers.aws.text import filled, names_in
from provisioner.providers.interface import Object

STATUS: Final = "status"
LEFT_OUT: Final = object()
"""Stands for a property that a program does not mention."""


def normal(row: Field, value: Any) -> Any:
    """The value as it is compared: left out is what AWS has then, and nothing is nothing in any spelling."""
    if value is LEFT_OUT:
        value = row.default
        if value is NEVER:
            value = None if row.reset is None else row.codec.decode(row.reset)
    return (row.codec.canonical(value) or None) if value else None


def same(row: Field, old: Any, new: Any) -> bool:
    """Whether a property stays as it is; `LEFT_OUT` is allowed on both sides."""
    if new is LEFT_OUT and row.computed:
        return True
    if has_unknown(new):
        return False
    return normal(row, as_asked(row, old, new)) == normal(row, new)


def as_asked(row: Field, value: Any, asked: Any) -> Any:
    """A structure without the members that AWS chose and nobody asks for."""
    if not row.chosen or not isinstance(value, dict) or not isinstance(asked, dict):
        return cast("Any", value)
    members, wanted = cast("Properties", value), cast("Properties", asked)
    return {name: item for name, item in members.items() if name in wanted or name not in row.chosen}


def changed(spec: ResourceSpec, old: Properties, new: Properties) -> Iterator[Field]:
    """The fields that differ between two sets of inputs."""
    for row in spec.fields:
        if not same(row, old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT)):
            yield row


def changed_tags(spec: ResourceSpec, old: Properties, new: Properties) -> Iterator[str]:
    """The tag properties that differ: the program's `tags`, and `tagsAll` with the provider's defaults."""
    if spec.tags:
        for prop in (TAGS, ALL_TAGS):
            if (old.get(prop) or {}) != (new.get(prop) or {}):
                yield prop


def needs_new(row: Field, old: Any, new: Any) -> bool:
    """Whether this difference needs a new object; `LEFT_OUT` is allowed on both sides.

    An object that was imported is not replaced for what AWS does not tell of it.
    """
    if old is LEFT_OUT and row.read is None and row.default is not NEVER:
        return False
    if row.on_change is REPLACE:
        return True
    if row.replaces is never or new is UNKNOWN:
        return False
    return row.replaces(normal(row, as_asked(row, old, new)), normal(row, new))


def diff(spec: ResourceSpec, old: Object, new: Properties, region: str) -> Diff:
    """What the inputs `new` mean for `old`; `region` is where an object of these inputs would be."""
    rows = list(changed(spec, old.inputs, new))
    replaces = [row.prop for row in rows if _replacing(row, old.inputs, new)]
    updates = [row.prop for row in rows if row.prop not in replaces]
    updates += changed_tags(spec, old.inputs, new)
    if old.outputs.get(STATUS) in spec.lost:
        replaces.append(STATUS)
    if spec.regional and old.outputs.get(REGION, region) != region:
        replaces.append(REGION)
    # Said of every difference, and of none: the engine may have reasons of its own to replace an object.
    stands_in_the_way = REGION not in replaces and _in_the_way(spec, old.inputs, new)
    return Diff(tuple(replaces), tuple(updates), delete_before_replace=stands_in_the_way)


def _replacing(row: Field, old: Properties, new: Properties) -> bool:
    return needs_new(row, old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT))


def _in_the_way(spec: ResourceSpec, old: Properties, new: Properties) -> bool:
    """Whether the new object would need something that the old one holds: a typed name, a unique value."""
    unique = _identity(spec)
    held = {*(unique or ()), *((spec.name.prop,) if spec.name else ())}
    kept = {
        row.prop
        for row in spec.fields
        if row.prop in held and same(row, old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT))
    }
    if spec.name and spec.name.prop in kept and not is_made(new, spec.name.prop):
        return True
    return unique is not None and kept.issuperset(unique)


def _identity(spec: ResourceSpec) -> Collection[str] | None:
    """The properties of which no two objects can have the same values; None: any two can.

    A setting of something else has an id that is made of what it is a setting of: a new one would be the old.
    """
    if spec.unique:
        return spec.unique
    if spec.name is None and isinstance(spec.id, Text):
        return {row.prop for row in spec.fields}.intersection(names_in(spec.id))
    return None


def planned(spec: ResourceSpec, old: Object | None, new: Properties, region: str) -> Properties:
    """The outputs as far as they are known before the step."""
    wanted = {prop: value for prop, value in new.items() if prop != DEFAULTS}
    for row in spec.fields:
        if row.chosen and isinstance(wanted.get(row.prop), dict):
            wanted[row.prop] = {**_to_be_chosen(row, old), **wanted[row.prop]}
    if spec.regional:
        wanted[REGION] = region
    if spec.tags:
        wanted[TAGS] = new.get(TAGS) or None
    if old is None:
        known = {**_unwritten(spec), **dict.fromkeys(spec.outputs, UNKNOWN), **wanted}
        touched = set(spec.outputs)
    else:
        rows = [row.prop for row in changed(spec, old.inputs, new)]
        known = {**old.outputs, **dict.fromkeys(rows, UNKNOWN), **wanted}
        touched = set(_touched(spec, rows))
        known |= dict.fromkeys(touched, UNKNOWN)
    return known | _foreseen(spec, touched, known, region)


def _to_be_chosen(row: Field, old: Object | None) -> dict[str, Any]:
    """The members that AWS chooses for a new object and then leaves as they are."""
    recorded: Any = old.outputs.get(row.prop) if old else None
    known: Properties = cast("Properties", recorded) if isinstance(recorded, dict) else {}
    return {name: known.get(name, UNKNOWN) for name in row.chosen}


def _unwritten(spec: ResourceSpec) -> dict[str, Any]:
    """What is known of the inputs that a program does not give: some are AWS's to choose, some stay empty."""
    known: dict[str, Any] = dict.fromkeys(spec.unsupported)
    for row in spec.fields:
        known[row.prop] = None if row.on_change is LOCAL or row.read is None else UNKNOWN
    if spec.name and spec.name.given_prefix:
        known[spec.name.given_prefix] = ""
    return known


def _touched(spec: ResourceSpec, changed_props: list[str]) -> Iterator[str]:
    """The outputs that a change of these properties may change."""
    for prop, source in spec.outputs.items():
        match source:
            case Output(_, changes_with) if "*" in changes_with or set(changes_with) & set(changed_props):
                yield prop
            case Text(template) if any(f"{{{name}}}" in template for name in changed_props):
                yield prop
            case _:
                pass


def _foreseen(spec: ResourceSpec, props: set[str], known: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The text outputs whose every part is known without asking AWS."""
    values = {**known, **surroundings(region)}
    if isinstance(spec.id, Text):
        values["id"] = filled(spec.id, values)
    made: dict[str, Any] = {}
    for prop, source in spec.outputs.items():
        if prop in props and isinstance(source, Text) and (text := filled(source, values)) is not None:
            made[prop] = text
    return made
