"""What a stack's bytes mean: the state, the journal that continues it, and how one becomes the other.

Where they lie is the business of a place (`place.py`).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time_ns
from typing import Any

from provisioner.engine.embedded.checkpoint import (
    NO_DESCENT,
    WRITER,
    Descent,
    Doubled,
    Single,
    Unsupported,
    deployment_in,
    deployment_json,
    deployment_of,
    format_of,
    is_ours,
    lineage_json,
    lineage_of,
    must_be_single,
    secrets_of,
    writer_of,
)
from provisioner.engine.embedded.framing import Damaged, End
from provisioner.engine.embedded.journal import Journal, NewerJournal, Written, entry_of, written_in
from provisioner.engine.embedded.place import Name, Place, Taken
from provisioner.engine.embedded.property_json import Malformed, compact
from provisioner.engine.embedded.record_texts import RecordTexts, state_file
from provisioner.engine.embedded.replaying import replayed
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, Sealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Began
from provisioner.engine.failures import (
    NewerState,
    RecordedTwice,
    StateBreaksRules,
    StateIsDamaged,
    StateNotWritten,
)
from provisioner.plan.saved import Mark

_FOREIGN = (
    "it continues another state file: the one that is there was changed, or restored without its journal. "
    "Put the right state file back, or move the journal away to give up what it says"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the files of a stack say."""

    snapshot: Snapshot
    pending: tuple[Began, ...]
    """What was begun and never ended, in the order of its numbers."""

    next_operation: int
    """A number that no operation in the files has, nor any greater one."""


@dataclass(frozen=True, slots=True)
class _Files:
    """The content of a stack's two files at one moment."""

    checkpoint: bytes | None
    digest: str
    """SHA-256 of the checkpoint; empty if there is none."""

    journal: Written | None
    """What of it is not in the checkpoint; None also for a journal that a compaction left behind."""

    is_left_behind: bool


