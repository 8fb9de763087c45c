"""Who else must be deleted before an object that is deleted before its successor exists. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.deletion import references
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN

WhatIf = Callable[[ResourceState, tuple[str, ...]], Diff]
"""What would it mean for a recorded resource if these inputs became unknown?"""


def dependents_to_replace(
    doomed: Collection[str], records: Sequence[ResourceState], what_if: WhatIf
) -> tuple[ResourceState, ...]:
    """The recorded resources that cannot outlive those with these URNs, in the order in which to delete them.

    A resource is one of them if some of its properties come from a doomed one, and a new value of these
    properties would need a new object. What is to be deleted anyway is one of them if it is, or comes from,
    what a doomed one once was.
    `records` has dependencies first, so one pass finds the whole cascade.
    """
    gone, waiting = set(doomed), set[str]()
    found: list[ResourceState] = []
    for record in records:
        if not _is_object(record):
            continue
        if record.delete:
            if record.urn in gone or references(record) & (gone | waiting):
                waiting.add(record.urn)
                found.append(record)
            continue
        if record.urn in gone:
            continue
        touched = tuple(
            name
            for name, needs in record.property_dependencies.items()
            if any(need in gone for need in needs)
        )
        if touched and what_if(record, touched).replaces:
            gone.add(record.urn)
            found.append(record)
    return tuple(reversed(found))


def _is_object(record: ResourceState) -> bool:
    if not record.custom or urns.is_provider(record.type):
        return False
    return not (record.pending_replacement or record.external)


def with_unknown(inputs: dict[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """The inputs, as if the named ones were not known yet."""
    return {**inputs, **dict.fromkeys(names, UNKNOWN)}
