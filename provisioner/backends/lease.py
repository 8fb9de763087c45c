"""The lock of a stack in a bucket: an object that names its holder, and is renewed while it lives.

It is a lease because a bucket cannot see a process die. Whether it has run out is decided by the server's
clock alone: the time in the answer against the time the object was written, so that nobody's clock has to be
right. Every change of the object is conditional on its tag, so of any number who want it one gets it, and a
holder that was taken over notices at its next renewal. That is good manners; what keeps it from writing is
the chain of the journal (`chain.py`).

A process that died in the same folder is known to be dead by the kernel's lock on a file there: its lease is
taken over at once. The object is never deleted, since that could hit a successor's; it says when it is free.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

from provisioner.backends.objects import Found, Objects, SomebodyElse
from provisioner.engine.embedded import durable, lock
from provisioner.engine.embedded.place import Taken
from provisioner.engine.failures import StateIsLocked, StateNotWritten
from provisioner.engine.state_failures import StateIsAway, StateIsTakenOver

DURATION: Final = timedelta(seconds=60)
"""How long a holder may be silent. Less, and a slow network ends runs; more, and dead CI jobs block them."""

_RENEWALS: Final = 4
"""In one duration: three may fail before anybody may take over."""


class Lease:
    """One process's hold on one stack."""

    def __init__(self, objects: Objects, key: str, stack: str, note: Path, duration: timedelta) -> None:
        """`note` is a file in a folder of this machine that only one process at a time uses for the stack."""
        self._objects = objects
        self._key = key
        self._stack = stack
        self._note = note
        self._duration = duration
        self._words: dict[str, Any] = {}
        self._tag = ""
        self._until = 0.0
        self._lost: StateIsTakenOver | None = None
        self._one_at_a_time = threading.Lock()
        self.token = uuid.uuid4().hex

    def take(self) -> Taken:
        """Get hold of it. Raises `StateIsLocked` if somebody else has it, and lives."""
        found = self._objects.get(self._key)
        old = _words_in(found)
        if found is not None and self._is_alive(found, old):
            raise StateIsLocked(self._stack, lock.named(found.body))
        self._words = {
            **lock.ourselves(),
            "token": self.token,
            "generation": _number(old.get("generation")) + 1,
            "seconds": self._duration.total_seconds(),
        }
        self._note_token()  # before the object: who dies between the two leaves a note about nothing
        sent, body = _now(), self._body()
        try:
            if found is None:
                self._tag = self._objects.create(self._key, body, self.token)
            else:
                self._tag = self._objects.replace(self._key, body, self.token, found.tag)
        except SomebodyElse:
            raise StateIsLocked(self._stack, self._named()) from None
        self._until = sent + self._duration.total_seconds()
        return Taken.OVER if found is not None and not _is_free(old) else Taken.FREE

    def renew(self) -> None:
        """Hold it for another duration. Raises `StateIsTakenOver` and `StateIsAway`."""
        with self._one_at_a_time:
            self._renew()

    def check(self) -> None:
        """Raises what `renew` raises, unless it is certain that the lease is ours."""
        with self._one_at_a_time:
            if self._lost is not None:
                raise self._lost
            if _now() >= self._until:
                self._renew()

    @contextmanager
    def renewing(self) -> Generator[None]:
        """Renew it from time to time, on a thread of its own."""
        ended = threading.Event()
        thread = threading.Thread(target=self._go_on, args=(ended,), name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def free(self) -> None:
        """Let go of it. Raises `StateIsTakenOver` and `StateIsAway`."""
        with self._one_at_a_time:
            if self._lost is None:
                self._words["released"] = _stamp(timedelta())
                self._replace()
        with contextlib.suppress(OSError):  # then it is a note about nothing
            self._note.unlink(missing_ok=True)

    def holder(self) -> str | None:
        """Who holds it; None: nobody, or somebody who went silent."""
        found = self._objects.get(self._key)
        return lock.named(found.body) if found and self._is_alive(found, _words_in(found)) else None

    def last_holder(self) -> str | None:
        """Who holds it, alive or not; None: nobody."""
        found = self._objects.get(self._key)
        return lock.named(found.body) if found and not _is_free(_words_in(found)) else None

    def _note_token(self) -> None:
        try:
            durable.make_folder(self._note.parent)
            durable.write_new(self._note, self.token.encode())
        except OSError as refused:
            raise StateNotWritten(self._note, refused.strerror or str(refused)) from refused

    def _go_on(self, ended: threading.Event) -> None:
        while not ended.wait(self._duration.total_seconds() / _RENEWALS):
            try:
                self.renew()
            except StateIsTakenOver:
                return  # whoever writes next is told
            except StateIsAway:
                continue  # it may come back in time

    def _renew(self) -> None:
        if self._lost is not None:
            raise self._lost
        sent = _now()
        self._replace()
        self._until = sent + self._duration.total_seconds()

    def _replace(self) -> None:
        try:
            self._tag = self._objects.replace(self._key, self._body(), self.token, self._tag)
        except SomebodyElse:
            self._lost = StateIsTakenOver(self._stack, self._named())
            raise self._lost from None

    def _body(self) -> bytes:
        """Other bytes each time, so that each renewal has a tag of its own."""
        ends = {"renewed": _stamp(timedelta()), "expires": _stamp(self._duration)}
        return json.dumps({**self._words, **ends}).encode()

    def _named(self) -> str:
        found = self._objects.get(self._key)
        return lock.named(found.body if found else b"")

    def _is_alive(self, found: Found, words: Mapping[str, Any]) -> bool:
        if _is_free(words) or self._died_here(words):
            return False
        seconds = words.get("seconds")
        return found.age < (seconds if isinstance(seconds, int | float) else self._duration.total_seconds())

    def _died_here(self, words: Mapping[str, Any]) -> bool:
        """Whether its holder was a process in our folder: we have the folder's lock now, so it is gone."""
        try:
            return bool(words.get("token")) and self._note.read_text() == words.get("token")
        except OSError:
            return False


def _words_in(found: Found | None) -> dict[str, Any]:
    """What a lease says; of one that is damaged nothing is known, and it runs out like any other."""
    try:
        words: Any = json.loads(found.body) if found else None
    except ValueError:
        return {}
    return cast("dict[str, Any]", words) if isinstance(words, dict) else {}


def _number(word: Any) -> int:
    return word if isinstance(word, int) else 0


def _is_free(words: Mapping[str, Any]) -> bool:
    return "released" in words


def _stamp(later: timedelta) -> str:
    """For people: what counts is the server's time."""
    return (datetime.now(UTC) + later).isoformat().replace("+00:00", "Z")


def _now() -> float:
    """Seconds that also pass while the machine sleeps, where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