class StackStore:
    """The state of one stack. Whoever writes holds the lock; reading needs none."""

    def __init__(self, place: Place, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._place = place
        self._now = now
        self._open: Journal | None = None
        self._parsed: tuple[str, dict[str, Any]] | None = None
        """The checkpoint with this digest, kept from `secrets` to `load`."""

        self._last: _Files | None = None
        self._texts: RecordTexts | None = None  # of the journal that was opened last

    def exists(self) -> bool:
        """Whether there is any state, be it that of a first run that was killed."""
        content = self._place.content()
        return content.checkpoint is not None or content.journal is not None

    @contextmanager
    def lock(self) -> Generator[None]:
        """Hold the stack's lock. Raises `StateIsLocked` with its holder."""
        with self._place.lock() as taken:
            if taken is Taken.OVER:
                self._finish_compaction()
            yield

    def holder(self) -> str | None:
        """Who is changing the stack at this moment; None: nobody."""
        return self._place.holder()

    def unlock(self) -> str | None:
        """Free the lock of who went silent, and say who it was. Raises `StateIsLocked` if it lives."""
        holder = self._place.abandoned()
        if holder is not None:
            with self.lock():
                pass
        return holder

    def back_up(self) -> str:
        """Keep a copy of the state as it is, journal and all; where it lies."""
        sealer = BlindSealer(self._place.stack, self.secrets())
        stored = self.load(sealer)
        data = self._file(stored.snapshot, stored.pending, sealer, NO_DESCENT)
        with self._writing(self._place.checkpoint):
            return str(self._place.back_up(self._backup_name(), data))

    def secrets(self) -> Mapping[str, Any] | None:
        """The stored `secrets_providers`, to make a sealer with; None if nothing was ever sealed."""
        return self._secrets(self._read())

    def writer(self) -> str:
        """Which program wrote the state that was read last: the version in its manifest.

        Empty if nothing is recorded, or it cannot be read: that is told when it is loaded. A journal is ours.
        """
        try:
            files = self._last or self._read()
            return WRITER if files.journal else writer_of(self._raw(files))
        except (StateIsDamaged, NewerState):
            return ""

    def mark(self) -> Mark:
        """Which state this is. Raises `StateIsDamaged`."""
        files = self._read()
        if files.checkpoint is None and files.journal is None:
            return Mark()
        lineage, serial = lineage_of(self._raw(files))
        digest = hashlib.sha256(files.digest.encode())
        with self._telling_of(self._place.journal):
            lines = files.journal.lines if files.journal else ()
        for line in lines:
            digest.update(compact(line).encode("utf-8", "surrogatepass"))
        return Mark(lineage, serial, f"sha256:{digest.hexdigest()}")

    def back_up_files(self) -> str:
        """Keep the files byte for byte, whatever is wrong with them; where the state file lies."""
        content, name = self._place.content(), self._backup_name()
        with self._writing(self._place.checkpoint):
            if content.journal is not None:
                self._place.back_up(f"{name}l", content.journal)
            return str(self._place.back_up(name, content.checkpoint or b""))

    def load(self, sealer: Sealer, single: Single = must_be_single) -> Stored:
        """What the files say. The sealer is made with `secrets`.

        Raises `StateIsDamaged`, `NewerState`, and what the sealer raises. Changes nothing on the disk.
        """
        files = self._read()
        self._check_secrets(files, sealer)
        with self._telling_of(self._place.checkpoint):
            deployment = deployment_of(self._raw(files), sealer, single)
        self._parsed = None
        with self._telling_of(self._place.journal):
            lines = files.journal.lines if files.journal else ()
            entries = [entry for line in lines if (entry := entry_of(line, sealer)) is not None]
        snapshot = Snapshot(deployment.records)
        return Stored(snapshot, *replayed(snapshot, deployment.pending, entries))

    def journal(self, sealer: Sealer) -> Journal:
        """The stack's journal, open for the next entry. Raises `StateNotWritten` and what `load` raises."""
        files = self._read()
        self._check_secrets(files, sealer)
        if files.is_left_behind:
            with self._writing(self._place.journal):
                self._place.drop_journal()
        self._open = self._journal(files, sealer, self._secrets(files))
        self._texts = self._open.texts
        return self._open

    def compact(
        self,
        snapshot: Snapshot,
        pending: Sequence[Began],
        sealer: Sealer,
        descent: Descent = NO_DESCENT,
    ) -> None:
        """Write the records as the state file, and drop the journal, which must be closed or abandoned.

        `descent` are the lineage and the serial of another state that this one continues. Whenever it is
        interrupted, the next `load` finds either what was there before or the new state.
        Raises `StateBreaksRules` and `StateNotWritten`; the old files stay then.
        """
        if found := breaches(snapshot.records()):
            raise StateBreaksRules(found)
        self._close()
        files = self._read()
        self._replace(files, self._file(snapshot, pending, sealer, descent))

    def set_aside(self, reason: str) -> Name:
        """Move everything about the stack into a folder for backups, which comes back; then nothing exists.

        Whoever calls holds the lock.
        """
        self._close()
        words = re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-")
        folder = f"{self._now():%Y%m%dT%H%M%S.%fZ}-{words}"
        with self._writing(self._place.checkpoint):
            return self._place.set_aside(folder)

    def export(self) -> Mapping[str, Any]:
        """`{"version": …, "deployment": …}` of what the files say, secrets sealed; needs no passphrase."""
        sealer = BlindSealer(self._place.stack, self.secrets())
        stored = self.load(sealer)
        time = self._now().isoformat().replace("+00:00", "Z")
        deployment = deployment_json(stored.snapshot.records(), stored.pending, sealer, time)
        for operation in deployment.get("pending_operations", ()):
            del operation["operation"]
        lineage, serial = self.descent()
        if lineage:
            deployment["metadata"] = lineage_json(lineage, serial)
        return {**format_of(deployment), "deployment": deployment}

    def descent(self) -> Descent:
        """Lineage of the state file and how many were written before it; or "", 0."""
        return lineage_of(self._raw(self._read()))

    def _file(self, snapshot: Snapshot, pending: Sequence[Began], sealer: Sealer, of: Descent) -> bytes:
        time = self._now().isoformat().replace("+00:00", "Z")
        lineage, serial = lineage_of(self._raw(self._last or self._read()))
        known, self._texts = self._texts, None
        texts = known if known and known.sealer is sealer else RecordTexts(sealer)
        metadata = lineage_json(of[0] or lineage or uuid.uuid4().hex, max(serial, of[1]) + 1)
        return state_file(self._place.stack, snapshot.records(), pending, texts, (time, metadata))

    def _backup_name(self) -> str:
        return f"{self._place.stack.partition('/')[2]}.{time_ns()}.json"

    def _finish_compaction(self) -> None:
        """Write the state file that a holder who went silent has announced, before it does so itself."""
        files = self._read()
        if files.journal is not None and files.journal.settled is not None:
            sealer = BlindSealer(self._place.stack, self.secrets())
            stored = self.load(sealer)
            self.compact(stored.snapshot, stored.pending, sealer)

    def _read(self) -> _Files:
        self._last = self._looked_up()
        return self._last

    def _looked_up(self) -> _Files:
        """Both files as they were at one moment, also while another process compacts."""
        with self._telling_of(self._place.checkpoint):
            content = self._place.content()
        checkpoint = content.checkpoint
        digest = hashlib.sha256(checkpoint).hexdigest() if checkpoint is not None else ""
        with self._telling_of(self._place.journal):
            written = written_in(content.journal) if content.journal is not None else None
            if written is None or written.base == digest:
                return _Files(checkpoint, digest, written, is_left_behind=False)
            if written.settled != digest:
                raise Malformed(_FOREIGN)
            return _Files(checkpoint, digest, None, is_left_behind=True)

    def _raw(self, files: _Files) -> dict[str, Any]:
        if files.checkpoint is None:
            return {}
        if self._parsed is None or self._parsed[0] != files.digest:
            with self._telling_of(self._place.checkpoint):
                self._parsed = (files.digest, deployment_in(files.checkpoint))
        return self._parsed[1]

    def _secrets(self, files: _Files) -> Mapping[str, Any] | None:
        with self._telling_of(self._place.checkpoint):
            return (files.journal.secrets if files.journal else None) or secrets_of(self._raw(files))

    def _check_secrets(self, files: _Files, sealer: Sealer) -> None:
        if (stored := self._secrets(files)) is not None and sealer.state() != stored:
            raise ValueError("the sealer was not made with the secrets of the stack")

    def _journal(self, files: _Files, sealer: Sealer, known: Mapping[str, Any] | None) -> Journal:
        """The journal, open at its end; a new one has its first line."""
        end = files.journal.end if files.journal else End()
        with self._writing(self._place.journal):
            journal = Journal(self._place.log(end), sealer, end, known)
        if files.journal is None:
            journal.start(self._place.stack, files.digest)
        return journal

    def _replace(self, files: _Files, data: bytes) -> None:
        """Every step leaves files that `_read` understands."""

        def settle() -> None:
            if files.journal is None and not self._place.settles_always:
                return
            # Until the new file is there the old one counts, so the journal must not say a new key yet.
            known = self._secrets(files)
            journal = self._journal(files, BlindSealer(self._place.stack, known), known)
            try:
                journal.settle(hashlib.sha256(data).hexdigest())
            finally:
                journal.close()

        with self._writing(self._place.checkpoint, is_journaled=files.journal is not None):
            if files.is_left_behind:
                self._place.drop_journal()
            if files.checkpoint is not None and not is_ours(files.checkpoint):
                self._place.back_up(self._backup_name(), files.checkpoint)  # it becomes one of our form
            self._place.replace(data, files.checkpoint, settle)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    @contextmanager
    def _telling_of(self, file: Name) -> Generator[None]:
        """What is wrong with a text is told with the file that it is in."""
        try:
            yield
        except Doubled as wrong:
            raise RecordedTwice(file, str(wrong)) from wrong
        except (Malformed, Damaged, BrokenSeal) as wrong:
            raise StateIsDamaged(file, str(wrong)) from wrong
        except (Unsupported, NewerJournal) as newer:
            raise NewerState(file, str(newer)) from newer
        except OSError as refused:
            raise StateIsDamaged(file, f"it cannot be read: {refused.strerror}") from refused

    @contextmanager
    def _writing(self, file: Name, *, is_journaled: bool = False) -> Generator[None]:
        try:
            yield
        except OSError as refused:
            reason = refused.strerror or str(refused)
            raise StateNotWritten(file, reason, is_journaled=is_journaled) from refused
