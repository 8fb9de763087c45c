"""Bringing an object in line with wanted inputs: which calls, in which order, with what in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.difference import LEFT_OUT, changed, same
from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.paths import put
from provisioner.providers.aws.spec import (
    LOCAL,
    PUT,
    Each,
    Field,
    Members,
    Op,
    ResourceSpec,
    Switch,
    Whole,
)


def carried_by_create(spec: ResourceSpec, send: dict[str, Any], new: Properties) -> dict[str, Any]:
    """`send` with every field and the tags that the create call takes."""
    for row in spec.fields:
        if row.with_create and row.on_change is not LOCAL and (value := _encoded(row, new)) is not None:
            put(send, row.api, value)
    if spec.tags and spec.tags.create_as and new.get(ALL_TAGS):
        send[spec.tags.create_as] = (spec.tags.create_codec or spec.tags.codec).encode(new[ALL_TAGS])
    return send


def follow_on(spec: ResourceSpec, made: Target, new: Properties) -> None:
    """Give a new object the settings and tags that its create call does not take."""
    rows = [
        row
        for row in spec.fields
        if not row.with_create and row.prop in new and not _as_born(row, new[row.prop])
    ]
    _carry_out(spec, made, rows, {}, new)
    if spec.tags and not spec.tags.create_as:
        _change_tags(spec, made, {}, new.get(ALL_TAGS) or {})


def make_changes(spec: ResourceSpec, target: Target, old: Properties, new: Properties) -> None:
    """Make the calls for everything that differs between two sets of inputs, tags last."""
    _carry_out(spec, target, list(changed(spec, old, new)), old, new)
    if spec.tags:
        _change_tags(spec, target, old.get(ALL_TAGS) or {}, new.get(ALL_TAGS) or {})


def _as_born(row: Field, value: Any) -> bool:
    """Whether a new object has this value already."""
    if row.reset is not None:
        return bool(row.codec.encode(value) == row.reset)
    return same(row, None, value)


def _encoded(row: Field, props: Properties) -> Any:
    value = props.get(row.prop)
    return None if value is None else row.codec.encode(value)


def _sent(row: Field, new: Properties) -> Any:
    """What tells AWS the wanted value: the value, or what stands for none."""
    value = _encoded(row, new)
    return row.reset if value is None else value


def _carry_out(
    spec: ResourceSpec, target: Target, rows: Sequence[Field], old: Properties, new: Properties
) -> None:
    if any(row.on_change is PUT for row in rows):
        run(spec.create, target, carried_by_create(spec, {}, new))
    done: list[Any] = []
    for row in rows:
        match row.on_change:
            case Op() | Whole() as shared if shared not in done:
                done.append(shared)
                _shared_call(spec, target, shared, rows, new)
            case Each(op) if (value := _sent(row, new)) is not None:
                run(op, target, _parameter(row, value))
            case Switch() as switch if (call := _turn(switch, row, new)) not in done:
                done.append(call)
                run(call[0], target, call[1])
            case Members() as members:
                _change_members(members, row, target, old, new)
            case _:
                pass


def _shared_call(
    spec: ResourceSpec, target: Target, shared: Op | Whole, rows: Sequence[Field], new: Properties
) -> None:
    """One call for all fields that share it: those that differ, or with `Whole` all there are."""
    op, carried = (shared, rows) if isinstance(shared, Op) else (shared.op, spec.fields)
    extra: dict[str, Any] = {}
    for row in carried:
        if row.on_change == shared and (value := _sent(row, new)) is not None:
            put(extra, row.update_as or row.api, value)
    if extra or isinstance(shared, Whole):
        run(op, target, extra)


def _parameter(row: Field, value: Any) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if name := row.update_as or row.api:
        put(extra, name, value)
    return extra


def _turn(switch: Switch, row: Field, new: Properties) -> tuple[Op, dict[str, Any]]:
    """The call that turns something on or off, and what it carries of the field."""
    value = _sent(row, new)
    return (switch.on, _parameter(row, value)) if value else (switch.off, {})


def _change_members(members: Members, row: Field, target: Target, old: Properties, new: Properties) -> None:
    gone, come = _apart(old.get(row.prop), new.get(row.prop))
    removed = {members.remove_as: row.codec.encode(gone)} if gone else {}
    added = {members.add_as: row.codec.encode(come)} if come else {}
    if members.add == members.remove:
        both: dict[str, Any] = {}
        for path, value in {**removed, **added}.items():
            put(both, path, value)
        run(members.add, target, both)
        return
    if members.singly:
        for item in come:
            run(members.add, target, {members.add_as: row.codec.encode(item)})
        for item in gone:
            run(members.remove, target, {members.remove_as: row.codec.encode(item)})
        return
    if removed:
        run(members.remove, target, removed)
    if added:
        run(members.add, target, added)


def _apart(old: Any, new: Any) -> tuple[Any, Any]:
    """What is in `old` alone and in `new` alone; lists as sets, a plain value as a set of one."""
    if isinstance(old, list) or isinstance(new, list):
        olds, news = cast("list[Any]", old or []), cast("list[Any]", new or [])
        return [item for item in olds if item not in news], [item for item in news if item not in olds]
    return old, new


def _change_tags(spec: ResourceSpec, target: Target, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    tags = spec.tags
    assert tags
    if gone := sorted(old.keys() - new.keys()):
        run(tags.remove, target, {tags.remove_as: tags.keys_codec.encode(gone)})
    if come := {name: text for name, text in new.items() if old.get(name, LEFT_OUT) != text}:
        run(tags.add, target, {tags.add_as: tags.codec.encode(come)})
