"""The versions of a stack's state: each that was applied is kept, and any can be recorded again.

Names and entries are those of Pulumi's self-managed backends, so that `pulumi stack history` reads them.
Source: pulumi/pulumi, `pkg/backend/diy/state.go`, `pkg/backend/updates.go`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from provisioner.engine.embedded import lock
from provisioner.engine.embedded.checkpoint import (
    Deployment,
    Unsupported,
    deployment_in,
    deployment_of,
    secrets_of,
)
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.property_json import Malformed
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, Sealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import NewerState, StateIsDamaged, StateNotWritten
from provisioner.engine.interface import Recorded, Version
from provisioner.engine.state_failures import NoSuchVersion, SealedOtherwise

_BY: Final = "provisioner.by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What is to be said about a version."""

    kind: str
    began: float
    """Seconds since 1970."""

    message: str = ""
    is_whole: bool = True
    """Whether everything that was asked for was done."""

    changes: Mapping[str, int]


class Versions:
    """The versions of one stack; `Archive` of the interface. Whoever writes holds the lock."""

    def __init__(self, place: Place, store: StackStore) -> None:
        self._place = place
        self._store = store

    def keep(self, update: Update) -> None:
        """Keep the state file as it is now. Raises `StateNotWritten`."""
        now = time.time()
        entry = {
            "version": len(self._place.versions()) + 1,
            "kind": update.kind,
            "startTime": int(update.began),
            "message": update.message,
            "environment": {_BY: "{username}@{hostname}".format(**lock.ourselves())},
            "config": {},
            "result": "succeeded" if update.is_whole else "failed",
            "endTime": int(now),
            "resourceChanges": dict(update.changes),
        }
        stack = self._place.stack.partition("/")[2]
        try:
            self._place.keep(f"{stack}-{time.time_ns()}", json.dumps(entry).encode())
        except OSError as refused:
            raise StateNotWritten(self._place.checkpoint, refused.strerror or str(refused)) from refused

    def lineage(self) -> tuple[str, int]:
        """The name of the first version, which no other state has, and how many versions there are."""
        names = self._place.versions()
        return (names[0] if names else ""), len(names)

    def newest(self, count: int) -> tuple[Version, ...]:
        """What is said about the newest ones, the newest first; at most so many."""
        numbered = [*enumerate(self._place.versions(), 1)][-count:]
        return tuple(_version(n, name, self._place.entry(name) or b"") for n, name in reversed(numbered))

    def resources(self, version: int) -> tuple[Recorded, ...]:
        """What a version held, dependencies first. Raises what `read` raises."""
        return recorded(self.read(version)[0].records)

    def roll_back(self, version: int) -> str:
        """Record what a version held; where a backup of the state before lies.

        Raises `SealedOtherwise`, `StateBreaksRules`, `StateNotWritten` and what `read` raises.
        """
        began = time.time()
        then, sealer = self.read(version)
        now = self._store.load(sealer if sealer.state() == self._sealer().state() else self._sealer())
        if now.pending and sealer.state() != self._sealer().state():
            raise SealedOtherwise(self._place.stack)
        backup = self._store.back_up()
        self._store.compact(Snapshot(then.records), now.pending, sealer)
        self.keep(Update(kind="import", began=began, message=f"rolled back to version {version}", changes={}))
        return backup

    def _sealer(self) -> BlindSealer:
        return BlindSealer(self._place.stack, self._store.secrets())

    def read(self, number: int) -> tuple[Deployment, BlindSealer]:
        """What a version held, its secrets sealed, and the sealer that has seen them.

        Raises `NoSuchVersion`, `StateIsDamaged` and `NewerState`.
        """
        made: list[BlindSealer] = []

        def blind(secrets: Mapping[str, Any] | None) -> BlindSealer:
            made.append(BlindSealer(self._place.stack, secrets))
            return made[0]

        return self.opened(number, blind), made[0]

    def opened(self, number: int, sealer_for: Callable[[Mapping[str, Any] | None], Sealer]) -> Deployment:
        """What a version held; `sealer_for` gets its `secrets_providers`.

        Raises what `read` raises, and what the sealer does but `BrokenSeal`.
        """
        names = self._place.versions()
        name = names[number - 1] if 0 < number <= len(names) else ""
        data = self._place.version(name) if name else None
        if data is None:
            raise NoSuchVersion(number, len(names))
        try:
            raw = deployment_in(data)
            return deployment_of(raw, sealer_for(secrets_of(raw)))
        except (Malformed, BrokenSeal) as wrong:
            raise StateIsDamaged(name, str(wrong)) from wrong
        except Unsupported as newer:
            raise NewerState(name, str(newer)) from newer


def recorded(records: Iterable[ResourceState]) -> tuple[Recorded, ...]:
    """Records as other parts of the product see them."""
    return tuple(
        Recorded(
            urn=state.urn,
            type=state.type,
            id=state.id,
            parent=state.parent,
            custom=state.custom,
            protect=state.protect,
            pending_deletion=state.delete,
            inputs=state.inputs,
            outputs=state.outputs,
        )
        for state in records
    )


def _version(number: int, name: str, entry: bytes) -> Version:
    """A version whose entry is damaged is still one: its number and its time are in its name."""
    told = _told(entry)
    nanoseconds = name.rpartition("-")[2]
    at = int(nanoseconds) / 1e9 if nanoseconds.isdecimal() else 0.0
    around = told.get("environment")
    changes = told.get("resourceChanges")
    return Version(
        number=number,
        kind=str(told.get("kind", "")),
        time=datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        by=str(cast("dict[str, Any]", around).get(_BY, "")) if isinstance(around, dict) else "",
        message=str(told.get("message", "")),
        result=str(told.get("result", "")),
        changes=cast("dict[str, int]", changes) if isinstance(changes, dict) else {},
    )


def _told(entry: bytes) -> dict[str, Any]:
    try:
        told: Any = json.loads(entry)
    except ValueError:
        return {}
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}
