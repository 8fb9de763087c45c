"""Changes of a stack's records by hand: what is decided in pure modules is read, proven and written here.

Values stay sealed as they are wherever they can: only a move to another stack and an import open them.
"""

from __future__ import annotations

import contextlib
import enum
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, assert_never

from provisioner.engine.amending import (
    Amended,
    Amendment,
    Document,
    Fit,
    Forgetting,
    Kind,
    Ledger,
    Mending,
    Moving,
    Remark,
    Renaming,
    Unprotecting,
)
from provisioner.engine.amendment_failures import (
    CannotBeMended,
    DoesNotFit,
    ImportBreaksRules,
    ImportUnreadable,
    RepairFirst,
)
from provisioner.engine.embedded import fitting
from provisioner.engine.embedded.catching_up import catch_up_if_readable
from provisioner.engine.embedded.checkpoint import (
    NO_DESCENT,
    Descent,
    Unsupported,
    deployment_of,
    exported_in,
    secrets_of,
)
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.mending import in_order, mend, without_doubles
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.property_json import Malformed
from provisioner.engine.embedded.removal import forget, unprotect
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, Sealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.surgery import Done, Records, move, rename
from provisioner.engine.embedded.transplant import transplanted
from provisioner.engine.embedded.versions import Update, Versions
from provisioner.engine.embedded.writing_over import write_over
from provisioner.engine.failures import NewerState, StateBreaksRules, StateIsDamaged
from provisioner.engine.interface import Access


class Before(enum.Enum):
    """What is known of the state that is there; if it is not whole, its files are kept byte for byte."""

    WHOLE = "it is well-formed"
    BROKEN = "it may break rules"
    UNREADABLE = "nobody can read it"


@dataclass(frozen=True, slots=True)
class Content:
    """What would be recorded, and how."""

    records: Records
    sealer: Sealer
    descent: Descent = NO_DESCENT
    """Lineage and serial that it continues; else those that are there."""

    before: Before = Before.WHOLE


@contextmanager
def opened(place: Place, keys: Keys, access: Access) -> Generator[Ledger]:
    """The ledger of a stack; with `Access.WRITE` its lock is held. Raises `StateIsLocked`."""
    store = StackStore(place)
    with store.lock() if access is Access.WRITE else contextlib.nullcontext():
        if access is Access.WRITE:
            catch_up_if_readable(place, store)
        yield RecordedLedger(place, store, keys)


