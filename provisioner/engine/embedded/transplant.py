"""A resource, and all below it, moved from the records of one stack to those of another.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from provisioner.engine.amending import Kind, Moving, Remark
from provisioner.engine.amendment_failures import NotByHand, OperationOpen
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.references import given_up, renamed, untied
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.surgery import (
    Done,
    Records,
    children,
    must_be_free,
    must_be_movable,
    site_of,
    subtree,
)
from provisioner.plan.values import revealed

_MARK: Final = "provisionerMoving"
"""In a record that goes: where to, and what it said before. Pulumi passes it over."""


@dataclass(frozen=True, slots=True)
class Transplanted:
    """Both sides of a move between stacks, in the order in which they are to be recorded.

    Whenever that is interrupted, the object is recorded somewhere, and no plan would delete it: before there
    is a second record of it, the first one says that its object is to stay. To move it again goes on.
    """

    marked: Records
    """Here, with the records that go told to leave their objects alone."""

    there: Done
    here: Done


def transplanted(here: Records, there: Records, moving: Moving) -> Transplanted:
    """Raises `NoSuchResource`, `NotByHand`, `OperationOpen`, `NoPlaceFor` and `NameTaken`."""
    state = here.live(moving.urn)
    must_be_movable(state)
    site = site_of(moving, state, there.resources)
    names = dict(subtree(state.urn, site.urn, children(here.resources)))
    _must_be_settled(here, names)
    going = tuple(each for each in here.resources if each.urn in names)
    # What an interrupted move has recorded there is newer than what is recorded here: an apply may have come.
    again = {names[each.urn] for each in going if _is_there(each, names, there)}
    others = tuple(each for each in there.resources if each.urn not in again)
    must_be_free(Records(others, there.pending), names)
    going_on = tuple(each for each in going if names[each.urn] not in again)
    providers = {each.provider: _provider_for(each, here, there) for each in going_on if each.provider}
    moved = [_moved(each, names, providers) for each in going_on]
    arrived = tuple(
        replace(each, parent=site.parent, type=site.type) if each.urn == site.urn else each
        for each, _ in moved
    )
    left, cut = _left_behind(here, names)
    ids = {each.urn: each.id for each in going}
    renames = tuple(Remark(Kind.RENAMED, old, new, ids[old]) for old, new in names.items())
    dropped = tuple(note for _, notes in moved for note in notes)
    return Transplanted(
        marked=Records(
            tuple(_marked(each, names) if each in going else each for each in here.resources), here.pending
        ),
        there=(Records((*there.resources, *arrived), there.pending), ()),
        here=(left, (*renames, *dropped, *cut)),
    )


def _must_be_settled(here: Records, names: Mapping[str, str]) -> None:
    for began in here.pending:
        if began.goal.urn in names:
            raise OperationOpen(began.goal.urn, began.kind)
    for each in here.resources:
        if each.urn in names and each.delete:
            raise NotByHand(each.urn, f"has an older object, {each.id}, that an apply has to delete first")
        if each.urn in names and urns.is_provider(each.type):
            raise NotByHand(each.urn, "is a provider, and every stack has its own")


def _is_there(state: ResourceState, names: Mapping[str, str], there: Records) -> bool:
    """Whether an earlier move of the same object was interrupted when it was recorded on both sides."""
    new = names[state.urn]
    return (state.retain_on_delete or _MARK in state.other) and any(
        each.urn == new and each.id == state.id and not each.delete for each in there.resources
    )


def bound_for(state: ResourceState) -> str:
    """The URN that a move which was cut off was to give it; empty if there was none."""
    match state.other.get(_MARK):
        case {"to": str(urn)}:
            return urn if state.retain_on_delete else ""  # an apply has said since that the object goes
        case _:
            return ""


def _marked(state: ResourceState, names: Mapping[str, str]) -> ResourceState:
    mark = {"to": names[state.urn], "retainOnDelete": _retained_before(state)}
    return replace(state, retain_on_delete=True, other={**state.other, _MARK: mark})


def _retained_before(state: ResourceState) -> bool:
    """What the program said of its object before a move was begun."""
    match state.other.get(_MARK):
        case {"retainOnDelete": False}:
            return False
        case _:
            return state.retain_on_delete


def _provider_for(state: ResourceState, here: Records, there: Records) -> str:
    """The other stack's provider with the same settings, or else of the same name. Raises `NotByHand`."""
    urn = urns.provider_urn(state.provider)
    mine = next((each for each in here.resources if f"{each.urn}::{each.id}" == state.provider), None)
    alike = [each for each in there.resources if each.type == urns.type_of(urn) and not each.delete]
    same = [each for each in alike if mine is not None and revealed(each.inputs) == revealed(mine.inputs)]
    called = [each for each in alike if urns.name_of(each.urn) == urns.name_of(urn)]
    for found in (same, called):
        if len(found) == 1:
            return urns.reference(found[0].urn, found[0].id)
    reason = f"is managed through {urns.name_of(urn)}, and the other stack has no provider like it"
    raise NotByHand(state.urn, reason)


def _moved(
    state: ResourceState, names: Mapping[str, str], providers: Mapping[str, str]
) -> tuple[ResourceState, Sequence[Remark]]:
    """The record as the other stack has it: what stays behind is no dependency there."""
    other = {key: value for key, value in state.other.items() if key != _MARK}
    unmarked = replace(state, retain_on_delete=_retained_before(state), other=other)
    kept = untied(unmarked, names.__contains__)
    called = renamed(kept, lambda urn: names.get(urn, urn))
    told = _told(state, replace(kept, parent=state.parent))  # where it is then, is told already
    return replace(called, provider=providers.get(state.provider, "")), [*told]


def _left_behind(here: Records, names: Mapping[str, str]) -> Done:
    stay = [each for each in here.resources if each.urn not in names]
    known = {each.urn for each in stay}
    alone = tuple(untied(each, known.__contains__) for each in stay)
    notes = [note for old, new in zip(stay, alone, strict=True) for note in _told(old, new)]
    return Records(alone, here.pending), tuple(notes)


def _told(old: ResourceState, new: ResourceState) -> Iterator[Remark]:
    for urn in dict.fromkeys(urn for _, urn in given_up(old, new)):
        yield Remark(Kind.UNTIED, old.urn, f"needs {urn}, which is in another stack then", old.id)
