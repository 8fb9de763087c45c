"""What a refresh found, told to people; and the edits that take it into the records. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from provisioner.engine.embedded.deletion import without
from provisioner.engine.embedded.planner import shown
from provisioner.engine.embedded.preparing import Prepared
from provisioner.engine.embedded.references import references
from provisioner.engine.embedded.refresh import Refreshed
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Drop, Edit, Put, ResourceState
from provisioner.engine.interface import Stack
from provisioner.engine.outside import Looked, Outside
from provisioner.plan.diff import changes
from provisioner.plan.model import Drift, DriftKind, Unfinished


def looked(stack: Stack, found: Prepared) -> Looked:
    """What was found out, for people."""
    return Looked(
        layer=stack.project,
        region=stack.region,
        stack=stack.name,
        outside=_outside(found.recorded, found.refreshed),
        newer=_newer(found.recorded, found.refreshed),
        unfinished=tuple(settled.unfinished for settled in found.settled),
        halves=_halves(found),
        is_empty=not any(found.recorded.records()) and not found.settled,
    )


def _outside(recorded: Snapshot, refreshed: Refreshed) -> tuple[Outside, ...]:
    """Each object that others changed or deleted, by URN.

    One that was found gone before, and that nobody has made again or given up since, is still one of them.
    """
    before = [
        Drift(DriftKind.GONE, record.urn, record.type) for record in recorded.records() if record.is_lost
    ]
    renewed = {*refreshed.renewed, *(drift.urn for drift in before)}
    users = _users(recorded) if renewed else {}
    found = sorted((*refreshed.drift, *before), key=lambda drift: drift.urn)
    return tuple(_placed(drift, recorded, users if drift.urn in renewed else {}) for drift in found)


def _halves(found: Prepared) -> tuple[Unfinished, ...]:
    """What we deleted to make room for a new object, and have not made again."""
    told = {settled.unfinished.urn for settled in found.settled}
    return tuple(
        Unfinished("replacing", record.urn, record.type, "deleted, and not made again yet")
        for record in sorted(found.recorded.records(), key=lambda record: record.urn)
        if record.pending_replacement and not record.is_lost and record.urn not in told
    )


def _newer(recorded: Snapshot, refreshed: Refreshed) -> tuple[Drift, ...]:
    """What else is otherwise than recorded, by URN."""
    drifted = {drift.urn for drift in refreshed.drift}
    found: list[Drift] = []
    for edit in refreshed.edits:
        if not isinstance(edit, Put) or edit.state.urn in drifted:
            continue
        before = recorded.live(edit.state.urn)
        if before is not None and (differs := tuple(changes(_whole(before), _whole(edit.state)))):
            found.append(Drift(DriftKind.CHANGED, edit.state.urn, edit.state.type, differs))
    return tuple(sorted(found, key=lambda drift: drift.urn))


def acceptance(recorded: Snapshot, refreshed: Refreshed, urns: Collection[str]) -> tuple[Edit, ...]:
    """The edits by which the records of these resources say what the cloud says.

    What is gone is forgotten, and whoever needed it is recorded as if it had not.
    """
    scratch, edits = recorded.copy(), list[Edit]()

    def note(edit: Edit) -> None:
        scratch.apply(edit)
        edits.append(edit)

    for edit in refreshed.edits:
        if isinstance(edit, Put) and edit.state.urn in urns:
            note(edit)
    gone = [record for record in scratch.records() if record.is_lost and record.urn in urns]
    for edit in _forgetting(scratch, gone):
        note(edit)
    return tuple(edits)


def _forgetting(snapshot: Snapshot, gone: Iterable[ResourceState]) -> Iterator[Edit]:
    """References go before what they refer to."""
    lost = {record.urn: record for record in gone}
    for record in snapshot.records():
        if record.urn not in lost and lost.keys() & {urn for _, urn in references(record)}:
            yield Put(_freed(record, lost))
    for record in reversed(tuple(lost.values())):
        yield Drop(record.key)


def _freed(record: ResourceState, lost: dict[str, ResourceState]) -> ResourceState:
    """The record without anything of what is lost; a child goes to the nearest that is not."""
    for urn in {urn for _, urn in references(record)} & lost.keys():
        record = without(record, urn)
    parent = record.parent
    while parent in lost:
        parent = lost[parent].parent
    return replace(record, parent=parent)


def _placed(drift: Drift, recorded: Snapshot, users: dict[str, list[str]]) -> Outside:
    component, setting = "", ""
    record = recorded.live(drift.urn)
    while record is not None and not setting:
        if not record.custom:
            component = component or record.urn
            setting = str(record.inputs.get("origin") or "")
        record = recorded.live(record.parent) if record.parent else None
    return Outside(drift, component, setting, _followers(drift.urn, users))


def _users(recorded: Snapshot) -> dict[str, list[str]]:
    """By URN, who takes a value from it. Objects only: whatever else needs it, needs the value."""
    users: dict[str, list[str]] = {}
    for record in recorded.records():
        if record.custom and not record.delete:
            for urn in {urn for needs in record.property_dependencies.values() for urn in needs}:
                users.setdefault(urn, []).append(record.urn)
    return users


def _followers(urn: str, users: dict[str, list[str]]) -> tuple[str, ...]:
    found: set[str] = set()
    waiting = [urn]
    while waiting:
        new = set(users.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return tuple(sorted(found - {urn}))


def _whole(record: ResourceState) -> dict[str, object]:
    """Outputs, and the inputs that are not among them."""
    return {**shown(record.inputs), **shown(record.outputs)}