class RecordedLedger:
    """The records of one stack. Whoever records holds its lock."""

    def __init__(self, place: Place, store: StackStore, keys: Keys) -> None:
        self._place = place
        self._store = store
        self._keys = keys
        self._stack = place.stack.partition("/")[2]

    def amended(self, amendment: Amendment) -> Amended:
        """What would be recorded. Raises a `Failure` if it must not be."""
        sealer = BlindSealer(self._stack, self._store.secrets())
        if isinstance(amendment, Mending):
            return self._mended(sealer, amendment)
        before = self.records(sealer)
        if found := breaches(before.resources):
            raise RepairFirst(self._stack, found)
        records, notes = _done(before, amendment)
        return Amended(notes, Content(_proven(records), sealer))

    def handed_over(self, moving: Moving, to: Ledger) -> tuple[tuple[Ledger, Amended], ...]:
        """What is to be recorded where, in this order, to move a resource to another stack."""
        assert isinstance(to, RecordedLedger), "an engine has ledgers of one kind"
        mine, other = self.sealer(), to.sealer()
        steps = transplanted(self.records(mine), to.records(other), moving)
        (there, dropped), (here, told) = steps.there, steps.here
        return (
            (self, Amended((), Content(_proven(steps.marked), mine))),
            (to, Amended(dropped, Content(_proven(there), other))),
            (self, Amended(told, Content(_proven(here), mine))),
        )

    def imported(self, document: Document, fit: Fit) -> Amended:
        """What would be recorded after an import.

        Raises `DoesNotFit`, `ImportUnreadable`, `NewerState`, and what opening the secrets raises.
        """
        try:
            raw = exported_in(document.raw)
            stored, theirs = self._secrets(fit), secrets_of(raw)
            sealer, opener = self._import_sealers(stored, theirs)
            deployment = deployment_of(raw, opener)
        except (Malformed, BrokenSeal) as wrong:
            raise ImportUnreadable(document.file, str(wrong)) from wrong
        except Unsupported as newer:
            raise NewerState(document.file, str(newer)) from newer
        current, unreadable = self._current(sealer if stored else BlindSealer(self._stack), fit)
        file = fitting.Origin.of(raw)
        ours = fitting.Origin((self._place.stack,), *(NO_DESCENT if unreadable else self._store.descent()))
        found = fitting.misfits(file, ours, is_empty=not (current.resources or current.pending))
        if found and (fit is Fit.EXACT or fitting.is_of_another_stack(found)):
            raise DoesNotFit(self._place.stack, document.file, found)
        new = Records(Snapshot(deployment.records).records(), deployment.pending)
        if broken := breaches(new.resources):
            raise ImportBreaksRules(document.file, broken)
        before = Before.UNREADABLE if unreadable else Before.WHOLE
        content = Content(new, sealer, (file.lineage, file.serial), before)
        return Amended((*fitting.differences(current, new), *unreadable), content)

    def _secrets(self, fit: Fit) -> Mapping[str, Any] | None:
        return Versions(self._place, self._store).secrets() if fit is Fit.FORCED else self._store.secrets()

    def _import_sealers(
        self, stored: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None
    ) -> tuple[Sealer, Sealer]:
        """What seals the records, and what opens the file's: the key of the stack, and the file's own."""
        if stored is None or theirs in (None, stored):
            sealer = self._keys.sealer(self._stack, stored)
        else:
            sealer = self._keys.proven(self._stack, stored)
        return sealer, sealer if theirs == stored else self._keys.sealer(self._stack, theirs)

    def _current(self, sealer: Sealer, fit: Fit) -> tuple[Records, tuple[Remark, ...]]:
        """What is recorded now; nothing and a remark about it, if it cannot be read and need not be."""
        try:
            return self.records(sealer), ()
        except StateIsDamaged as damaged:
            if fit is Fit.EXACT:
                raise
            return Records(()), (Remark(Kind.UNREADABLE, "", f"{damaged.file}: {damaged.reason}"),)

    def record(self, amended: Amended, message: str) -> str:
        """Record it; where a backup of the state before lies, empty if there was none."""
        content: Content = amended.content
        began = time.time()
        backup = self._backed_up(content)
        snapshot, pending = Snapshot(content.records.resources), content.records.pending
        if content.before is Before.UNREADABLE:
            write_over(self._place, snapshot, pending, content.sealer, content.descent)
        else:
            self._store.compact(snapshot, pending, content.sealer, content.descent)
        update = Update(kind="import", began=began, message=message, changes={})
        Versions(self._place, self._store).keep(update)
        return backup

    def _backed_up(self, content: Content) -> str:
        if not self._store.exists():
            return ""
        return self._store.back_up() if content.before is Before.WHOLE else self._store.back_up_files()

    def _mended(self, sealer: Sealer, mending: Mending) -> Amended:
        """The file's own records first: what a journal adds to them can be replayed on a whole state only."""
        told: list[Remark] = []

        def ordered_once(resources: tuple[ResourceState, ...]) -> tuple[ResourceState, ...]:
            once, doubles = without_doubles(resources)
            ordered, moved = in_order(once)
            told.extend((*doubles, *moved))
            return ordered

        stored = self._store.load(sealer, ordered_once)
        records, notes = mend(Records(stored.snapshot.records(), stored.pending), mending)
        if found := breaches(records.resources):
            raise CannotBeMended(self._stack, found)
        return Amended((*told, *notes), Content(records, sealer, before=Before.BROKEN))

    def sealer(self, secrets: Mapping[str, Any] | None = None) -> Sealer:
        """What opens values that were sealed like this, or like those of the state."""
        return self._keys.sealer(self._stack, secrets if secrets is not None else self._store.secrets())

    def records(self, sealer: Sealer) -> Records:
        """What is recorded. Raises `StateIsDamaged`, `NewerState`, and what the sealer raises."""
        stored = self._store.load(sealer)
        return Records(stored.snapshot.records(), stored.pending)


def _done(records: Records, amendment: Renaming | Moving | Forgetting | Unprotecting) -> Done:
    match amendment:
        case Renaming():
            return rename(records, amendment)
        case Moving():
            return move(records, amendment)
        case Forgetting():
            return forget(records, amendment)
        case Unprotecting():
            return unprotect(records, amendment)
        case _:
            assert_never(amendment)


def _proven(records: Records) -> Records:
    """The records in their order. Raises `StateBreaksRules`."""
    ordered = Snapshot(records.resources).records()
    if found := breaches(ordered):
        raise StateBreaksRules(found)
    return Records(ordered, records.pending)
