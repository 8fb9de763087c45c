"""What a record refers to, and what follows from it: the order of records, and new names.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from provisioner.engine.embedded.graph import Cycle, ordered
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.values import Reference, Secret

_URNS_IN_OTHER: Final = frozenset({"aliases", "viewOf"})
"""Fields of the format that hold URNs and that this engine does not use."""


def renamed(state: ResourceState, name: Callable[[str], str]) -> ResourceState:
    """The record with `name` applied to every URN in it, those in property values included."""

    def value(item: Any) -> Any:
        match item:
            case dict():
                return {key: value(inner) for key, inner in cast("dict[str, Any]", item).items()}
            case list():
                return [value(inner) for inner in cast("list[Any]", item)]
            case Secret(inner):
                return Secret(value(inner))
            case Reference(urn):
                return replace(item, urn=name(urn))
            case _:
                return item

    provider, _, provider_id = state.provider.rpartition("::")
    return replace(
        state,
        urn=name(state.urn),
        parent=name(state.parent),
        provider=f"{name(provider)}::{provider_id}" if provider else state.provider,
        dependencies=tuple(map(name, state.dependencies)),
        property_dependencies={key: tuple(map(name, on)) for key, on in state.property_dependencies.items()},
        deleted_with=name(state.deleted_with),
        replace_with=tuple(map(name, state.replace_with)),
        inputs=value(state.inputs),
        outputs=value(state.outputs),
        other={
            key: _named(item, name) if key in _URNS_IN_OTHER else item for key, item in state.other.items()
        },
    )


def _named(item: Any, name: Callable[[str], str]) -> Any:
    match item:
        case str():
            return name(item)
        case list():
            return [_named(inner, name) for inner in cast("list[Any]", item)]
        case _:
            return item


def references(state: ResourceState) -> Iterator[tuple[str, str]]:
    """(what it does, URN) for everything the record refers to except its provider: `depends on`, …."""
    if state.parent:
        yield "is a child of", state.parent
    for urn in state.dependencies:
        yield "depends on", urn
    for name, on in state.property_dependencies.items():
        for urn in on:
            yield f"depends in its property {name} on", urn
    if state.deleted_with:
        yield "is deleted with", state.deleted_with
    for urn in state.replace_with:
        yield "is replaced with", urn


def untied(state: ResourceState, is_there: Callable[[str], bool]) -> ResourceState:
    """The record without what it refers to and is not there; its provider aside."""
    return replace(
        state,
        parent=state.parent if is_there(state.parent) else "",
        dependencies=tuple(filter(is_there, state.dependencies)),
        property_dependencies={
            name: tuple(filter(is_there, on)) for name, on in state.property_dependencies.items()
        },
        deleted_with=state.deleted_with if is_there(state.deleted_with) else "",
        replace_with=tuple(filter(is_there, state.replace_with)),
    )


def given_up(old: ResourceState, new: ResourceState) -> Iterator[tuple[str, str]]:
    """What a record refers to no more, as `references` puts it."""
    kept = set(references(new))
    yield from (each for each in dict.fromkeys(references(old)) if each not in kept)


class Order:
    """The order in which records are written: each after everything it refers to."""

    def __init__(self, states: Sequence[ResourceState]) -> None:
        self._states = states
        self._places: dict[str, list[int]] = {}
        self._providers: dict[str, int] = {}
        for place, state in enumerate(states):
            self._places.setdefault(state.urn, []).append(place)
            if not state.delete or f"{state.urn}::{state.id}" not in self._providers:
                self._providers[f"{state.urn}::{state.id}"] = place

    def sorted(self) -> tuple[ResourceState, ...]:
        """The records with dependencies first, otherwise as they were given.

        An object that waits for deletion also comes after those it once needed and that wait as well, unless
        they contradict each other. Records in a circle leave the order as it was given.
        """
        for needs in (self._needs_in_their_time, self._needs):
            try:
                return tuple(self._states[place] for place in ordered(range(len(self._states)), needs))
            except Cycle:
                continue
        return tuple(self._states)

    def _needs(self, place: int) -> Iterator[int]:
        state = self._states[place]
        if state.provider in self._providers:
            yield self._providers[state.provider]
        for _, urn in references(state):
            yield from self._standing_for(urn)

    def _needs_in_their_time(self, place: int) -> Iterator[int]:
        yield from self._needs(place)
        if self._states[place].delete:
            for _, urn in references(self._states[place]):
                yield from (other for other in self._places.get(urn, ()) if self._states[other].delete)

    def _standing_for(self, urn: str) -> Iterable[int]:
        """The live record; the ones that wait for deletion only if there is no other."""
        every = self._places.get(urn, [])
        return [place for place in every if not self._states[place].delete] or every
