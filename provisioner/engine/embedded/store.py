"""A stack's files: the state, the journal that continues it, the lock, and what is kept of earlier ones.

The layout is that of Pulumi's self-managed backends (`pkg/backend/diy`); journals are ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provisioner.engine.embedded import durable, lock
from provisioner.engine.embedded.checkpoint import (
    VERSION,
    Unsupported,
    deployment_in,
    deployment_json,
    deployment_of,
    file_of,
    salt_of,
    secrets_of,
)
from provisioner.engine.embedded.framing import Damaged, End
from provisioner.engine.embedded.journal import Journal, NewerJournal, Written, entry_of, written_in
from provisioner.engine.embedded.property_json import Malformed
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, Sealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Began, Edit, Ended, Entry, Noted
from provisioner.engine.failures import NewerState, StateBreaksRules, StateIsDamaged, StateNotWritten

_META = b"version: 1\n"
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
    """The files of one stack below a folder. Whoever writes holds the lock; reading needs none."""

    def __init__(
        self, root: Path, project: str, stack: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        home = root / ".pulumi"
        self._meta = home / "meta.yaml"
        self._checkpoint = home / "stacks" / project / f"{stack}.json"
        self._backup = self._checkpoint.with_name(f"{stack}.json.bak")
        self._journal = home / "journals" / project / f"{stack}.jsonl"
        self._lock = home / "locks" / project / f"{stack}.json"
        self._aside = home / "backups" / project / stack
        self._name = f"{project}/{stack}"
        self._now = now
        self._open: Journal | None = None
        self._parsed: tuple[str, dict[str, Any]] | None = None
        """The checkpoint with this digest, kept from `salt` to `load`."""

    def exists(self) -> bool:
        """Whether there is any state, be it only that of a first run that was killed."""
        return self._checkpoint.exists() or self._journal.exists()

    def lock(self) -> AbstractContextManager[None]:
        """Hold the stack's lock. Raises `StateIsLocked` with its holder."""
        return lock.held(self._lock, self._name)

    def salt(self) -> str | None:
        """The salt of the stored secrets, to make a sealer with; None if nothing was ever sealed."""
        return salt_of(self._secrets(self._read()))

    def load(self, sealer: Sealer) -> Stored:
        """What the files say. The sealer is made with `salt`.

        Raises `StateIsDamaged`, `NewerState`, and what the sealer raises. Changes nothing on the disk.
        """
        files = self._read()
        self._check_salt(files, sealer)
        with self._telling_of(self._checkpoint):
            deployment = deployment_of(self._raw(files), sealer)
        self._parsed = None
        with self._telling_of(self._journal):
            lines = files.journal.lines if files.journal else ()
            entries = [entry for line in lines if (entry := entry_of(line, sealer)) is not None]
        return _replayed(Snapshot(deployment.records), deployment.pending, entries)

    def journal(self, sealer: Sealer) -> Journal:
        """The stack's journal, open for the next entry. Raises `StateNotWritten` and what `load` raises."""
        files = self._read()
        self._check_salt(files, sealer)
        known = self._secrets(files)
        with self._writing(self._journal):
            self._make_folders()
            if files.is_left_behind:
                durable.remove(self._journal)
        self._open = Journal(self._journal, sealer, files.journal.end if files.journal else End(), known)
        if files.journal is None:
            self._open.start(self._name, files.digest)
        return self._open

    def compact(self, snapshot: Snapshot, pending: Sequence[Began], sealer: Sealer) -> None:
        """Write the records as the state file, and drop the journal, which must be closed or abandoned.

        Whenever it is interrupted, the next `load` finds either what was there before or the new state.
        Raises `StateBreaksRules` and `StateNotWritten`; the old files stay then.
        """
        records = snapshot.records()
        if found := breaches(records):
            raise StateBreaksRules(found)
        time = self._now().isoformat().replace("+00:00", "Z")
        deployment = deployment_json(records, pending, sealer, time)
        data = file_of(f"organization/{self._name}", deployment)
        self._close()
        files = self._read()
        with self._writing(self._checkpoint):
            self._make_folders()
            self._replace(files, data, sealer)

    def set_aside(self, reason: str) -> Path:
        """Move everything about the stack into a folder for backups, which comes back; then nothing exists.

        Whoever calls holds the lock.
        """
        self._close()
        words = re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-")
        folder = self._aside / f"{self._now():%Y%m%dT%H%M%S.%fZ}-{words}"
        with self._writing(folder):
            durable.make_folder(folder)
            for file in (self._journal, self._checkpoint, self._backup):
                if file.exists():
                    durable.move(file, folder / file.name)
        return folder

    def export(self) -> Mapping[str, Any]:
        """`{"version": 3, "deployment": …}` of what the files say, secrets sealed; needs no passphrase."""
        sealer = BlindSealer(self._name, self.salt())
        stored = self.load(sealer)
        time = self._now().isoformat().replace("+00:00", "Z")
        deployment = deployment_json(stored.snapshot.records(), stored.pending, sealer, time)
        for operation in deployment.get("pending_operations", ()):
            del operation["operation"]
        return {"version": VERSION, "deployment": deployment}

    def _read(self) -> _Files:
        """Both files as they were at one moment, also while another process compacts."""
        with self._telling_of(self._checkpoint):
            checkpoint, journal = self._content()
        digest = hashlib.sha256(checkpoint).hexdigest() if checkpoint is not None else ""
        with self._telling_of(self._journal):
            written = written_in(journal) if journal is not None else None
            if written is None or written.base == digest:
                return _Files(checkpoint, digest, written, is_left_behind=False)
            if written.settled != digest:
                raise Malformed(_FOREIGN)
            return _Files(checkpoint, digest, None, is_left_behind=True)

    def _content(self) -> tuple[bytes | None, bytes | None]:
        while True:
            stamp = _stamp(self._checkpoint)
            content = _content(self._checkpoint), _content(self._journal)
            if stamp == _stamp(self._checkpoint):
                return content

    def _raw(self, files: _Files) -> dict[str, Any]:
        if files.checkpoint is None:
            return {}
        if self._parsed is None or self._parsed[0] != files.digest:
            with self._telling_of(self._checkpoint):
                self._parsed = (files.digest, deployment_in(files.checkpoint))
        return self._parsed[1]

    def _secrets(self, files: _Files) -> Mapping[str, Any] | None:
        with self._telling_of(self._checkpoint):
            return (files.journal.secrets if files.journal else None) or secrets_of(self._raw(files))

    def _check_salt(self, files: _Files, sealer: Sealer) -> None:
        if (stored := self._secrets(files)) is not None and sealer.state() != stored:
            raise ValueError("the sealer was not made with the salt of the stack")

    def _make_folders(self) -> None:
        for folder in (self._checkpoint.parent, self._journal.parent):
            durable.make_folder(folder)
        if not self._meta.exists():
            durable.create(self._meta, _META)

    def _replace(self, files: _Files, data: bytes, sealer: Sealer) -> None:
        """Every step leaves files that `_read` understands."""
        if files.is_left_behind:
            durable.remove(self._journal)
        new = self._checkpoint.with_name(f"{self._checkpoint.name}.new")
        durable.write_new(new, data)
        if files.checkpoint is not None:
            old = self._backup.with_name(f"{self._backup.name}.new")
            durable.write_new(old, files.checkpoint)
            durable.move(old, self._backup)
        if files.journal is not None:
            journal = Journal(self._journal, sealer, files.journal.end, self._secrets(files))
            try:
                journal.settle(hashlib.sha256(data).hexdigest())
            finally:
                journal.close()
        durable.move(new, self._checkpoint)
        durable.remove(self._journal)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    @contextmanager
    def _telling_of(self, file: Path) -> Generator[None]:
        """What is wrong with a text is told with the file that it is in."""
        try:
            yield
        except (Malformed, Damaged, BrokenSeal) as wrong:
            raise StateIsDamaged(file, str(wrong)) from wrong
        except (Unsupported, NewerJournal) as newer:
            raise NewerState(file, str(newer)) from newer
        except OSError as refused:
            raise StateIsDamaged(file, f"it cannot be read: {refused.strerror}") from refused

    @contextmanager
    def _writing(self, file: Path) -> Generator[None]:
        try:
            yield
        except OSError as refused:
            raise StateNotWritten(file, refused.strerror or str(refused)) from refused


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What changes when another file takes the place of this one."""
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _replayed(snapshot: Snapshot, pending: Sequence[Began], entries: Sequence[Entry]) -> Stored:
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
    return Stored(snapshot, tuple(begun[number] for number in sorted(begun)), last + 1)


def _apply(snapshot: Snapshot, edits: Sequence[Edit]) -> None:
    for edit in edits:
        snapshot.apply(edit)
