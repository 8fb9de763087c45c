"""A journal in a bucket: a chain of objects, each made at the next number and never changed.

Objects of S3 cannot be appended to, so each write of the journal is an object of its own: what it costs does
not depend on how long the journal is. Its number is the fence. Whoever writes knows the last number and makes
the next one, `If-None-Match: *`; whoever takes a stack over makes that one first, empty. A writer that was
taken over finds its next number taken, whenever it wakes up, and no clock has a say in it. These empty
objects therefore stay, one for each takeover. Every other object goes when the journal does.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from provisioner.backends.objects import Objects, SomebodyElse
from provisioner.engine.failures import StateIsDamaged

_DIGITS: Final = 12
_END: Final = ".jsonl"
_AT_ONCE: Final = 16
"""Reads side by side: the journal of a run that was killed may have a thousand parts."""


class Chain:
    """The chain of one stack. One thread at a time calls it."""

    def __init__(self, objects: Objects, folder: str) -> None:
        self._objects = objects
        self._folder = folder
        self._parts: dict[str, bytes] = {}
        """What the objects hold that belong to the journal, by key, in order."""

        self._next = 0

    def look(self) -> bool:
        """See what is there; False if some of it went away meanwhile."""
        sizes = self._objects.sizes(self._folder)
        keys = [key for key, size in sizes.items() if size]
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="journal") as threads:
            found = dict(zip(keys, threads.map(self._objects.get, keys), strict=True))
        self._parts = {key: each.body for key, each in found.items() if each is not None}
        self._next = max(map(self._number, sizes), default=-1) + 1
        return len(self._parts) == len(keys)

    @property
    def content(self) -> bytes | None:
        """The journal; None if there is none."""
        return b"".join(self._parts.values()) or None

    @property
    def last(self) -> bytes:
        """What was written last."""
        return next(reversed(self._parts.values()), b"")

    def append(self, data: bytes, token: str) -> None:
        """Add the bytes. Raises `SomebodyElse` for whoever was taken over."""
        key = self._key(self._next)
        self._objects.create(key, data, token)
        self._next += 1
        if data:
            self._parts[key] = data

    def fence(self, token: str) -> None:
        """From now on nobody adds anything who has looked before. Looks again."""
        while True:
            self.look()
            try:
                self.append(b"", token)
            except SomebodyElse:  # it was still writing
                continue
            return

    def is_stray_fence(self) -> bool:
        """Whether in the way of the next append there is only somebody's fence; then it is behind us."""
        found = self._objects.get(self._key(self._next))
        if found is None or found.body:
            return False
        self._next += 1
        return True

    def clear(self) -> None:
        """No journal any more. The last object goes last: it says that the others are not needed."""
        *others, last = self._parts or ("",)
        self._objects.delete(others)
        if last:
            self._objects.delete([last])
        self._parts = {}

    def _key(self, number: int) -> str:
        return f"{self._folder}{number:0{_DIGITS}d}{_END}"

    def _number(self, key: str) -> int:
        number = key.removeprefix(self._folder).removesuffix(_END)
        if not number.isdecimal():
            raise StateIsDamaged(
                self._objects.address(key), "it is no part of a journal, and lies among them"
            )
        return int(number)
