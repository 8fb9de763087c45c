"""Records that are given up by hand, and protection that is taken off.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from provisioner.engine.amending import Dependents, Forgetting, Kind, Remark, Unprotecting
from provisioner.engine.amendment_failures import OperationOpen, RecordsProtected, StillNeeded
from provisioner.engine.embedded.references import references
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.engine.embedded.surgery import Done, Records
from provisioner.engine.failures import NoSuchResource

Need = tuple[str, str, str]
"""(URN of what stays, what it does, URN of what it needs)."""


def forget(records: Records, forgetting: Forgetting) -> Done:
    """The records without those; the objects stay in the cloud.

    Raises `NoSuchResource`, `RecordsProtected`, `OperationOpen`, and `StillNeeded` unless dependents may go.
    """
    going = {Key(each.urn, each.condemned_id) for each in forgetting.records}
    known = {each.key for each in records.resources}
    for key in going - known:
        raise NoSuchResource(key.condemned_id or key.urn, ())
    while needs := tuple(_needs(records.resources, going)):
        if forgetting.dependents is Dependents.REFUSE:
            asked = tuple(each.condemned_id or each.urn for each in forgetting.records)
            raise StillNeeded(tuple(dict.fromkeys(need for _, need in needs)), asked)
        going |= {key for key, _ in needs}
    gone = [each for each in records.resources if each.key in going]
    _must_be_free_to_go(gone, records)
    notes = tuple(Remark(Kind.FORGOTTEN, each.urn, "", each.id) for each in reversed(gone))
    stay = tuple(each for each in records.resources if each.key not in going)
    return Records(stay, records.pending), notes


def unprotect(records: Records, unprotecting: Unprotecting) -> Done:
    """The same without protection. Raises `NoSuchResource`."""
    for urn in unprotecting.urns or ():
        records.live(urn)
    chosen = [
        each
        for each in records.resources
        if each.protect and (unprotecting.urns is None or each.urn in unprotecting.urns)
    ]
    notes = tuple(Remark(Kind.UNPROTECTED, each.urn, "", each.id) for each in chosen)
    keys = {each.key for each in chosen}
    freed = (replace(each, protect=False) if each.key in keys else each for each in records.resources)
    return Records(tuple(freed), records.pending), notes


def _needs(resources: Sequence[ResourceState], going: set[Key]) -> Iterator[tuple[Key, Need]]:
    """What stays and would be left without what it refers to."""
    stay = [each for each in resources if each.key not in going]
    gone = {each.urn for each in resources if each.key in going} - {each.urn for each in stay}
    providers = {_reference(each) for each in resources if each.key in going} - set(map(_reference, stay))
    for each in stay:
        for does, urn in references(each):
            if urn in gone:
                yield each.key, (each.urn, does, urn)
        if each.provider in providers and not each.pending_replacement:
            yield each.key, (each.urn, "is managed through", each.provider.rpartition("::")[0])


def _reference(state: ResourceState) -> str:
    return f"{state.urn}::{state.id}"


def _must_be_free_to_go(gone: Sequence[ResourceState], records: Records) -> None:
    if protected := tuple(each.urn for each in gone if each.protect):
        raise RecordsProtected(protected)
    urns = {each.urn for each in gone}
    for began in records.pending:
        if began.goal.urn in urns:
            raise OperationOpen(began.goal.urn, began.kind)
