"""The records of a stack in memory, changed one edit at a time, and the rules that they keep.  Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.references import Order, references, renamed
from provisioner.engine.embedded.state import Drop, Edit, Key, Put, Rename, ResourceState
from provisioner.plan.values import has_unknown

UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi's SDK writes for a text that is not known; it must never be recorded as an id."""


@dataclass(slots=True)
class _Held:
    """A record, how old it is among all, and how many renames it has seen."""

    state: ResourceState
    place: int
    renames_seen: int


class _Users:
    """How many records refer to each resource, and to each provider with its id."""

    def __init__(self) -> None:
        self._urns: Counter[str] = Counter()
        self._providers: dict[str, Counter[str]] = {}

    def add(self, state: ResourceState) -> None:
        self._count(state, 1)

    def remove(self, state: ResourceState) -> None:
        self._count(state, -1)

    def of(self, urn: str) -> int:
        return self._urns[urn]

    def of_provider(self, urn: str, provider_id: str) -> int:
        return self._providers.get(urn, Counter[str]())[provider_id]

    def rename(self, old: str, new: str) -> None:
        self._urns[new] += self._urns.pop(old, 0)
        if old in self._providers:
            self._providers.setdefault(new, Counter()).update(self._providers.pop(old))

    def _count(self, state: ResourceState, change: int) -> None:
        for urn in {urn for _, urn in references(state)}:
            self._urns[urn] += change
        if state.provider and not state.pending_replacement:
            urn, _, provider_id = state.provider.rpartition("::")
            self._providers.setdefault(urn, Counter())[provider_id] += change


class Snapshot:
    """The records of one stack. Not thread safe: one thread decides.

    A rename costs the same however many records refer to the renamed resource: it is noted, and a record is
    brought up to date when it is looked at.
    """

    def __init__(self, records: Iterable[ResourceState] = ()) -> None:
        self._live: dict[str, _Held] = {}
        self._condemned: dict[str, dict[str, _Held]] = {}
        self._places = count()
        self._renames = 0
        self._renamed: dict[str, list[tuple[int, str]]] = {}
        self._users = _Users()
        self._sorted: tuple[ResourceState, ...] | None = None
        for state in records:
            self._put(state)

    def __len__(self) -> int:
        return len(self._live) + sum(map(len, self._condemned.values()))

    def apply(self, edit: Edit) -> None:
        """Make one change; what the edit refers to is not checked (that is `breach_of`)."""
        self._sorted = None
        match edit:
            case Put(state):
                self._put(state)
            case Drop(key):
                self._drop(key)
            case Rename(old, new):
                self._rename(old, new)

    def live(self, urn: str) -> ResourceState | None:
        """The record that stands for this resource now; None if there is none or all wait for deletion."""
        held = self._live.get(urn)
        return self._current(held) if held else None

    def condemned(self) -> tuple[ResourceState, ...]:
        """The records of objects that were replaced and are still to be deleted, the oldest first."""
        held = [held for waiting in self._condemned.values() for held in waiting.values()]
        return tuple(self._current(each) for each in sorted(held, key=lambda each: each.place))

    def records(self) -> tuple[ResourceState, ...]:
        """All records, each after everything it refers to, otherwise the oldest first.

        If some refer to each other in a circle, all come in the order of their age; `breaches` finds them.
        """
        if self._sorted is None:
            self._sorted = Order(self._by_age()).sorted()
        return self._sorted

    def copy(self) -> Snapshot:
        """Another snapshot with the same records, independent of this one."""
        return Snapshot(self._by_age())

    def holds(self, urn: str) -> bool:
        """Whether there is any record of this resource, live or waiting for deletion."""
        return urn in self._live or urn in self._condemned

    def holds_provider(self, reference: str) -> bool:
        """Whether the provider `<URN>::<id>` is recorded with exactly this id."""
        urn, _, provider_id = reference.rpartition("::")
        provider = self._live.get(urn)
        return (provider is not None and provider.state.id == provider_id) or (
            provider_id in self._condemned.get(urn, {})
        )

    def is_referred_to(self, urn: str) -> bool:
        """Whether any record names this resource as its parent, a dependency or what it is deleted with."""
        return self._users.of(urn) > 0

    def is_needed(self, key: Key) -> bool:
        """Whether some record refers to this one, and no other record would stand for it."""
        held = self._find(key)
        if held is None:
            return False
        others = [each.state.id for each in self._of(key.urn) if each is not held]
        if self._users.of_provider(key.urn, held.state.id) and held.state.id not in others:
            return True
        return self._users.of(key.urn) > 0 and not others

    def _by_age(self) -> list[ResourceState]:
        every = [*self._live.values(), *(held for each in self._condemned.values() for held in each.values())]
        return [self._current(held) for held in sorted(every, key=lambda held: held.place)]

    def _put(self, state: ResourceState) -> None:
        group = self._condemned.setdefault(state.urn, {}) if state.delete else self._live
        name = state.id if state.delete else state.urn
        earlier = group.get(name)
        if earlier:
            self._users.remove(self._current(earlier))
        group[name] = _Held(state, earlier.place if earlier else next(self._places), self._renames)
        self._users.add(state)

    def _of(self, urn: str) -> Iterator[_Held]:
        yield from (self._live[urn],) if urn in self._live else ()
        yield from self._condemned.get(urn, {}).values()

    def _find(self, key: Key) -> _Held | None:
        """The record with the key; one that waits for deletion without an id has the key of a live one."""
        live = None if key.condemned_id else self._live.get(key.urn)
        return live or self._condemned.get(key.urn, {}).get(key.condemned_id)

    def _drop(self, key: Key) -> None:
        held = self._find(key)
        if held is None:
            return
        self._users.remove(self._current(held))
        if not held.state.delete:
            del self._live[key.urn]
            return
        waiting = self._condemned[key.urn]
        del waiting[key.condemned_id]
        if not waiting:
            del self._condemned[key.urn]

    def _rename(self, old: str, new: str) -> None:
        if old == new:
            return
        if old in self._live and new in self._live:
            self._drop(Key(new))
        for condemned_id in self._condemned.get(old, {}).keys() & self._condemned.get(new, {}).keys():
            self._drop(Key(new, condemned_id))
        self._renamed.setdefault(old, []).append((self._renames, new))
        self._renames += 1
        if old in self._live:
            self._live[new] = self._live.pop(old)
        if old in self._condemned:
            self._condemned.setdefault(new, {}).update(self._condemned.pop(old))
        if self._users.of(old) and self._users.of(new):
            # A record may refer to both, and from now on refers to one.
            self._users = _Users()
            for state in self._by_age():
                self._users.add(state)
        else:
            self._users.rename(old, new)

    def _current(self, held: _Held) -> ResourceState:
        """The record with every rename since it was put applied to it."""
        if held.renames_seen < self._renames:
            since = held.renames_seen
            held.state = renamed(held.state, lambda urn: self._name_now(urn, since))
            held.renames_seen = self._renames
        return held.state

    def _name_now(self, urn: str, since: int) -> str:
        """What the resource is called now that was called `urn` after `since` renames."""
        while moves := self._renamed.get(urn):
            at = bisect_left(moves, since, key=lambda move: move[0])
            if at == len(moves):
                break
            number, urn = moves[at]
            since = number + 1
        return urn


