"""What was made of the files of modules and models, kept in one file beside our own compiled modules.

A plan loads eight hundred modules. Finding each, opening what Python compiled it to, and reading all of it is
a tenth of the plan's time. Here it is one file with an index, and what is not needed is not read.

It is to its sources what `__pycache__` is: a value counts as long as its source has the size and the time
that it had when the value was made. Where there is no such file, or none can be written, everything is found
and made as ever, and comes out the same. `PYTHONDONTWRITEBYTECODE` keeps it from being written.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from importlib.util import MAGIC_NUMBER, cache_from_source
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

_NUMBER: Final = 8
"""Bytes of a number in the file."""

_HEAD: Final = len(MAGIC_NUMBER) + 3 * _NUMBER
"""The version of Python's code, this module's time, where the index begins, and where the file ends."""

_WORTH_WRITING: Final = 64 * 1024
"""Bytes: for less than that the file is not written again."""

_LEFT_S: Final = 60
"""Seconds: who began so long ago to write was killed meanwhile, or the disk was full."""


class Seen(NamedTuple):
    """What a source is like. Python itself looks at the first two."""

    mtime_ns: int
    size: int
    folder_mtime_ns: int
    """Nothing came into its folder since that would be found in its place."""

    maker_mtime_ns: int
    """Of the module of ours that makes the value of it; 0: Python does."""


class Place(NamedTuple):
    """Where a value is in the file, in bytes."""

    start: int
    length: int
    whole: int
    """The same with the value's parts, which stand behind it."""


class _New(NamedTuple):
    seen: Seen
    value: Any
    parts: Mapping[str, Any] | None = None

    def written(self) -> tuple[bytes, int]:
        """As it is in the file, and the length of the value in it."""
        if self.parts is None:
            value = marshal.dumps(self.value)
            return value, len(value)
        parts = {name: marshal.dumps(part) for name, part in self.parts.items()}
        ends = dict(zip(parts, accumulate(map(len, parts.values())), strict=True))
        value = marshal.dumps((self.value, ends))
        return b"".join((value, *parts.values())), len(value)


_Values = dict[str, tuple[Seen, bytes, int]]
"""As they are in the file, by kind and source."""


class Parts(Mapping[str, Any]):
    """The parts of a value by name, each read when it is asked for."""

    def __init__(self, file: int, start: int, ends: Mapping[str, int]) -> None:
        self._file = file
        self._start = start
        starts = (0, *ends.values())
        self._spans = {name: (at, end) for at, (name, end) in zip(starts, ends.items(), strict=False)}

    def __getitem__(self, name: str) -> Any:
        start, end = self._spans[name]
        return _read(self._file, self._start + start, end - start)

    def __contains__(self, name: object) -> bool:
        return name in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


