"""What a journal makes of the records that it continues. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, Edit, Ended, Entry, Noted


def replayed(
    snapshot: Snapshot, pending: Sequence[Began], entries: Sequence[Entry]
) -> tuple[tuple[Began, ...], int]:
    """What never ended, and a number that no operation has; the entries are applied to the records."""
    begun = {began.operation: began for began in pending}
    last = max(begun, default=0)
    for entry in entries:
        match entry:
            case Began(operation):
                begun[operation] = entry
                last = max(last, operation)
            case Ended(operation, edits):
                begun.pop(operation, None)
                last = max(last, operation)
                _apply(snapshot, edits)
            case Noted(edits):
                _apply(snapshot, edits)
    return tuple(begun[number] for number in sorted(begun)), last + 1


def _apply(snapshot: Snapshot, edits: Sequence[Edit]) -> None:
    for edit in edits:
        snapshot.apply(edit)