def called(snapshot: Snapshot, names: Mapping[str, str]) -> Snapshot:
    """The same under other names, which no other resource has; itself if there are none."""
    if not names:
        return snapshot
    copy = snapshot.copy()
    for old, new in names.items():
        copy.apply(Rename(old, new))
    return copy


def breaches(records: Sequence[ResourceState]) -> tuple[str, ...]:
    """Every rule that the records break, a sentence each; none for a state that may be written.

    The rules are those of Pulumi's `VerifyIntegrity` (`pkg/resource/deploy/snapshot.go`), that whatever a
    provider manages has an id, that URNs are well-formed, and that nothing unknown is recorded.
    """
    coming = {state.urn for state in records}
    providers_coming = {f"{state.urn}::{state.id}" for state in records}
    known: set[str] = set()
    providers: set[str] = set()
    alive: set[str] = set()
    found: list[str] = []
    for state in records:
        found += _own_breaches(state)
        if _lacks_provider(state, providers.__contains__):
            fate = "is recorded after it" if state.provider in providers_coming else "is not recorded"
            found.append(f"{state.urn} uses the provider {state.provider}, which {fate}.")
        found += _dangling(state, known.__contains__, coming)
        if not state.delete and state.urn in alive:
            found.append(f"{state.urn} is recorded twice, and neither record waits for deletion.")
        known.add(state.urn)
        providers.add(f"{state.urn}::{state.id}")
        if not state.delete:
            alive.add(state.urn)
    return tuple(found)


def breach_of(snapshot: Snapshot, edit: Edit) -> str | None:
    """The rule that this edit would break, as a sentence, or None; in time proportional to the record alone.

    The edits of one entry are taken in their order: a reference goes before what it refers to is dropped.
    """
    match edit:
        case Put(state):
            return next(_put_breaches(snapshot, state), None)
        case Drop(key) if snapshot.is_needed(key):
            return f"{key.urn} is to be forgotten, and other records still refer to it."
        case Rename(old, new) if old != new and snapshot.live(old) and snapshot.live(new):
            return f"{old} is to go by {new}, which is the name of another resource."
        case _:
            return None


def _put_breaches(snapshot: Snapshot, state: ResourceState) -> Iterator[str]:
    yield from _own_breaches(state)
    if _lacks_provider(state, snapshot.holds_provider):
        yield f"{state.urn} uses the provider {state.provider}, which is not recorded."
    yield from _dangling(state, snapshot.holds)


def _dangling(
    state: ResourceState, is_recorded: Callable[[str], bool], coming: Container[str] = ()
) -> Iterator[str]:
    for does, urn in references(state):
        if urn == state.urn:
            yield f"{urn} {does} itself."
        elif not is_recorded(urn):
            fate = "is recorded after it" if urn in coming else "is not recorded"
            yield f"{state.urn} {does} {urn}, which {fate}."


def _lacks_provider(state: ResourceState, is_recorded: Callable[[str], bool]) -> bool:
    """An object that is deleted already, and waits for its replacement, needs its provider no more."""
    return bool(state.provider) and not state.pending_replacement and not is_recorded(state.provider)


def _own_breaches(state: ResourceState) -> Iterator[str]:
    """The rules that a record breaks by itself."""
    if not urns.is_valid(state.urn):
        yield f"{state.urn!r} is not a URN."
    if not state.type:
        yield f"{state.urn} has no type."
    match (state.custom, state.id):
        case (False, id) if id:
            yield f"{state.urn} is a component and has the id {id!r}."
        case (True, "") if not state.external:
            yield f"{state.urn} is managed by a provider and has no id."
        case (True, id) if id == UNKNOWN_ID:
            yield f"{state.urn} has an id that was never known."
        case _:
            pass
    yield from _unknown_properties(state)


def _unknown_properties(state: ResourceState) -> Iterator[str]:
    for side, properties in (("input", state.inputs), ("output", state.outputs)):
        for name, value in properties.items():
            if has_unknown(value):
                yield f"{state.urn} has the {side} {name}, which is not known yet."
