"""A model as one sealed file: an archive of names and contents, encrypted while it is written.

The format is told in `components/fetch_sealed_model.py`, which opens it. Nothing but the newest segment is in
memory, and nothing of the archive ever on a disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, cast

from components.fetch_sealed_model import (
    CIPHER,
    LENGTH_BYTES,
    MARK,
    PREFIX_BYTES,
    SALT_BYTES,
    SEGMENT,
    STREAM_HEAD,
    TAG_BYTES,
    cipher_of,
    nonce_of,
)
from provisioner.engine.model_failures import ModelNotRead

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_READABLE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written."""

    digest: str
    """`sha256:…` of the sealed file."""

    files: int
    size: int
    """Bytes of the sealed file."""


def files_of(path: Path) -> Sequence[tuple[str, Path]]:
    """The files of a model by their names in it, sorted; a model that is one file has its own name.

    Links to files are followed, those to folders are not. Raises `ModelNotRead`.
    """
    if path.is_file():
        return [(path.name, path)]
    if not path.is_dir():
        raise ModelNotRead(str(path), "there is no such file or folder")
    found = [Path(at, name) for at, _, names in os.walk(path, onerror=_not_listed) for name in names]
    if strange := next((each for each in found if not each.is_file()), None):
        raise ModelNotRead(str(strange), "it is neither a file nor a folder, or it leads to none")
    if not found:
        raise ModelNotRead(str(path), "there is no file in it")
    return sorted((each.relative_to(path).as_posix(), each) for each in found)


def _not_listed(failed: OSError) -> None:
    raise ModelNotRead(str(failed.filename), failed.strerror or "it cannot be listed") from failed


def seal(path: Path, into: IO[bytes], header: Mapping[str, Any], key: bytes) -> Sealed:
    """Write the model, sealed. Raises `ModelNotRead`, and `OSError` if the place is full."""
    files = files_of(path)
    text = json.dumps({**header, "cipher": CIPHER}, sort_keys=True, separators=(",", ":")).encode()
    out = _Counted(into)
    associated = MARK + len(text).to_bytes(LENGTH_BYTES, "big") + text
    out.write(associated)
    stream = _Segments(out, key, associated)
    with tarfile.open(fileobj=cast("BinaryIO", stream), mode="w|", bufsize=SEGMENT) as archive:
        cast("Any", archive).copybufsize = SEGMENT
        for name, file in files:
            _add(archive, name, file)
    stream.close()
    return Sealed(out.digest(), len(files), out.size)


def _add(archive: tarfile.TarFile, name: str, file: Path) -> None:
    try:
        with file.open("rb") as content:
            entry = tarfile.TarInfo(name)
            # Neither times nor owners: the same files make the same archive.
            entry.size, entry.mode = os.fstat(content.fileno()).st_size, _READABLE
            archive.addfile(entry, content)
    except OSError as failed:
        reason = failed.strerror or "it became shorter while it was read"
        raise ModelNotRead(str(file), reason) from failed


class _Counted:
    """A file that knows the digest and the size of what went into it."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        self._into.write(content)
        self._digest.update(content)
        self.size += len(content)

    def digest(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


class _Segments:
    """What is written goes on encrypted, a segment at a time; `close` writes the last one."""

    def __init__(self, out: _Counted, key: bytes, associated: bytes) -> None:
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        out.write(bytes([STREAM_HEAD]) + salt + self._prefix)
        self._cipher: AESGCM = cipher_of(key, salt, associated)
        self._out = out
        self._number = 0
        self._room = SEGMENT - STREAM_HEAD - TAG_BYTES
        self._waiting = bytearray()

    def write(self, content: bytes) -> int:
        self._waiting += content
        # One that is full may be the last one, which only what comes after it tells.
        while len(self._waiting) > self._room:
            self._encrypt(bytes(self._waiting[: self._room]), is_last=False)
            del self._waiting[: self._room]
            self._number, self._room = self._number + 1, SEGMENT - TAG_BYTES
        return len(content)

    def close(self) -> None:
        self._encrypt(bytes(self._waiting), is_last=True)

    def _encrypt(self, content: bytes, *, is_last: bool) -> None:
        nonce = nonce_of(self._prefix, self._number, is_last=is_last)
        self._out.write(self._cipher.encrypt(nonce, content, None))
