"""The record of the running local cloud: one small file, written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

FORMAT: Final = 4
"""Version of the record, and of what the server behind it can do: raised whenever either changes.

A record of another version is no record, so that a server which an older version of the tool has started is
replaced by a new one, and ends by itself.
"""

IDENTITY: Final = "/provisioner/identity"
"""The path at which a server says which one it is; no AWS service uses it."""

READY: Final = b"ready"
"""What a server tells who started it, once it can be used."""

START_WITHIN: Final = 60
"""Seconds: a start that takes longer has failed, and ends itself."""


@dataclass(frozen=True, slots=True)
class Record:
    """One server of the local cloud. Its objects live as long as its process."""

    id: str
    """Drawn at random when the server starts: another id means other, and at first no, objects."""

    pid: int
    endpoint: str
    """`http://127.0.0.1:<port>`."""

    started: str
    """RFC 3339, UTC."""


def read(file: Path) -> Record | None:
    """What the file says; None if there is none, or none that this version can read."""
    try:
        return parsed(file.read_text())
    except OSError:
        return None


def parsed(text: str) -> Record | None:
    """The record in a file's text; None if it is not one of this version."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return _record(cast("dict[str, Any]", found)) if isinstance(found, dict) else None


def write(file: Path, record: Record) -> None:
    """Put the record in place; a reader sees the old one or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    beside.write_text(json.dumps({"format": FORMAT, **asdict(record)}, indent=2) + "\n")
    beside.replace(file)


def _record(found: dict[str, Any]) -> Record | None:
    if found.get("format") != FORMAT:
        return None
    match found:
        case {
            "id": str(id),
            "pid": int(pid),
            "endpoint": str(endpoint),
            "started": str(started),
        }:
            return Record(id, pid, endpoint, started)
        case _:
            return None
