"""The schemas of custom kinds that this machine keeps, to check objects where no cluster is asked.

Layout, in the user's cache: one index for each chart and version, which says by digest how its kinds look;
and what has a digest, in `objects`. An index is replaced as a whole, and what has a digest never changes, so
whoever reads meanwhile sees the old or the new. All of it can be had again: the folder may be deleted.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.conformity import Schema
from provisioner.providers.kubernetes.custom_schemas import Defined
from provisioner.providers.kubernetes.objects import Kind

FORMAT: Final = 1
"""Of what is kept. Another one is not read: it is fetched again."""

OTHERS: Final = "others"
"""Index of kinds that no chart of ours brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What brings kinds into a cluster: a chart, or a controller that is there before."""

    name: str
    version: str
    kinds: tuple[str, ...]
    """`<group>/<kind>`."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind in an index."""

    digest: str
    """`sha256:…` of how it looks."""

    taken_from: str
    """Address, or file, that its definition was in."""


class SchemaStore:
    """The folder with them. What is missing or damaged in it is not there."""

    def __init__(self, folder: Path, origins: Sequence[Origin] = (), hint: str = "") -> None:
        self.folder = folder
        self.origins = tuple(origins)
        """Who brings kinds here, at the versions that count."""

        self.hint = hint
        """What to type so that they are here."""

        self._indexes: dict[str, Mapping[str, Entry]] = {}

    def found(self, group: str, kind: str) -> Defined | None:
        """How objects of a kind look, in the version of the software that counts; None: that is not here."""
        named = f"{group}/{kind}"
        origin = next((each for each in self.origins if named in each.kinds), None)
        name = _index_name(origin)
        if name not in self._indexes:
            self._indexes[name] = self._index(name)
        entry = self._indexes[name].get(named)
        versions = None if entry is None else self._object(entry.digest)
        if entry is None or versions is None:
            return None
        source = f"{origin}, taken from {entry.taken_from}" if origin else entry.taken_from
        return Defined(source, {Kind(f"{group}/{version}", kind): one for version, one in versions.items()})

    def entries(self, origin: Origin | None) -> Mapping[str, Entry]:
        """What is whole of an origin's kinds, by `<group>/<kind>`; None: those that no origin brings."""
        found = self._index(_index_name(origin))
        return {kind: each for kind, each in found.items() if self._object(each.digest) is not None}

    def keep(
        self, origin: Origin | None, found: Mapping[str, Mapping[Kind, Schema]], taken_from: str
    ) -> None:
        """Keep how these kinds look, beside what is kept of the origin. Raises `Refused`."""
        try:
            with self._alone():
                kept = {kind: self._written(schemas) for kind, schemas in found.items()}
                new = {kind: {"digest": digest, "from": taken_from} for kind, digest in kept.items()}
                name = _index_name(origin)
                old = {
                    kind: {"digest": each.digest, "from": each.taken_from}
                    for kind, each in self._index(name).items()
                }
                index = {"format": FORMAT, "kinds": {**old, **new}}
                _replace(self.folder / f"{name}.json", json.dumps(index, indent=1, sort_keys=True).encode())
        except OSError as failed:
            raise Refused(f"{self.folder} cannot be written: {failed}") from failed
        self._indexes.clear()

    def _written(self, schemas: Mapping[Kind, Schema]) -> str:
        by_version = {kind.version.rpartition("/")[2]: schema for kind, schema in schemas.items()}
        text = json.dumps(by_version, sort_keys=True, separators=(",", ":")).encode()
        digest = _digest(text)
        _replace(self._file(digest), text)
        return digest

    def _index(self, name: str) -> Mapping[str, Entry]:
        content = _read(self.folder / f"{name}.json")
        if content is None or content.get("format") != FORMAT:
            return {}
        try:
            return {
                kind: Entry(row["digest"], row["from"])
                for kind, row in cast("dict[str, dict[str, str]]", content["kinds"]).items()
            }
        except (AttributeError, KeyError, TypeError):
            return {}

    def _object(self, digest: str) -> Mapping[str, Schema] | None:
        return _read(self._file(digest), digest)

    def _file(self, digest: str) -> Path:
        return self.folder / "objects" / f"{digest.removeprefix('sha256:')}.json"

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One at a time adds to an index."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def store_folder() -> Path:
    """Where they are kept for this user (XDG Base Directory Specification: a relative path is ignored)."""
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (said if said.is_absolute() else Path.home() / ".cache") / "provisioner" / "schemas"


def _index_name(origin: Origin | None) -> str:
    return f"{origin.name}-{origin.version}" if origin else OTHERS


def _digest(text: bytes) -> str:
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _read(file: Path, digest: str = "") -> dict[str, Any] | None:
    """What a file says; None if it is not there, or not what was written."""
    try:
        text = file.read_bytes()
        content: Any = json.loads(text) if not digest or _digest(text) == digest else None
    except (OSError, ValueError):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def _replace(file: Path, text: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as beside:
        beside.write(text)
    Path(beside.name).replace(file)
