"""What a run is about to do and what came of it, kept safe before anything else happens.

A killed run is finished from it. The first line names the state file that the journal continues; the last
one, if a compaction came that far, names the state file that holds everything in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from provisioner.engine.embedded.checkpoint import record_json, record_of
from provisioner.engine.embedded.framing import End, framed, scan
from provisioner.engine.embedded.place import Log
from provisioner.engine.embedded.property_json import Malformed, compact, parsed
from provisioner.engine.embedded.record_texts import RecordTexts
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.state import Began, Drop, Edit, Ended, Entry, Key, Noted, Put, Rename
from provisioner.engine.failures import Failure, StateNotWritten

VERSION = 1


class NewerJournal(ValueError):
    """The journal was written by a newer version; says which."""


_SECRETS = b'"kind":"secrets"'
"""In a line that says them, and perhaps in others."""


@dataclass(frozen=True)
class Written:
    """What is in a journal's file."""

    base: str
    """SHA-256 of the state file it continues; empty if there was none."""

    payloads: Sequence[bytes]
    """The JSON of all lines but the first, in their order."""

    end: End
    secrets_before: Mapping[str, Any] | None = None
    """The `secrets_providers` of that state file; None also in a journal of an older version."""

    @cached_property
    def lines(self) -> tuple[Mapping[str, Any], ...]:
        """All but the first, in their order, as they were written (`entry_of`). Raises `Malformed`."""
        return tuple(map(_line, self.payloads))

    @property
    def secrets(self) -> Mapping[str, Any] | None:
        """The newest `secrets_providers` in it. Raises `Malformed`."""
        likely = map(_line, (payload for payload in reversed(self.payloads) if _SECRETS in payload))
        return next((line["secrets"] for line in likely if line["kind"] == "secrets"), self.secrets_before)

    @property
    def settled(self) -> str | None:
        """SHA-256 of the state file that holds everything in the journal; None if it names none."""
        if not self.payloads:
            return None
        last = _line(self.payloads[-1])
        return last["checkpoint"] if last["kind"] == "settled" else None


def written_in(data: bytes) -> Written | None:
    """What is in the content of a journal's file; None if not even its first line is whole.

    Raises `framing.Damaged`, `Malformed` and `NewerJournal`.
    """
    payloads, end = scan(data)
    if not payloads:
        return None
    match _line(payloads[0]):
        case {"kind": "journal", "version": int(version), "base": str(base)} as first:
            if version > VERSION:
                raise NewerJournal(f"journal {version}")
            return Written(base, payloads[1:], end, first.get("secrets"))
        case _:
            raise Malformed("its first line is not a journal's")


def _line(payload: bytes) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", parsed(payload))


