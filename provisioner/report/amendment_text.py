"""What a change of the records by hand comes to, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from provisioner.engine.amending import Amended, Kind, Remark
from provisioner.report.naming import labelled, name_of

AMENDMENT_SCHEMA: Final = "provisioner/amendment/1"
_WITH_URN: Final = (Kind.RENAMED, Kind.HALF_MOVED)
"""What gives a record another URN, which is the detail."""


def amended_text(layer: str, stack: str, amended: Amended) -> str:
    """One line for each record of which something changes; nothing if none does."""
    if not amended.notes:
        return ""
    lines = (f"  {_LINES[note.kind](note)}" for note in amended.notes)
    return f"{layer} {stack}:\n" + "".join(f"{line}\n" for line in lines)


def amendment_document(
    changes: Sequence[tuple[str, str, Amended]], backups: Mapping[str, str] | None
) -> dict[str, Any]:
    """The same for programs: (layer, stack, what is recorded) each; no `backups`: nothing was recorded."""
    rows = [
        {
            "layer": layer,
            "stack": stack,
            "kind": note.kind.value,
            "urn": note.urn,
            "id": note.id,
            "new_urn" if note.kind in _WITH_URN else "detail": note.detail,
        }
        for layer, stack, amended in changes
        for note in amended.notes
    ]
    return {
        "schema": AMENDMENT_SCHEMA,
        "recorded": backups is not None,
        "changes": rows,
        "backups": dict(backups or {}),
    }


def summary_text(command: str, amended: Amended) -> str:
    """What a version of the state is called: `state rename: GpuPool old and 3 more`."""
    first = next((labelled(note.urn) for note in amended.notes if note.urn), "")
    more = f" and {len(amended.notes) - 1} more" if len(amended.notes) > 1 else ""
    return f"state {command}: {first}{more}" if first else f"state {command}"


def _renamed(note: Remark) -> str:
    if note.urn.rpartition("::")[0] == note.detail.rpartition("::")[0]:
        return f"~ {labelled(note.urn)} → {name_of(note.detail)}"
    return f"~ {note.urn}\n    → {note.detail}"


def _forgotten(note: Remark) -> str:
    stays = f"{note.id} stays in the cloud" if note.id else ""
    said = "; ".join(part for part in (note.detail, "no longer recorded", stays) if part)
    return f"- {labelled(note.urn)}  ({said})"


def _added(note: Remark) -> str:
    return f"+ {labelled(note.urn)}  (recorded, with id {note.id or 'none'})"


def _changed(note: Remark) -> str:
    return f"~ {labelled(note.urn)}  ({note.detail})"


def _untied(note: Remark) -> str:
    return f"~ {labelled(note.urn)}  (no longer: {note.detail})"


def _left(note: Remark) -> str:
    found_out = "the next apply finds out what became of it"
    return f"! {labelled(note.urn)}  (an operation is open: {note.detail}; {found_out})"


def _half_moved(note: Remark) -> str:
    said = "a move was cut off: its object is left alone until the same `state mv` is typed again"
    return f"! {labelled(note.urn)}  ({said})\n    → {note.detail}"


def _dismissed(note: Remark) -> str:
    """Nobody has asked the cloud, so this says what may be."""
    may = _MAY_BE.get(note.detail, "its object may have been changed in part").format(note.id or "its object")
    return f"- {labelled(note.urn)}  (an operation was open, {note.detail}, and is forgotten; {may})"


_MAY_BE: Final[Mapping[str, str]] = {
    "creating": "it may have made an object that nobody takes care of",
    "deleting": "{} may be gone, or there still",
    "reading": "it changed nothing",
    "importing": "it changed nothing",
}
"""What became of an operation that nobody looks after, by Pulumi's word for it (`OperationType`)."""

_LINES: Final[Mapping[Kind, Callable[[Remark], str]]] = {
    Kind.RENAMED: _renamed,
    Kind.RETYPED: _changed,
    Kind.ADDED: _added,
    Kind.CHANGED: _changed,
    Kind.FORGOTTEN: _forgotten,
    Kind.UNPROTECTED: lambda note: f"~ {labelled(note.urn)}  (no longer protected)",
    Kind.UNTIED: _untied,
    Kind.LEFT: _left,
    Kind.DISMISSED: _dismissed,
    Kind.HALF_MOVED: _half_moved,
    Kind.UNREADABLE: lambda note: f"! what is there now cannot be read, and is replaced\n    {note.detail}",
    Kind.HANDED_OVER: lambda note: (
        f"→ the stack goes to the engine `{note.detail}`, which alone acts on it then"
    ),
    Kind.REORDERED: lambda _: "~ the order: each resource after all that it needs",
}
