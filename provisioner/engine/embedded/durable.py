"""Files that are still there, whole, after the power has failed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

OWNER_ONLY = 0o600
FOLDER_OWNER_ONLY = 0o700


def sync_data(descriptor: int) -> None:
    """Return when what was written to the file is on the disk."""
    getattr(os, "fdatasync", os.fsync)(descriptor)  # macOS has no fdatasync


def sync_folder(folder: Path) -> None:
    """Return when the names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however little the system takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def make_folder(folder: Path) -> None:
    """The folder and those above it, for their owner alone; each name is on the disk when this returns."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=FOLDER_OWNER_ONLY, exist_ok=True)
    sync_folder(folder.parent)


def write_new(file: Path, data: bytes) -> None:
    """The file with this content, whatever it held before, on the disk; its name may not be there yet."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, OWNER_ONLY)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(old: Path, new: Path) -> None:
    """Rename, over `new` if it is there: a reader, and the next boot, sees the old content or the new one."""
    old.replace(new)
    sync_folder(new.parent)
    if old.parent != new.parent:
        sync_folder(old.parent)


def create(file: Path, data: bytes) -> None:
    """A file with this content, unless there is one already, which then stays."""
    make_folder(file.parent)
    ours = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    write_new(ours, data)
    try:
        os.link(ours, file)
    except FileExistsError:
        pass
    finally:
        ours.unlink()
    sync_folder(file.parent)


def remove(file: Path) -> None:
    """No such file any more, also after the next boot."""
    file.unlink(missing_ok=True)
    sync_folder(file.parent)
