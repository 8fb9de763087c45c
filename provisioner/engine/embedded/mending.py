"""Puts right what breaks a rule of a well-formed state, and gives up no object that could be kept.  Pure.

As Pulumi's `state repair` does it (`Snapshot.Toposort` and `Prune`, `pkg/resource/deploy/snapshot.go`), with
one difference: a resource whose parent is lost keeps its URN. Its next registration finds it by that and
names the parent again, while under another URN it would be made anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from provisioner.engine.amending import Kind, Mending, Pending, Remark
from provisioner.engine.embedded.references import Order, given_up, untied
from provisioner.engine.embedded.state import Key, ResourceState
from provisioner.engine.embedded.surgery import Done, Records
from provisioner.engine.embedded.transplant import bound_for


def mend(records: Records, mending: Mending) -> Done:
    """The records with every rule kept that can be kept without asking anybody; what was done is told."""
    once, notes = without_doubles(records.resources)
    tied: list[ResourceState] = []
    known = {each.urn for each in once}
    providers = _providers(once)
    for state in once:
        mended, more = _mended(state, known, providers)
        tied.append(mended)
        notes = (*notes, *more)
    ordered, moved = in_order(tuple(tied))
    begun = known | {began.goal.urn for began in records.pending}
    pending = tuple(
        replace(began, goal=_mended(began.goal, begun, providers)[0])  # it is recorded as it is, one day
        for began in records.pending
        if mending.pending is Pending.KEEP
    )
    left = (*_open(records, mending.pending), *_half_moved(ordered))
    return Records(ordered, pending), (*notes, *moved, *left)


def in_order(resources: tuple[ResourceState, ...]) -> tuple[tuple[ResourceState, ...], tuple[Remark, ...]]:
    """The records with each one after all that it refers to, and whether that is another order."""
    ordered = Order(resources).sorted()
    first = next((new for old, new in zip(resources, ordered, strict=True) if old is not new), None)
    return ordered, (Remark(Kind.REORDERED, first.urn, "", first.id),) if first else ()


def without_doubles(
    resources: Sequence[ResourceState],
) -> tuple[tuple[ResourceState, ...], tuple[Remark, ...]]:
    """Of several live records of one resource the one that was changed last; of equally old ones the first.

    Pulumi writes what it made new before what it found.
    """
    alike: defaultdict[tuple[Key, bool], list[ResourceState]] = defaultdict(list)
    for each in resources:
        alike[each.key, each.delete].append(each)
    kept = {key: max(those, key=lambda state: state.modified) for key, those in alike.items()}
    notes: list[Remark] = []
    for key, those in alike.items():
        for each in those:
            if each is not kept[key]:
                same = each.id == kept[key].id
                what = "is recorded twice" if same else f"is recorded twice; {kept[key].id} is kept"
                notes.append(Remark(Kind.FORGOTTEN, each.urn, what, "" if same else each.id))
    chosen = {id(each) for each in kept.values()}
    return tuple(each for each in resources if id(each) in chosen), tuple(notes)


def _providers(resources: Sequence[ResourceState]) -> dict[str, set[str]]:
    """The ids of each provider's records, by its URN."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in resources:
        found[each.urn].add(each.id)
    return found


def _mended(
    state: ResourceState, known: Container[str], providers: dict[str, set[str]]
) -> tuple[ResourceState, tuple[Remark, ...]]:
    """The record without what is not there. It leads to the state's own URN nowhere, either."""

    def is_there(urn: str) -> bool:
        return urn in known and urn != state.urn

    mended = replace(
        untied(state, is_there),
        provider=_provider(state, providers),
        id=state.id if state.custom else "",
    )
    return mended, tuple(_told(state, mended))


def _provider(state: ResourceState, providers: dict[str, set[str]]) -> str:
    """The only record of the same provider, if the one it names is lost."""
    urn, _, named = state.provider.rpartition("::")
    ids = providers.get(urn, set())
    return f"{urn}::{next(iter(ids))}" if named not in ids and len(ids) == 1 else state.provider


def _told(old: ResourceState, new: ResourceState) -> Iterator[Remark]:
    for does, urn in given_up(old, new):
        what = "itself" if urn == old.urn else f"{urn}, which is not recorded"
        yield Remark(Kind.UNTIED, old.urn, f"{does} {what}", new.id)
    if old.provider != new.provider:
        yield Remark(Kind.CHANGED, old.urn, f"its provider is now {new.provider}", new.id)
    if old.id != new.id:
        yield Remark(Kind.CHANGED, old.urn, f"a component has no id, and it had {old.id}")


def _open(records: Records, pending: Pending) -> Iterator[Remark]:
    for began in records.pending:
        kind = Kind.LEFT if pending is Pending.KEEP else Kind.DISMISSED
        yield Remark(kind, began.goal.urn, began.kind, began.goal.id)


def _half_moved(records: Sequence[ResourceState]) -> Iterator[Remark]:
    bound = {each.urn: to for each in records if (to := bound_for(each))}
    for each in records:
        if each.urn in bound and each.parent not in bound:  # what is below it goes with it
            yield Remark(Kind.HALF_MOVED, each.urn, bound[each.urn], each.id)
