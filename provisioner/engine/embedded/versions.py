"""The versions of a stack's state: each that was applied is kept, and any can be recorded again.

Names and entries are those of Pulumi's self-managed backends, so that `pulumi stack history` reads them.
Source: pulumi/pulumi, `pkg/backend/diy/state.go`, `pkg/backend/updates.go`.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from provisioner.engine.embedded import lock
from provisioner.engine.embedded.checkpoint import (
    NO_DESCENT,
    Deployment,
    Descent,
    Unsupported,
    deployment_in,
    deployment_of,
    lineage_of,
    secrets_of,
)
from provisioner.engine.embedded.keys import BY_PHRASE, NO_KEYS, Keys
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.property_json import Malformed
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, Sealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, ResourceState
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.writing_over import write_over
from provisioner.engine.failures import (
    NewerState,
    PassphraseMissing,
    PassphraseWrong,
    StateIsDamaged,
    StateNotWritten,
)
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

    def __init__(self, place: Place, store: StackStore, keys: Keys = NO_KEYS) -> None:
        """The keys are for rolling back to a version that was sealed with an earlier one."""
        self._place = place
        self._store = store
        self._keys = keys
        self._stack = place.stack.partition("/")[2]

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
        try:
            self._place.keep(f"{self._stack}-{time.time_ns()}", json.dumps(entry).encode())
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

    def is_current(self, version: int) -> bool:
        """Whether exactly what a version held is recorded now, sealed with the same key. Raises as `read`."""
        then = self.read(version)[0]
        mine = BlindSealer(self._stack, self.secrets())
        try:
            now = self._store.load(mine).snapshot.records()
        except StateIsDamaged:
            return False
        return then.secrets in (None, mine.state()) and Snapshot(then.records).records() == now

    def roll_back(self, version: int) -> str:
        """Record what a version held, under the key that the state has now; where a backup of the state lies.

        A state that cannot be read is kept byte for byte, and replaced. Raises `SealedOtherwise`,
        `KeyRefused`, `StateBreaksRules`, `StateNotWritten` and what `read` raises.
        """
        began = time.time()
        then, sealer = self._resealed(version)
        pending, backup = self._open_operations(sealer), self._backed_up()
        snapshot = Snapshot(then.records)
        if pending is None:
            write_over(self._place, snapshot, then.pending, sealer, self.last_known()[1])
        else:
            self._store.compact(snapshot, pending, sealer)
        self.keep(Update(kind="import", began=began, message=f"rolled back to version {version}", changes={}))
        return backup

    def secrets(self) -> Mapping[str, Any] | None:
        """The `secrets_providers` of the state; of its newest version, if it cannot be read itself."""
        try:
            return self._store.secrets()
        except StateIsDamaged:
            return self.last_known()[0]

    def last_known(self) -> tuple[Mapping[str, Any] | None, Descent]:
        """`secrets_providers` and descent in the newest version that can be read: those of a lost state."""
        for name in reversed(self._place.versions()):
            with contextlib.suppress(Malformed, Unsupported):
                raw = deployment_in(self._place.version(name) or b"")
                return secrets_of(raw), lineage_of(raw)
        return None, NO_DESCENT

    def _resealed(self, version: int) -> tuple[Deployment, Sealer]:
        """What a version held, and what seals it from now on: an earlier key may have leaked."""
        then, blind = self.read(version)
        now = self.secrets()
        if now is None or then.secrets == now:
            return then, blind
        if then.secrets is None:
            return then, BlindSealer(self._stack, now)
        earlier = self._keys.sealer(self._stack, then.secrets)
        try:
            return self.opened(version, lambda _: earlier), self._keys.proven(self._stack, now)
        except (PassphraseMissing, PassphraseWrong) as closed:
            if then.secrets["type"] == BY_PHRASE:
                raise SealedOtherwise(self._place.stack, version) from closed
            raise
        except BrokenSeal as wrong:
            raise StateIsDamaged(self._place.checkpoint, str(wrong)) from wrong

    def _open_operations(self, sealer: Sealer) -> tuple[Began, ...] | None:
        """Those of the state as it is; None if it cannot be read."""
        try:
            return self._store.load(sealer, _one_of_each).pending
        except StateIsDamaged:
            return None

    def _backed_up(self) -> str:
        try:
            return self._store.back_up()
        except StateIsDamaged:
            return self._store.back_up_files()

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


def _one_of_each(records: tuple[ResourceState, ...]) -> tuple[ResourceState, ...]:
    return tuple({each.key: each for each in records}.values())


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
