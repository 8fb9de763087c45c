"""Names, parents and types of recorded resources, changed by hand.  Pure.

Every reference follows at once: parents, providers, dependencies, aliases, references in properties, and the
goals of operations that are still open.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from provisioner.engine.amending import Kind, Moving, Remark, Renaming
from provisioner.engine.amendment_failures import NameTaken, NoPlaceFor, NotAName, NotByHand
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.references import renamed as with_names
from provisioner.engine.embedded.state import Began, ResourceState
from provisioner.engine.failures import NoSuchResource
from provisioner.plan.new_names import nearest_urn, wrong_with
from provisioner.plan.renames import followed


@dataclass(frozen=True, slots=True)
class Records:
    """What is recorded of a stack."""

    resources: tuple[ResourceState, ...]
    pending: tuple[Began, ...] = ()

    def live(self, urn: str) -> ResourceState:
        """The record of a resource. Raises `NoSuchResource`, also if all that is left waits for deletion."""
        found = next((each for each in self.resources if each.urn == urn and not each.delete), None)
        if found is None:
            known = [each.urn for each in self.resources]
            raise NoSuchResource(urn, tuple(difflib.get_close_matches(urn, known, n=3)))
        return found

    def called(self, names: Mapping[str, str]) -> Records:
        """The same under other names."""

        def name(urn: str) -> str:
            return names.get(urn, urn)

        return Records(
            tuple(with_names(each, name) for each in self.resources),
            tuple(replace(each, goal=with_names(each.goal, name)) for each in self.pending),
        )


Done = tuple[Records, tuple[Remark, ...]]
"""What would be recorded, and what is told of it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a resource would be after a move."""

    urn: str
    parent: str
    type: str


def rename(records: Records, renaming: Renaming) -> Done:
    """Other names, as Pulumi's `state rename` gives them: type, parent and stack stay.

    Children that carry the name follow (`plan/renames.py`).
    Raises `NoSuchResource`, `NotByHand`, `NotAName` and `NameTaken`.
    """
    below = children(records.resources)
    names: dict[str, str] = {}
    for urn, name in renaming.names:
        must_be_movable(records.live(urn))
        must_be_a_name(urn, name)
        if urns.is_valid(name):
            raise NotAName(urn, name, "it is a whole URN", name)
        names[urn] = urns.named(urn, name)
    given = frozenset(names)
    for urn, name in renaming.names:
        names |= dict(_following(urn, name, below, given))
    return _called(records, names)


def move(records: Records, moving: Moving) -> Done:
    """Another parent or type in the same stack. All below it go with it, as in `rename`.

    Raises `NoSuchResource`, `NotByHand`, `NoPlaceFor` and `NameTaken`.
    """
    state = records.live(moving.urn)
    must_be_movable(state)
    site = site_of(moving, state, records.resources)
    names = dict(subtree(state.urn, site.urn, children(records.resources)))
    if site.parent in names:
        raise NotByHand(state.urn, "would be below itself")
    changed, notes = _called(records, names)
    placed = tuple(
        replace(each, parent=site.parent, type=site.type) if each.urn == site.urn else each
        for each in changed.resources
    )
    if site.parent != state.parent and site.urn == state.urn:
        notes = (
            *notes,
            Remark(Kind.RETYPED, state.urn, f"its parent is {site.parent or 'nobody'}", state.id),
        )
    return Records(placed, changed.pending), notes


def site_of(moving: Moving, state: ResourceState, there: Sequence[ResourceState]) -> Site:
    """Where a resource would be among the records `there`. Raises `NoPlaceFor`, `NotAName`, `NotByHand`."""
    if moving.new:
        must_be_a_name(moving.urn, moving.new)
    if moving.parent and not any(each.urn == moving.parent and not each.delete for each in there):
        raise NoPlaceFor(moving.new or moving.urn, f"would be below {moving.parent}, which is not recorded")
    if not urns.is_valid(moving.new):
        parent = moving.parent or state.parent
        project, stack = urns.stack_of(parent or state.urn).split("/", 1)
        name = moving.new or urns.name_of(state.urn)
        return Site(urns.make(stack, project, parent, state.type, name), parent, state.type)
    new_type = urns.type_of(moving.new)
    if new_type != state.type and urns.package_of(new_type) != urns.package_of(state.type):
        raise NotByHand(state.urn, f"is managed as {state.type}, and cannot become a {new_type}")
    site = Site(moving.new, moving.parent or _parent_of(moving.new, state, there), new_type)
    project, stack = urns.stack_of(site.urn).split("/", 1)
    if moving.parent and urns.make(stack, project, site.parent, new_type, urns.name_of(site.urn)) != site.urn:
        raise NoPlaceFor(moving.new, f"names other types above it than {moving.parent} has")
    return site


def _parent_of(new: str, state: ResourceState, there: Sequence[ResourceState]) -> str:
    """Whose child it would be: its parent's if the types above it stay, else the only one's that fits."""
    above = urns.type_chain(new).rpartition("$")[0]
    stays = above == urns.type_chain(state.urn).rpartition("$")[0]
    if stays and urns.stack_of(new) == urns.stack_of(state.urn):
        return state.parent
    wanted = above or urns.STACK_TYPE
    found = [each.urn for each in there if not each.delete and urns.type_chain(each.urn) == wanted]
    if len(found) == 1:
        return found[0]
    if not found and not above:
        return ""
    reason = "could be below several" if found else f"would be below a {above}, and none is recorded"
    raise NoPlaceFor(new, reason, tuple(found))


def must_be_a_name(urn: str, new: str) -> None:
    """Raises `NotAName` if the resource could be called that neither by name nor by URN."""
    if reason := wrong_with(new, urns.name_of(urn)):
        raise NotAName(urn, new, reason, nearest_urn(new, urn))


def must_be_movable(state: ResourceState) -> None:
    """Raises `NotByHand` for what the engine itself names."""
    if state.type == urns.STACK_TYPE:
        raise NotByHand(state.urn, "is the stack itself, which goes by the name of the environment")


def children(resources: Sequence[ResourceState]) -> Mapping[str, Sequence[str]]:
    """The URNs of what is directly below each, by the URN of the parent.

    Of several records of one resource the live one says whose child it is, or else the first.
    """
    parents: dict[str, str] = {}
    for each in sorted(resources, key=lambda state: state.delete):
        parents.setdefault(each.urn, each.parent)
    found: dict[str, list[str]] = {}
    for urn in dict.fromkeys(each.urn for each in resources):
        if parents[urn]:
            found.setdefault(parents[urn], []).append(urn)
    return found


def subtree(urn: str, new: str, below: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(URN, new URN) of a resource and all below it: the types above them are other ones, too."""
    yield urn, new
    project, stack = urns.stack_of(new).split("/", 1)
    for child in below.get(urn, ()):
        name = followed(urns.name_of(child), urns.name_of(urn), urns.name_of(new))
        yield from subtree(child, urns.make(stack, project, new, urns.type_of(child), name), below)


def _following(
    urn: str, name: str, below: Mapping[str, Sequence[str]], given: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(URN, new URN) of what follows; what is given a name itself, and all below that, goes its own way."""
    old = urns.name_of(urn)
    for child in below.get(urn, ()):
        follows = followed(urns.name_of(child), old, name)
        if child not in given and follows != urns.name_of(child):
            yield child, urns.named(child, follows)
            yield from _following(child, follows, below, given)


def _called(records: Records, names: Mapping[str, str]) -> Done:
    changed = {old: new for old, new in names.items() if old != new}
    must_be_free(records, changed)
    ids = {each.urn: each.id for each in records.resources if not each.delete}
    notes = (Remark(Kind.RENAMED, old, new, ids.get(old, "")) for old, new in changed.items())
    return records.called(changed), tuple(notes)


def must_be_free(records: Records, names: Mapping[str, str]) -> None:
    """Raises `NameTaken` if a new URN is that of a resource that keeps its own, or of two at once.

    What an open operation is about may exist.
    """
    every = (*records.resources, *(began.goal for began in records.pending))
    taken = {each.urn: each.urn for each in every if each.urn not in names}
    for old, new in names.items():
        if new in taken:
            raise NameTaken(old, new)
        taken[new] = old
