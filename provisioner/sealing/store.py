"""Where sealed models lie: below the digest of their bytes, each with its signature beside it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol
from urllib.parse import urlsplit

from components.fetch_sealed_model import FILE
from provisioner.engine.model_failures import ModelNotRead

SIGNATURE: Final = "signature.json"
"""The DSSE envelope, beside the sealed file."""


def place_of(model: str, digest: str) -> str:
    """The folder of a sealed model in its store: `ranker/sha256-…`."""
    return f"{model}/{digest.replace(':', '-')}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is being written, and cannot be told from a finished one by its name alone."""

    stream: IO[bytes]
    file: Path


class Store(Protocol):
    """A place for sealed models."""

    def draft(self) -> AbstractContextManager[Draft]:
        """A context with a `Draft`; what is not kept is removed at its end."""
        ...

    def keep(self, draft: Draft, place: str) -> str:
        """The finished file in its place; its address. Raises `ModelNotRead`, `Refused`."""
        ...

    def note(self, place: str, envelope: Mapping[str, Any]) -> None:
        """The signature beside it. Raises `ModelNotRead`, `Refused`."""
        ...


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder of this machine, or one that is mounted here."""

    root: Path

    @contextmanager
    def draft(self) -> Generator[Draft]:
        """A file in the folder, so that it can be renamed at once."""
        with as_not_read(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        with _file_in(self.root) as draft:
            yield draft

    def keep(self, draft: Draft, place: str) -> str:
        """The path of the file."""
        file = self.root / place / FILE
        with as_not_read(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.stream.flush()
            os.fsync(draft.stream.fileno())
            draft.file.chmod(0o644)
            draft.file.replace(file)
        return str(file)

    def note(self, place: str, envelope: Mapping[str, Any]) -> None:
        """A file beside it."""
        file = self.root / place / SIGNATURE
        with as_not_read(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_text(envelope))


@dataclass(frozen=True, slots=True)
class BucketStore:
    """A bucket, or a part of one."""

    bucket: str
    prefix: str
    upload: Callable[[Path, str, str], None]
    """A file into a bucket, under a key. Raises `Refused`."""
    scheme: str = "s3"
    """`store`, where it is the environment's own."""

    @contextmanager
    def draft(self) -> Generator[Draft]:
        """A file on this machine: where it belongs is known when its digest is."""
        with tempfile.TemporaryDirectory() as folder, _file_in(Path(folder)) as draft:
            yield draft

    def keep(self, draft: Draft, place: str) -> str:
        """The address of the object, as an environment file writes it."""
        draft.stream.flush()
        self.upload(draft.file, self.bucket, self._key(place, FILE))
        where = f"{self.prefix}{place}/{FILE}"
        return f"store://{where}" if self.scheme == "store" else f"s3://{self.bucket}/{where}"

    def note(self, place: str, envelope: Mapping[str, Any]) -> None:
        """An object beside it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, SIGNATURE)
            file.write_text(_text(envelope))
            self.upload(file, self.bucket, self._key(place, SIGNATURE))

    def _key(self, place: str, name: str) -> str:
        return f"{self.prefix}{place}/{name}"


def bucket_of(address: str) -> tuple[str, str]:
    """The bucket of `s3://bucket/prefix`, and the prefix with a slash at its end, or empty."""
    parts = urlsplit(address)
    prefix = parts.path.strip("/")
    return parts.netloc, f"{prefix}/" if prefix else ""


@contextmanager
def _file_in(folder: Path) -> Generator[Draft]:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".sealing-", delete=False) as stream:
        file = Path(stream.name)
        try:
            yield Draft(stream, file)
        finally:
            file.unlink(missing_ok=True)


@contextmanager
def as_not_read(file: Path) -> Generator[None]:
    """Within it, what the system says of a file is a `ModelNotRead`; `file` where it names none."""
    try:
        yield
    except OSError as failed:
        raise ModelNotRead(str(failed.filename or file), failed.strerror or str(failed)) from failed


def _text(envelope: Mapping[str, Any]) -> str:
    return json.dumps(envelope, indent=2) + "\n"
