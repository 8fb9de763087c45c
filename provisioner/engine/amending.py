"""What is asked of the records of a stack by hand, and what comes back. Nothing of it touches the cloud."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast


@dataclass(frozen=True, slots=True)
class Renaming:
    """Resources get other names; type, parent and stack stay. Children that carry the name follow."""

    names: tuple[tuple[str, str], ...]
    """(URN, new name)."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A resource gets another URN: under another parent, of another type, in another stack."""

    urn: str
    new: str
    """The new URN, or a new name; empty: the name stays."""

    parent: str = ""
    """The URN of the new parent; empty: it is found by the types in the new URN."""


class Dependents(enum.Enum):
    """What becomes of those that need what is to go."""

    REFUSE = "nothing goes as long as they need it"
    FORGET = "they go with it"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the live one of a resource, or one that waits for deletion, which its id tells apart."""

    urn: str
    condemned_id: str = ""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Resources are no longer recorded; their objects stay in the cloud."""

    records: tuple[Record, ...]
    dependents: Dependents = Dependents.REFUSE


@dataclass(frozen=True, slots=True)
class Unprotecting:
    """Protection is taken off, until the program puts it on again."""

    urns: frozenset[str] | None
    """None: of everything."""


class Pending(enum.Enum):
    """What becomes of operations that began and never ended."""

    KEEP = "the next apply finds out what became of them"
    FORGET = "nobody looks"


@dataclass(frozen=True, slots=True)
class Mending:
    """Whatever breaks a rule of a well-formed state is put right."""

    pending: Pending = Pending.KEEP


Amendment = Renaming | Moving | Forgetting | Unprotecting | Mending


class Misfit(enum.Enum):
    """Why a state in a file is not taken for that of a stack; each has its own sentence."""

    STACK = "stack"
    LINEAGE = "lineage"
    NO_LINEAGE = "no lineage"
    SERIAL = "serial"


class Fit(enum.Enum):
    """How well a file has to fit to be imported."""

    EXACT = "exact"
    FORCED = "forced"
    """Of any lineage and number; of another stack it must not be."""


@dataclass(frozen=True, slots=True)
class Document:
    """A state in a file, in Pulumi's deployment format: `{"version": 3, "deployment": {…}}`."""

    raw: Mapping[str, Any]
    file: str
    """Where it was read."""


def stacks_in(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """`<project>/<stack>` of each stack whose resources a raw deployment holds, in its order."""
    found: dict[str, None] = {}
    resources = cast("list[Any]", raw.get("resources") or [])
    operations = cast("list[Any]", raw.get("pending_operations") or [])
    for each in (*resources, *(_in(operation, "resource") for operation in operations)):
        urn = str(_in(each, "urn") or "")
        head, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
        if rest:
            found[f"{rest.partition('::')[0]}/{head}"] = None
    return tuple(found)


def _in(raw: Any, name: str) -> Any:
    """What a text in JSON has there; None if it is something else."""
    return cast("dict[str, Any]", raw).get(name) if isinstance(raw, dict) else None


class Kind(enum.Enum):
    """What happens to one record."""

    RENAMED = "renamed"
    RETYPED = "moved"
    ADDED = "added"
    CHANGED = "changed"
    FORGOTTEN = "forgotten"
    UNPROTECTED = "unprotected"
    UNTIED = "untied"
    LEFT = "left"
    """An operation that began and never ended stays open."""

    DISMISSED = "dismissed"
    """An operation that began and never ended is no longer recorded; its name is the detail."""

    HALF_MOVED = "half moved"
    """A move to another stack was cut off; the URN that it was to give is the detail."""

    UNREADABLE = "unreadable"
    """The whole state that is replaced; what is wrong with it is the detail, and the URN is empty."""

    REORDERED = "reordered"
    HANDED_OVER = "handed over"
    """The whole stack goes to another engine, which is the detail; the URN is empty."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One record, and what happens to it."""

    kind: Kind
    urn: str
    detail: str = ""
    """For a renaming the new URN; otherwise what is said besides."""

    id: str = ""
    """Of the object; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What would be recorded. Only the ledger it comes from can record it."""

    notes: tuple[Remark, ...]
    content: Any
    """The records: the engine's own."""

    @property
    def is_empty(self) -> bool:
        """Whether everything stays as it is recorded."""
        return all(note.kind in (Kind.LEFT, Kind.HALF_MOVED) for note in self.notes)


class Ledger(Protocol):
    """The records of one stack, for changes by hand. Everything in it sees the same state."""

    def amended(self, amendment: Amendment) -> Amended:
        """What would be recorded. Raises a `Failure` if it must not be."""
        ...

    def handed_over(self, moving: Moving, to: Ledger) -> tuple[tuple[Ledger, Amended], ...]:
        """What is to be recorded where, in this order, to move a resource and all below it to another stack.

        Its secrets are sealed there with that stack's key. Whenever it is interrupted, no plan would delete
        the object, and to do it again goes on. Raises a `Failure`.
        """
        ...

    def imported(self, document: Document, fit: Fit) -> Amended:
        """What would be recorded after an import.

        Raises `DoesNotFit`, `ImportUnreadable`, `NewerState`, and what opening the secrets raises.
        """
        ...

    def record(self, amended: Amended, message: str) -> str:
        """Record it; where a backup of the state before lies, empty if there was none. Needs `Access.WRITE`.

        Raises `StateBreaksRules` and `StateNotWritten`; the state before stays then.
        """
        ...