class Journal:
    """A log of entries, open for the next one. Any thread may append.

    Appends that meet share one write. A salt that the sealer makes on the way is in the journal before the
    first value that needs it.
    """

    def __init__(self, log: Log, sealer: Sealer, end: End, known: Mapping[str, Any] | None) -> None:
        """Go on in a log that is open at `end`; `known` are the `secrets_providers` that are written."""
        self._log: Log | None = log
        self._name = log.name
        self._sealer = sealer
        self.texts = RecordTexts(sealer)
        self._secrets = known
        self._sum = end.sum
        self._queued = self._durable = end.lines
        self._waiting: list[bytes] = []
        self._failure = ""
        self._cut_off: Failure | None = None
        self._is_writing = False
        self._changed = threading.Condition(threading.Lock())

    def append(self, entry: Entry) -> None:
        """Record the entry; when this returns it is safe.

        Raises `StateNotWritten`, and goes on doing so: after a failed write nobody knows what is there. Where
        the state is not on this machine, raises what keeps us from it, and the entry is safe here only.
        """
        self._write(self._text(entry))

    def settle(self, checkpoint: str) -> None:
        """Say that the state file with this SHA-256 holds everything up to here."""
        self._write(compact({"kind": "settled", "checkpoint": checkpoint}))

    def start(self, stack: str, base: str) -> None:
        """Write the first line. It names the key, so that no value is ever taken for one of another key."""
        sealed = {"secrets": self._secrets} if self._secrets else {}
        line = {"kind": "journal", "version": VERSION, "stack": stack, "base": base, **sealed}
        self._write(compact(line), is_first=True)

    def close(self) -> None:
        """Let go of the log; what was appended is safe already."""
        with self._changed:
            while self._is_writing:
                self._changed.wait()
            if self._log is not None:
                self._log.close()
                self._log = None

    def _text(self, entry: Entry) -> str:
        """The entry as a line has it; what it puts is kept for the state file."""
        match entry:
            case Ended(operation, edits):
                return f'{{"kind":"ended","operation":{operation},"edits":[{self._edits(edits)}]}}'
            case Noted(edits):
                return f'{{"kind":"noted","edits":[{self._edits(edits)}]}}'
            case Began():
                return compact(entry_json(entry, self._sealer))

    def _edits(self, edits: Iterable[Edit]) -> str:
        return ",".join(
            f'{{"put":{self.texts.kept(edit.state)}}}'
            if isinstance(edit, Put)
            else compact(_edit_json(edit, self._sealer))
            for edit in edits
        )

    def _write(self, text: str, *, is_first: bool = False) -> None:
        with self._changed:
            if self._log is None:
                raise ValueError("the journal is closed")
            secrets = self._sealer.state()
            if secrets != self._secrets and not is_first:
                self._secrets = secrets
                self._enqueue(compact({"kind": "secrets", "secrets": secrets}))
            number = self._enqueue(text)
            while self._durable < number:
                if self._failure:
                    raise StateNotWritten(self._name, self._failure, is_journaled=self._durable > 1)
                if self._is_writing:
                    self._changed.wait()
                else:
                    self._flush(self._log)
            if self._cut_off is not None:
                raise self._cut_off

    def _enqueue(self, line: str) -> int:
        data, self._sum = framed(f'{{"n":{self._queued},{line[1:]}', self._sum)
        self._waiting.append(data)
        self._queued += 1
        return self._queued

    def _flush(self, log: Log) -> None:
        """Write what is waiting, for all who wait for it; the lock is free meanwhile."""
        data, last = b"".join(self._waiting), self._queued
        self._waiting.clear()
        self._is_writing = True
        self._changed.release()
        failure = "the write was interrupted"
        try:
            log.write(data)
            failure = ""
        except OSError as refused:
            failure = _reason(refused)
        except Failure as cut_off:
            failure, self._cut_off = "", cut_off
        finally:
            self._changed.acquire()
            self._is_writing = False
            self._failure = failure
            self._durable = self._durable if failure else last
            self._changed.notify_all()


def _reason(refused: OSError) -> str:
    return refused.strerror or str(refused)


def entry_json(entry: Entry, sealer: Sealer) -> dict[str, Any]:
    """The entry as a line has it."""
    match entry:
        case Began(operation, kind, goal):
            return {"kind": "began", "operation": operation, "type": kind, "goal": record_json(goal, sealer)}
        case Ended(operation, edits):
            return {"kind": "ended", "operation": operation, "edits": _edits_json(edits, sealer)}
        case Noted(edits):
            return {"kind": "noted", "edits": _edits_json(edits, sealer)}


def entry_of(line: Mapping[str, Any], sealer: Sealer) -> Entry | None:
    """The entry of a line; None for a line that is none. Raises `Malformed`."""
    match line:
        case {"kind": "began", "operation": int(operation), "type": str(kind), "goal": goal}:
            return Began(operation, kind, record_of(goal, sealer))
        case {"kind": "ended", "operation": int(operation), "edits": edits}:
            return Ended(operation, _edits_of(edits, sealer))
        case {"kind": "noted", "edits": edits}:
            return Noted(_edits_of(edits, sealer))
        case {"kind": "secrets" | "settled"}:
            return None
        case _:
            raise Malformed(f"line {line.get('n')} is of no known kind")


def _edits_json(edits: Iterable[Edit], sealer: Sealer) -> list[dict[str, Any]]:
    return [_edit_json(edit, sealer) for edit in edits]


def _edit_json(edit: Edit, sealer: Sealer) -> dict[str, Any]:
    match edit:
        case Put(state):
            return {"put": record_json(state, sealer)}
        case Drop(Key(urn, condemned_id)):
            return {"drop": urn, **({"id": condemned_id} if condemned_id else {})}
        case Rename(old, new):
            return {"rename": old, "to": new}


def _edits_of(raw: Iterable[Any], sealer: Sealer) -> tuple[Edit, ...]:
    return tuple(_edit_of(each, sealer) for each in raw)


def _edit_of(raw: Any, sealer: Sealer) -> Edit:
    match raw:
        case {"put": state}:
            return Put(record_of(state, sealer))
        case {"drop": str(urn), **rest}:
            return Drop(Key(urn, rest.get("id", "")))
        case {"rename": str(old), "to": str(new)}:
            return Rename(old, new)
        case _:
            raise Malformed("an edit in it is of no known kind")
