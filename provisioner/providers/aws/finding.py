"""Finding an object again that was made by a call whose answer was never read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.difference import same
from provisioner.providers.aws.inputs import ALL_TAGS, REGION
from provisioner.providers.aws.naming import is_made
from provisioner.providers.aws.spec import (
    LOCAL,
    REPLACE,
    TAG_FILTERS,
    ByInputs,
    Field,
    Listed,
    ResourceSpec,
    Text,
)
from provisioner.providers.interface import Identity, Object, Refused

Read = Callable[[Identity], Object | None]

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def found_again(spec: ResourceSpec, target: Target, known: Sequence[str], read: Read) -> list[str]:
    """Ids of the objects that a create with the target's properties may have made, without `known`."""
    wanted = target.props
    match spec.find:
        case ByInputs():
            assert isinstance(spec.id, Text)
            id = target.text(spec.id)  # noqa: A001
            candidates = [id] if id is not None else []
        case Listed(op):
            nobodys = TAG_FILTERS in op.send.values() and not wanted.get(ALL_TAGS)
            candidates = [] if nobodys else _listed(spec, target)
    ours: list[str] = []
    for id in candidates:  # noqa: A001
        if id not in known:
            present = _readable(Identity(id, outputs={REGION: target.region}), read)
            if present and _is_ours(spec, wanted, present):
                ours.append(id)
    return ours


def _readable(identity: Identity, read: Read) -> Object | None:
    """The object, if we may look at it: what we may not even read is not ours."""
    try:
        return read(identity)
    except Refused as refusal:
        if refusal.code in DENIED:
            return None
        raise


def _listed(spec: ResourceSpec, target: Target) -> list[str]:
    assert isinstance(spec.find, Listed)
    try:
        return run(spec.find.op, target, None) or []
    except Refused as refusal:
        if refusal.code in spec.absent:  # the parent in which it would be has gone
            return []
        raise


def _is_ours(spec: ResourceSpec, wanted: Properties, present: Object) -> bool:
    """Whether an object that exists is what the wanted inputs would have made."""
    if isinstance(spec.find, ByInputs) and spec.name and is_made(wanted, spec.name.prop):
        return True  # nobody else has made these digits
    tags: Properties = wanted.get(ALL_TAGS) or {}
    if spec.tags and spec.tags.create_as and tags:
        return _carries(present, tags) and _agrees(spec, wanted, present, _cannot_change)
    return _agrees(spec, wanted, present, _set_by_create)


def _carries(present: Object, tags: Properties) -> bool:
    return all(present.outputs[ALL_TAGS].get(name) == text for name, text in tags.items())


def _agrees(spec: ResourceSpec, wanted: Properties, present: Object, which: Callable[[Field], bool]) -> bool:
    """Whether every such field that the program declares and AWS tells has the wanted value."""
    return all(
        same(row, present.outputs.get(row.prop), wanted[row.prop])
        for row in spec.fields
        if row.prop in wanted and which(row) and _is_told(row, present)
    )


def _is_told(row: Field, present: Object) -> bool:
    return row.read is not None and not (row.may_be_silent and present.outputs.get(row.prop) is None)


def _cannot_change(row: Field) -> bool:
    return row.on_change is REPLACE


def _set_by_create(row: Field) -> bool:
    return row.with_create and row.on_change is not LOCAL
