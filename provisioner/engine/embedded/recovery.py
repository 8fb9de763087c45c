"""Finds out what became of operations that an earlier run began and never reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provisioner.engine.embedded.configured import ConfiguredProviders
from provisioner.engine.embedded.executor import finished
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, Drop, Edit, Put, ResourceState
from provisioner.engine.embedded.work import Call
from provisioner.engine.failures import AmbiguousObject, CloudNotRead
from provisioner.engine.plugin_failures import FateUnknown
from provisioner.plan.concealment import masked, remarked
from provisioner.plan.model import Unfinished
from provisioner.plan.values import revealed
from provisioner.providers.interface import CANNOT_FIND, Identity, Object, Provider, Refused


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of an unfinished operation now, and what to record of it."""

    operation: int
    edits: tuple[Edit, ...]
    unfinished: Unfinished


def settle(
    pending: Sequence[Began], snapshot: Snapshot, providers: ConfiguredProviders
) -> tuple[Settled, ...]:
    """Ask the cloud about each unfinished operation, and bring the snapshot in line with the answers.

    Raises `CloudNotRead`, `AmbiguousObject` or `FateUnknown`.
    """
    settled: list[Settled] = []
    for began in pending:
        try:
            found = _settled(began, snapshot, providers)
        except Refused as refused:
            reason = masked(refused.reason, began.goal.inputs)
            raise CloudNotRead(began.goal.type, reason, refused.code) from refused
        for edit in found.edits:
            snapshot.apply(edit)
        settled.append(found)
    return tuple(settled)


def _settled(began: Began, snapshot: Snapshot, providers: ConfiguredProviders) -> Settled:
    goal = began.goal
    provider = providers.for_resource(goal.urn, goal.type, goal.provider)
    match began.kind:
        case Call.CREATE.value:
            edits, found = _after_create(goal, snapshot, provider)
        case Call.UPDATE.value:
            edits, found = _after_update(goal, snapshot, provider)
        case Call.DELETE.value:
            edits, found = _after_delete(goal, snapshot, provider)
        case _:  # reading; or importing, in a state of Pulumi's
            edits, found = (), "changed nothing"
    return Settled(began.operation, edits, Unfinished(began.kind, goal.urn, goal.type, found))


def _after_create(
    goal: ResourceState, snapshot: Snapshot, provider: Provider
) -> tuple[tuple[Edit, ...], str]:
    inputs = revealed(dict(goal.inputs))
    known = [state.id for state in snapshot.records() if state.type == goal.type and state.id]
    try:
        ids = provider.find(goal.type, inputs, known)
    except Refused as refused:
        if refused.code == CANNOT_FIND:
            raise FateUnknown(goal.urn, goal.type) from refused
        raise
    if not ids:
        return (), "was not made"
    if len(ids) > 1:
        raise AmbiguousObject(goal.urn, tuple(ids))
    found = provider.read(goal.type, Identity(ids[0], inputs))
    if found is None:
        return (), "was not made"
    before = snapshot.live(goal.urn)
    replaced: tuple[Edit, ...] = ()
    if before is not None and not before.pending_replacement:
        replaced = (Put(replace(before, delete=True)),)
    return (*replaced, Put(_adopted(goal, found))), f"was made, id {found.id}"


def _after_update(
    goal: ResourceState, snapshot: Snapshot, provider: Provider
) -> tuple[tuple[Edit, ...], str]:
    found = provider.read(
        goal.type, Identity(goal.id, revealed(dict(goal.inputs)), revealed(dict(goal.outputs)))
    )
    if found is None:
        before = snapshot.live(goal.urn) or goal
        return (Put(before.lost()),), "is gone"
    return (Put(_adopted(goal, found)),), "was read again"


def _after_delete(
    goal: ResourceState, snapshot: Snapshot, provider: Provider
) -> tuple[tuple[Edit, ...], str]:
    identity = Identity(goal.id, revealed(dict(goal.inputs)), revealed(dict(goal.outputs)))
    if provider.read(goal.type, identity) is not None:
        return (), "is still there"
    live = snapshot.live(goal.urn)
    if goal.delete or live is None or live.id != goal.id:
        return (Drop(goal.key),), "is gone"
    # Whether the program still wants it is for the next plan to say; until then its place is kept.
    return (Put(replace(live, pending_replacement=True)),), "is gone"


def _adopted(goal: ResourceState, found: Object) -> ResourceState:
    """The record of what was found: inputs as they are, so that the next plan completes what is missing."""
    state = finished(goal, found, created=goal.created, modified=goal.modified)
    return replace(state, inputs=remarked(found.inputs, goal.inputs))
