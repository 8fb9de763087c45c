"""What an earlier run had to keep on this machine is added to the state, which goes on from there.

Nothing depends on it: an operation that began is in the journal of the place, or it was not begun at all, and
whoever finds it there without its end looks what became of it. What is kept here knows that already, and with
it what only the first answer said, such as the secret of an access key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from provisioner.engine.embedded.framing import Damaged
from provisioner.engine.embedded.journal import NewerJournal, Written, entry_of, written_in
from provisioner.engine.embedded.place import Kept, Place
from provisioner.engine.embedded.property_json import Malformed
from provisioner.engine.embedded.secrets import BlindSealer
from provisioner.engine.embedded.snapshot import Snapshot, breach_of
from provisioner.engine.embedded.state import Began, Edit, Ended
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import NewerState, StateIsDamaged
from provisioner.engine.interface import Access, Pushed


@dataclass(frozen=True, slots=True)
class Arrears:
    """What was kept here and the state lacks."""

    pushed: Pushed = field(default_factory=Pushed)
    """What comes of it."""

    add: Callable[[], None] = lambda: None
    """Adds it. Whoever calls holds the lock. Raises `StateIsAway`."""


def catch_up(place: Place, store: StackStore) -> Pushed:
    """Add what was kept, as far as it is still news. Whoever calls holds the lock.

    Raises `StateIsDamaged` and `NewerState`, also of what was kept, and `StateIsAway`.
    """
    found = arrears(place, store)
    found.add()
    return found.pushed


def catch_up_if_readable(place: Place, store: StackStore) -> None:
    """The same where the state can be read. Whoever reads it is told if not, and may replace it."""
    try:
        catch_up(place, store)
    except StateIsDamaged as damaged:
        if damaged.file not in (place.checkpoint, place.journal):
            raise


def pushed(place: Place, store: StackStore, access: Access) -> Pushed:
    """The same under the lock; with `Access.READ` what would come of it, without. Raises `StateIsLocked`."""
    if access is Access.READ:
        return arrears(place, store).pushed
    with store.lock():
        return catch_up(place, store)


def arrears(place: Place, store: StackStore) -> Arrears:
    """What `catch_up` would add; nothing is changed. Raises what it does."""
    kept = place.kept()
    if kept is None:
        return Arrears()
    written = _written(kept)
    content = place.content()
    digest = hashlib.sha256(content.checkpoint).hexdigest() if content.checkpoint is not None else ""
    if kept.is_certain:
        return _lacking(place, store, kept, written, digest)
    # Only the digest of a state file proves it: what a first run writes looks alike in every bucket. What
    # is left alone is no loss, as nothing depends on it.
    if written is None or not digest or digest not in (written.base, written.settled):
        return Arrears()
    found = _lacking(place, store, kept, written, digest)

    def add() -> None:
        place.adopt_kept()
        found.add()

    return Arrears(found.pushed, add)


def _lacking(place: Place, store: StackStore, kept: Kept, written: Written | None, digest: str) -> Arrears:
    journal = place.content().journal or b""
    if written is not None and written.base == digest and kept.data.startswith(journal):
        return _continued(place, kept.data[len(journal) : written.end.offset], written)
    if written is None or written.settled == digest:
        return Arrears(add=place.drop_kept)
    return _merged(place, store, written)


def _written(kept: Kept) -> Written | None:
    try:
        if (written := written_in(kept.data)) is not None:
            _ = written.lines  # whatever is wrong with one of them is told here
    except (Malformed, Damaged) as wrong:
        raise StateIsDamaged(kept.name, str(wrong)) from wrong
    except NewerJournal as newer:
        raise NewerState(kept.name, str(newer)) from newer
    return written


def _continued(place: Place, rest: bytes, written: Written) -> Arrears:
    """Nobody has changed the state since: what the place lacks is added as it is."""
    lines = rest if written.end.is_terminated else rest + b"\n"

    def add() -> None:
        if rest:
            place.catch_up(lines)
        place.drop_kept()

    return Arrears(Pushed(added=lines.count(b"\n") if rest else 0), add)


def _merged(place: Place, store: StackStore, written: Written) -> Arrears:
    """Somebody has: of the operations that are open there still, what came of them is added."""
    sealer = BlindSealer("", store.secrets())
    entries = [entry for line in written.lines if (entry := entry_of(line, sealer)) is not None]
    begun = {entry.operation: entry for entry in entries if isinstance(entry, Began)}
    ended = [entry for entry in entries if isinstance(entry, Ended)]
    stored = store.load(sealer)
    is_ours = written.secrets is None or written.secrets == sealer.state()
    open_there = {each.operation for each in stored.pending if is_ours and begun.get(each.operation) == each}
    news = list(_that_fit(stored.snapshot, [each for each in ended if each.operation in open_there]))

    def add() -> None:
        place.set_kept_aside()
        if news:
            journal = store.journal(sealer)
            try:
                for entry in news:
                    journal.append(entry)
            finally:
                journal.close()

    return Arrears(Pushed(added=len(news), settled=len(ended) - len(news)), add)


def _that_fit(snapshot: Snapshot, ended: list[Ended]) -> Iterator[Ended]:
    """Those whose edits keep the records well-formed; what refers to records that are gone is left out."""
    for entry in ended:
        after = snapshot.copy()
        if all(_fits(after, edit) for edit in entry.edits):
            snapshot = after
            yield entry


def _fits(snapshot: Snapshot, edit: Edit) -> bool:
    if breach_of(snapshot, edit) is not None:
        return False
    snapshot.apply(edit)
    return True