class Kept:
    """The values, by their kind and the path of their source: code and plain values. For any thread."""

    def __init__(self) -> None:
        self._path = ""
        self._file = -1
        self._index: dict[str, tuple[Seen, Place]] = {}
        self._new: dict[str, _New] = {}
        self._times: dict[str, int] = {}
        """Of folders and makers, once for each command."""

    def open(self, path: str) -> None:
        """Use this file from now on. One that is not whole is as good as none."""
        self._path = path
        with suppress(OSError, EOFError, ValueError, TypeError):
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            head = os.pread(self._file, _HEAD, 0)
            start, end = (
                int.from_bytes(head[at:][:_NUMBER]) for at in (_HEAD - 2 * _NUMBER, _HEAD - _NUMBER)
            )
            if head == _head(start, end) and os.fstat(self._file).st_size == end:
                self._index = _read(self._file, start, end - start)

    @cached_property
    def is_of_use(self) -> bool:
        """Whether what is made with an effort is there another time."""
        can_be_written = not sys.dont_write_bytecode and os.access(self._path.rpartition("/")[0], os.W_OK)
        return bool(self._index) or (bool(self._path) and can_be_written)

    def find(self, kind: str, source: str, maker: str = "") -> Place | None:
        """Where the value is that the module `maker` as it is now made of the source as it is now."""
        entry = self._index.get(f"{kind} {source}")
        if entry is None or entry[0] != self._seen(source, maker):
            return None
        return Place(*entry[1])

    def read(self, place: Place) -> Any:
        """The value there."""
        return _read(self._file, place.start, place.length)

    def made(self, kind: str, source: str, make: Callable[[], Any], maker: str = "") -> Any:
        """The value that was made of the source as it is now, or is made now, and kept."""
        if (place := self.find(kind, source, maker)) is not None:
            return self.read(place)
        seen = self._seen(source, maker)  # before: if it changes now, the value counts as the older one's
        value = make()
        if seen is not None:
            self._new[f"{kind} {source}"] = _New(seen, value)
        return value

    def made_in_parts(
        self, kind: str, source: str, make: Callable[[], tuple[Any, Mapping[str, Any]]], maker: str
    ) -> tuple[Any, Mapping[str, Any]]:
        """The same for a value with many parts, of which few are needed."""
        if (place := self.find(kind, source, maker)) is not None:
            value, ends = self.read(place)
            return value, Parts(self._file, place.start + place.length, ends)
        seen = self._seen(source, maker)
        value, parts = make()
        if seen is not None:
            self._new[f"{kind} {source}"] = _New(seen, value, parts)
        return value, parts

    def write(self) -> None:
        """Keep what was made since. Where that cannot be, nothing is kept."""
        if not self._path or sys.dont_write_bytecode:
            return
        with suppress(OSError, ValueError):  # ValueError: a value that is no plain one
            values: _Values = {key: (new.seen, *new.written()) for key, new in list(self._new.items())}
            if sum(len(value) for _, value, _ in values.values()) < _WORTH_WRITING:
                return
            self._new = {}
            now = Kept()
            now.open(self._path)  # others may have written since this process began
            _write(self._path, {**now._standing(), **values})

    def _standing(self) -> _Values:
        """What is in the file and still counts."""
        found: _Values = {}
        for key, (seen, (start, length, whole)) in self._index.items():
            now = self._seen(key.partition(" ")[2], "")
            if now is not None and now[:3] == seen[:3]:
                found[key] = Seen(*seen), os.pread(self._file, whole, start), length
        return found

    def _seen(self, source: str, maker: str) -> Seen | None:
        """What they are like now; None if there is no such source."""
        try:
            now = os.stat(source)  # noqa: PTH116 - as in `_time_of`
            folder = self._time(source.rpartition("/")[0])
            return Seen(now.st_mtime_ns, now.st_size, folder, self._time(maker) if maker else 0)
        except OSError:
            return None

    def _time(self, path: str) -> int:
        if (known := self._times.get(path)) is None:
            known = self._times[path] = _time_of(path)
        return known


def _read(file: int, start: int, length: int) -> Any:
    # No more is trusted than Python trusts what it has compiled into the same folder.
    return marshal.loads(os.pread(file, length, start))  # noqa: S302


def _write(path: str, values: _Values) -> None:
    """Raises `OSError`; who reads the file meanwhile sees the old one."""
    index: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    at = _HEAD
    for key, (seen, value, length) in values.items():
        index[key] = tuple(seen), (at, length, len(value))
        at += len(value)
    listed = marshal.dumps(index)
    head = _head(at, at + len(listed))
    beside = Path(f"{path}.new")
    with _begun(beside) as file:
        file.writelines((head, *(value for _, value, _ in values.values()), listed))
    beside.replace(path)


def _begun(path: Path) -> BinaryIO:
    """A new file for its owner alone: among the sources may be some that are for nobody else.

    Raises `FileExistsError` while another process writes it.
    """
    with suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > _LEFT_S:
            path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _head(start: int, end: int) -> bytes:
    numbers = (_time_of(__file__), start, end)
    return MAGIC_NUMBER + b"".join(each.to_bytes(_NUMBER) for each in numbers)


def _time_of(path: str) -> int:
    return os.stat(path).st_mtime_ns  # noqa: PTH116 - a `Path` takes longer to make than this takes


KEPT: Final = Kept()
"""This process's. Until it is opened, nothing is kept."""


def keep_beside_us() -> None:
    """Keep what is made from now on where Python keeps what it compiles this very module to."""
    if not sys.flags.optimize:  # code without its assertions would be another kind
        KEPT.open(cache_from_source(__file__, optimization="kept"))
