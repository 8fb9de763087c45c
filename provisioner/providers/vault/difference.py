"""What a change of inputs means, and what is known of an object before the step that changes it. No calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final, cast

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.interface import Object
from provisioner.providers.vault.naming import DEFAULTS, is_made
from provisioner.providers.vault.spec import (
    LOCAL,
    NAMESPACE,
    NEVER,
    REPLACE,
    Field,
    Output,
    ResourceSpec,
    Text,
    never,
)
from provisioner.providers.vault.text import filled, names_in

LEFT_OUT: Final = object()
"""Stands for a property that a program does not mention."""


def normal(row: Field, value: Any) -> Any:
    """The value as it is compared: left out is what Vault has then, and nothing is nothing however spelt."""
    if value is LEFT_OUT:
        value = row.default
        if value is NEVER:
            value = None if row.reset is None else row.codec.decode(row.reset)
    return (row.codec.canonical(value) or None) if value else None


def same(row: Field, old: Any, new: Any) -> bool:
    """Whether a property stays as it is; `LEFT_OUT` is allowed on both sides."""
    if row.written_only or (new is LEFT_OUT and row.computed):
        return True
    if has_unknown(new):
        return False
    return normal(row, as_named(row, old, new)) == normal(row, new)


def as_named(row: Field, value: Any, asked: Any) -> Any:
    """A structure with those members alone that somebody asks for, where nothing else counts."""
    if not row.partial or not isinstance(value, dict) or not isinstance(asked, dict):
        return cast("Any", value)
    return {name: item for name, item in cast("Properties", value).items() if name in asked}


def changed(spec: ResourceSpec, old: Properties, new: Properties) -> Iterator[Field]:
    """The fields that differ between two sets of inputs."""
    for row in spec.fields:
        if not same(row, old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT)):
            yield row


def diff(spec: ResourceSpec, old: Object, new: Properties) -> Diff:
    """What the inputs `new` mean for `old`."""
    rows = list(changed(spec, old.inputs, new))
    replaces = [row.prop for row in rows if _needs_new(row, old.inputs, new)]
    updates = [row.prop for row in rows if row.prop not in replaces]
    if (old.inputs.get(NAMESPACE) or "") != (new.get(NAMESPACE) or ""):
        replaces.append(NAMESPACE)
    # Said of every difference, and of none: the engine may have reasons of its own to replace an object.
    stands_in_the_way = NAMESPACE not in replaces and _in_the_way(spec, old.inputs, new)
    return Diff(tuple(replaces), tuple(updates), delete_before_replace=stands_in_the_way)


def _needs_new(row: Field, old: Properties, new: Properties) -> bool:
    """Whether this difference needs a new object; not for what Vault does not tell of an imported one."""
    before, after = old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT)
    if before is LEFT_OUT and row.read is None and DEFAULTS not in old:
        return False
    if row.on_change is REPLACE:
        return True
    if row.replaces is never or after is UNKNOWN:
        return False
    return row.replaces(normal(row, before), normal(row, after))


def _in_the_way(spec: ResourceSpec, old: Properties, new: Properties) -> bool:
    """Whether the new object would need something that the old one holds: a typed name, a path."""
    unique = _identity(spec)
    kept = {
        row.prop
        for row in spec.fields
        if row.prop in unique and same(row, old.get(row.prop, LEFT_OUT), new.get(row.prop, LEFT_OUT))
    }
    if spec.name and spec.name.prop in unique and is_made(new, spec.name.prop):
        return old.get(spec.name.prop) == new.get(spec.name.prop)
    return bool(unique) and kept.issuperset(unique) and new.keys() >= set(unique)


def _identity(spec: ResourceSpec) -> Collection[str]:
    """The properties of which no two objects can have the same values; none: any two can."""
    if spec.unique:
        return spec.unique
    if isinstance(spec.id, Text):
        return {row.prop for row in spec.fields}.intersection(names_in(spec.id))
    return ()


def planned(spec: ResourceSpec, old: Object | None, new: Properties) -> Properties:
    """The outputs as far as they are known before the step."""
    wanted = {prop: value for prop, value in new.items() if prop != DEFAULTS}
    wanted |= {row.prop: None for row in spec.fields if row.written_only}
    if old is None:
        known = {**_unwritten(spec), **dict.fromkeys(spec.outputs, UNKNOWN), **wanted}
        touched = set(spec.outputs)
    else:
        rows = [row.prop for row in changed(spec, old.inputs, new)]
        known = {**old.outputs, **dict.fromkeys(rows, UNKNOWN), **wanted}
        touched = set(_touched(spec, rows))
        known |= dict.fromkeys(touched, UNKNOWN)
    return known | _foreseen(spec, touched, known)


def _unwritten(spec: ResourceSpec) -> dict[str, Any]:
    """What is known of the inputs that a program does not give: some are Vault's to choose."""
    known: dict[str, Any] = {NAMESPACE: None, **dict.fromkeys(spec.unsupported)}
    for row in spec.fields:
        is_told = row.on_change is not LOCAL and (row.computed or row.read is not None)
        known[row.prop] = UNKNOWN if is_told and not row.written_only else None
    return known


def _touched(spec: ResourceSpec, changed_props: list[str]) -> Iterator[str]:
    """The outputs that a change of these properties may change."""
    for prop, source in spec.outputs.items():
        match source:
            case Output(_, changes_with) if "*" in changes_with or set(changes_with) & set(changed_props):
                yield prop
            case Text() if set(names_in(source)) & set(changed_props):
                yield prop
            case _:
                pass


def _foreseen(spec: ResourceSpec, props: Collection[str], known: Properties) -> dict[str, Any]:
    """The text outputs whose every part is known without asking Vault."""
    made: dict[str, Any] = {}
    for prop, source in spec.outputs.items():
        if prop in props and isinstance(source, Text) and (text := filled(source, known)) is not None:
            made[prop] = text
    return made
