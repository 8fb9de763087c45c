"""State in a folder of this machine: the layout of Pulumi's self-managed backends (`pkg/backend/diy`).

Journals are ours; so is the lock, which the kernel frees when its holder dies (`lock.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from provisioner.engine.embedded import durable, lock
from provisioner.engine.embedded.file_log import FileLog
from provisioner.engine.embedded.framing import End
from provisioner.engine.embedded.place import Content, Taken
from provisioner.engine.failures import StateIsLocked

_META = b"version: 1\n"
_ENTRY = ".history.json"
_STATE = ".checkpoint.json"


class Folder:
    """The stacks below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, project: str, stack: str) -> FolderPlace:
        """Where one of them lies."""
        return FolderPlace(self._root, project, stack)

    def names(self, project: str) -> tuple[str, ...]:
        """The stacks of a project that have any state, by name."""
        home = self._root / ".pulumi"
        files = (*(home / "stacks" / project).glob("*.json"), *(home / "journals" / project).glob("*.jsonl"))
        return tuple(sorted({file.stem for file in files}))


class FolderPlace:
    """The files of one stack. Errors of the disk are `OSError`."""

    settles_always = False

    def __init__(self, root: Path, project: str, stack: str) -> None:
        home = root / ".pulumi"
        self.stack = f"{project}/{stack}"
        self.checkpoint = home / "stacks" / project / f"{stack}.json"
        self.journal = home / "journals" / project / f"{stack}.jsonl"
        self._meta = home / "meta.yaml"
        self._backup = self.checkpoint.with_name(f"{stack}.json.bak")
        self._lock = home / "locks" / project / f"{stack}.json"
        self._backups = home / "backups" / project / stack
        self._history = home / "history" / project / stack

    def content(self) -> Content:
        """State file and journal, also while another process replaces them."""
        while True:
            stamp = _stamp(self.checkpoint)
            content = Content(_bytes_of(self.checkpoint), _bytes_of(self.journal))
            if stamp == _stamp(self.checkpoint):
                return content

    @contextmanager
    def lock(self) -> Generator[Taken]:
        """Hold the stack's lock. Raises `StateIsLocked` with its holder."""
        with lock.held(self._lock, self.stack):
            yield Taken.FREE

    def holder(self) -> str | None:
        """Who holds the lock; None: nobody."""
        return lock.holder(self._lock)

    def abandoned(self) -> str | None:
        """Nobody, ever: the lock of a process that dies is free. Raises `StateIsLocked` if it lives."""
        if (holder := self.holder()) is not None:
            raise StateIsLocked(self.stack, holder)
        return None

    def log(self, end: End) -> FileLog:
        """The journal, open at `end`; what is behind it is cut off."""
        self._make_folders()
        return FileLog(self.journal, end)

    def drop_journal(self) -> None:
        """No journal any more."""
        self._make_folders()
        durable.remove(self.journal)

    def replace(self, new: bytes, old: bytes | None, settle: Callable[[], None]) -> None:
        """Put a new state file in the place of `old`, and drop the journal.

        Every step leaves files that can be read.
        """
        self._make_folders()
        beside = self.checkpoint.with_name(f"{self.checkpoint.name}.new")
        durable.write_new(beside, new)
        if old is not None:
            backup = self._backup.with_name(f"{self._backup.name}.new")
            durable.write_new(backup, old)
            durable.move(backup, self._backup)
        settle()
        durable.move(beside, self.checkpoint)
        durable.remove(self.journal)

    def set_aside(self, folder: str) -> Path:
        """Move everything about the stack into a folder for backups, which comes back."""
        where = self._backups / folder
        durable.make_folder(where)
        for file in (self.journal, self.checkpoint, self._backup, self._history):
            if file.exists():
                durable.move(file, where / (file.name if file is not self._history else "history"))
        return where

    def back_up(self, file: str, data: bytes) -> Path:
        """Keep the bytes under this name among the backups; where they are comes back."""
        durable.create(self._backups / file, data)
        return self._backups / file

    def keep(self, version: str, entry: bytes) -> None:
        """Keep the state file as it is now as a version with this name, and what is to be said about it."""
        durable.make_folder(self._history)
        # A state file is never written to, only replaced: a second name for it costs nothing.
        state = self._history / f"{version}{_STATE}"
        try:
            state.hardlink_to(self.checkpoint)
        except OSError:  # not on every file system
            durable.write_new(state, self.checkpoint.read_bytes())
        durable.create(self._history / f"{version}{_ENTRY}", entry)

    def versions(self) -> tuple[str, ...]:
        """The names of the versions, in order."""
        return tuple(sorted(file.name.removesuffix(_ENTRY) for file in self._history.glob(f"*{_ENTRY}")))

    def entry(self, version: str) -> bytes | None:
        """What is said about a version."""
        return _bytes_of(self._history / f"{version}{_ENTRY}")

    def version(self, name: str) -> bytes | None:
        """The state file of a version."""
        return _bytes_of(self._history / f"{name}{_STATE}")

    def kept(self) -> None:
        """Nothing: what can be written at all is written here."""

    def adopt_kept(self) -> None:
        """Nothing is ever kept elsewhere."""

    def catch_up(self, rest: bytes) -> None:
        """Nothing is ever kept elsewhere."""

    def drop_kept(self) -> None:
        """Nothing is ever kept elsewhere."""

    def set_kept_aside(self) -> None:
        """Nothing is ever kept elsewhere."""

    def _make_folders(self) -> None:
        for folder in (self.checkpoint.parent, self.journal.parent):
            durable.make_folder(folder)
        if not self._meta.exists():
            durable.create(self._meta, _META)


def _bytes_of(file: Path) -> bytes | None:
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
