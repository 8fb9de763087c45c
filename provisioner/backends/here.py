"""What this machine keeps for itself of a stack whose state is in a bucket.

A lock of the kernel's, so that one process at a time works on the stack from this folder; a note by which a
lease is known as that of such a process; and a copy of the journal, while the bucket may not have all of it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from provisioner.engine.embedded import durable, lock
from provisioner.engine.embedded.file_log import FileLog
from provisioner.engine.embedded.framing import End
from provisioner.engine.failures import StateNotWritten


class Here:
    """The files of one stack. Raises `StateNotWritten` if the disk refuses."""

    def __init__(self, root: Path, project: str, stack: str, earlier: Path | None = None) -> None:
        """`earlier` is the folder that an earlier version kept journals in, be it of another endpoint."""
        self.note = root / "leases" / project / f"{stack}.token"
        self.journal = root / "journals" / project / f"{stack}.jsonl"
        self._lock = root / "locks" / project / f"{stack}.json"
        self._aside = root / "backups" / project / stack
        self.earlier = earlier / "journals" / project / f"{stack}.jsonl" if earlier else None

    def lock(self, stack: str) -> AbstractContextManager[None]:
        """One process at a time. Raises `StateIsLocked`."""
        return lock.held(self._lock, stack)

    def holder(self) -> str | None:
        """Which process of this folder works on the stack."""
        return lock.holder(self._lock)

    def mirror(self, before: bytes, end: End) -> FileLog:
        """The copy of the journal, open at its end; it starts with what the bucket has."""
        with self._writing():
            if (self.kept() or b"") != before:
                durable.make_folder(self.journal.parent)
                durable.write_new(self.journal, before)
            durable.make_folder(self.journal.parent)
            return FileLog(self.journal, end)

    def drop_journal(self) -> None:
        """No copy any more: the bucket has it all, in one form or another."""
        if self.journal.exists():
            with self._writing():
                durable.remove(self.journal)

    def kept(self) -> bytes | None:
        """The copy of the journal; None if there is none."""
        return _bytes_of(self.journal)

    def kept_earlier(self) -> bytes | None:
        """The copy that an earlier version kept, of this bucket or of another one of its name."""
        return _bytes_of(self.earlier) if self.earlier else None

    def adopt(self) -> None:
        """Make the copy of an earlier version the one of this bucket."""
        if self.earlier is not None:
            with self._writing():
                durable.make_folder(self.journal.parent)
                durable.move(self.earlier, self.journal)

    def set_aside(self) -> None:
        """Move the copy to the backups."""
        with self._writing():
            durable.make_folder(self._aside)
            durable.move(self.journal, self._aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl")

    @contextmanager
    def _writing(self) -> Generator[None]:
        try:
            yield
        except OSError as refused:
            raise StateNotWritten(self.journal, refused.strerror or str(refused)) from refused


def _bytes_of(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
