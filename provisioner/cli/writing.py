"""Writing a file that was asked for, without losing one that is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from provisioner.engine.failures import FileExists, FileNotWritten

OWNER_ONLY: Final = 0o600
EXECUTABLE: Final = 0o777
EVERYBODY: Final = 0o666
"""As far as the person's umask lets them."""


def write_new(file: Path, data: bytes, mode: int = EVERYBODY) -> None:
    """The file with this content. Raises `FileExists` if there is one, and `FileNotWritten`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(file):
            raise FileExists(file)
        _make(file, data, mode)
    except OSError as refused:
        raise FileNotWritten(file, refused.strerror or str(refused)) from refused


def write_over(file: Path, data: bytes, is_ours: Callable[[bytes], bool], mode: int = EVERYBODY) -> None:
    """The same, also in place of a file that `is_ours` by its content; the old one stays until then."""
    try:
        if file.exists() and not is_ours(file.read_bytes()):
            raise FileExists(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{os.getpid()}")
        new.unlink(missing_ok=True)  # of a process that was killed, and had the same number
        _make(new, data, mode)
        new.replace(file)
    except OSError as refused:
        # The file that was asked for: nobody knows the other one.
        raise FileNotWritten(file, refused.strerror or str(refused)) from refused


def _make(file: Path, data: bytes, mode: int) -> None:
    # Between a look and this, somebody may have made it: then this refuses.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
