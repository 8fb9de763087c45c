"""What a store asks of the place where a stack's bytes lie: a folder, or a bucket.

The store (`store.py`) knows what the bytes mean; a place knows how they outlive a crash, and who may write.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from provisioner.engine.embedded.framing import End

Name = Path | str
"""What people find a file by: its path, or an address."""


@dataclass(frozen=True, slots=True)
class Content:
    """A stack's state file and journal as they were at one moment; None for what is not there."""

    checkpoint: bytes | None
    journal: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A journal that an earlier run had to keep on this machine: it was cut off from its place."""

    name: Name
    data: bytes
    is_certain: bool = True
    """Whether it is surely of this place; an earlier version kept those of two endpoints under one name."""


class Taken(enum.Enum):
    """How a lock was got."""

    FREE = "nobody held it, or a process that died"
    OVER = "its holder went silent, and may still believe that it holds it"


class Log(Protocol):
    """The bytes of a journal, open at their end. One thread at a time calls it."""

    @property
    def name(self) -> Name:
        """Where the bytes go."""
        ...

    def write(self, data: bytes) -> None:
        """Add the bytes; when this returns they are as safe as the place makes them.

        Raises `OSError` if the bytes may be lost, and a `Failure` if they are safe on this machine only.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class Place(Protocol):
    """Where one stack's bytes lie. Whoever writes holds the lock; reading needs none."""

    @property
    def stack(self) -> str:
        """`<project>/<stack>`."""
        ...

    @property
    def checkpoint(self) -> Name:
        """Of the state file."""
        ...

    @property
    def journal(self) -> Name:
        """Of the journal."""
        ...

    @property
    def settles_always(self) -> bool:
        """Whether a state file may only be replaced after a line of a journal has announced it."""
        ...

    def content(self) -> Content:
        """State file and journal, also while another process replaces them."""
        ...

    def lock(self) -> AbstractContextManager[Taken]:
        """Hold the stack's lock. Raises `StateIsLocked` with its holder."""
        ...

    def holder(self) -> str | None:
        """Who holds the lock; None: nobody."""
        ...

    def abandoned(self) -> str | None:
        """Who went silent while holding the lock; None: nobody. Raises `StateIsLocked` if it lives."""
        ...

    def log(self, end: End) -> Log:
        """The journal, open at `end`; what is behind it is cut off."""
        ...

    def drop_journal(self) -> None:
        """No journal any more."""
        ...

    def replace(self, new: bytes, old: bytes | None, settle: Callable[[], None]) -> None:
        """Put a new state file in the place of `old`, and drop the journal.

        `settle` is called when only the names are still to be changed; it announces the new file.
        """
        ...

    def set_aside(self, folder: str) -> Name:
        """Move everything about the stack into a folder for backups, which comes back."""
        ...

    def back_up(self, file: str, data: bytes) -> Name:
        """Keep the bytes under this name among the backups; where they are comes back."""
        ...

    def keep(self, version: str, entry: bytes) -> None:
        """Keep the state file as it is now as a version with this name, and what is to be said about it."""
        ...

    def versions(self) -> tuple[str, ...]:
        """The names of the versions, in order."""
        ...

    def entry(self, version: str) -> bytes | None:
        """What is said about a version."""
        ...

    def version(self, name: str) -> bytes | None:
        """The state file of a version."""
        ...

    def kept(self) -> Kept | None:
        """What an earlier run kept on this machine; None: nothing."""
        ...

    def adopt_kept(self) -> None:
        """Keep from now on as this place's own what was not certain to be."""
        ...

    def catch_up(self, rest: bytes) -> None:
        """Add to the journal what only the kept one has, as it is there."""
        ...

    def drop_kept(self) -> None:
        """Remove the kept journal: its place has all of it."""
        ...

    def set_kept_aside(self) -> None:
        """Move the kept journal to the backups: its place has gone another way."""
        ...


class Backend(Protocol):
    """Where the stacks of an environment lie."""

    def place(self, project: str, stack: str) -> Place:
        """Where one of them lies."""
        ...

    def names(self, project: str) -> tuple[str, ...]:
        """The stacks of a project that have any state, by name."""
        ...
