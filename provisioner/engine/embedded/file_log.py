"""A journal's bytes in a file."""

from __future__ import annotations

import os
from pathlib import Path

from provisioner.engine.embedded import durable
from provisioner.engine.embedded.framing import End


class FileLog:
    """A file, open at its end. What `write` was given is on the disk when it returns.

    Raises `OSError`, also when it is opened.
    """

    def __init__(self, file: Path, end: End) -> None:
        self._file = file
        self._descriptor = _opened(file, end)

    @property
    def name(self) -> Path:
        """The file."""
        return self._file

    def write(self, data: bytes) -> None:
        """Add the bytes."""
        durable.write_all(self._descriptor, data)
        durable.sync_data(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def _opened(file: Path, end: End) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(file, flags, durable.OWNER_ONLY)
    try:
        os.ftruncate(descriptor, end.offset)
        if not end.is_terminated:
            durable.write_all(descriptor, b"\n")
        os.fsync(descriptor)
        durable.sync_folder(file.parent)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
