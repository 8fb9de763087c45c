"""Versions of a state, and what going back to one would change, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from provisioner.engine.interface import Pushed, Recorded, Version
from provisioner.report.naming import name_of, short

HISTORY_SCHEMA: Final = "provisioner/history/1"
_FIELDS: Final = ("type", "id", "parent", "protect")
_SHOWN: Final = 4
"""Names of what differs; the rest is counted."""


def history_text(layer: str, stack: str, versions: Sequence[Version]) -> str:
    """One line for each version, the newest first."""
    if not versions:
        return f"{layer} {stack}: no version was kept yet.\n"
    rows = [(str(each.number), each.time, _what(each), each.by) for each in versions]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = (
        f"  {number:>{widths[0]}}  {time:{widths[1]}}  {what:{widths[2]}}  {by}".rstrip()
        for number, time, what, by in rows
    )
    return f"{layer} {stack}:\n" + "".join(f"{line}\n" for line in lines)


def history_document(stacks: Sequence[tuple[str, str, Sequence[Version]]]) -> dict[str, Any]:
    """The versions of each (layer, stack), the newest first."""
    return {
        "schema": HISTORY_SCHEMA,
        "stacks": [
            {"layer": layer, "stack": stack, "versions": [_row(each) for each in versions]}
            for layer, stack, versions in stacks
        ],
    }


def rollback_text(now: Sequence[Recorded], then: Sequence[Recorded]) -> str:
    """What is recorded otherwise after going back to another state: one line for each resource."""
    lines = [*_differences(_by_urn(now), _by_urn(then))]
    if not lines:
        return "  No property would change: only dependencies, options or times.\n"
    return "".join(f"  {line}\n" for line in lines)


def unlocked_text(layer: str, stack: str, holder: str | None, *, is_done: bool) -> str:
    """Whose lock was freed, or would be."""
    if not holder:
        return f"{layer} {stack}: not locked.\n"
    return f"{layer} {stack}: {'freed; it was' if is_done else 'would be freed; it is'} held by {holder}.\n"


def pushed_text(layer: str, stack: str, pushed: Pushed, *, is_done: bool = True) -> str:
    """What became of what was kept, or would."""
    told: list[str] = []
    if pushed.added:
        told.append(f"{pushed.added} entries {'were' if is_done else 'would be'} added to the state")
    if pushed.settled:
        told.append(f"what came of {pushed.settled} operations had been found out already")
    return f"{layer} {stack}: {'; '.join(told) or 'nothing was kept here that the state lacks'}.\n"


def _differences(now: Mapping[str, Recorded], then: Mapping[str, Recorded]) -> Iterator[str]:
    for urn in sorted(now.keys() | then.keys()):
        name = f"{short((then.get(urn) or now[urn]).type)}  {name_of(urn)}"
        if urn not in now:
            yield f"+ {name}  (recorded again, with id {then[urn].id or 'none'})"
        elif urn not in then:
            yield f"- {name}  (no longer recorded; {now[urn].id or 'it'} stays in the cloud)"
        elif now[urn] != then[urn]:
            yield f"~ {name}  (recorded as it was: {_otherwise(now[urn], then[urn])})"


def _otherwise(now: Recorded, then: Recorded) -> str:
    """The names of what differs."""
    fields = [name for name in _FIELDS if getattr(now, name) != getattr(then, name)]
    for old, new in ((now.inputs, then.inputs), (now.outputs, then.outputs)):
        fields += [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    names = list(dict.fromkeys(fields))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _by_urn(resources: Sequence[Recorded]) -> dict[str, Recorded]:
    return {each.urn: each for each in resources if not each.pending_deletion}


def _what(version: Version) -> str:
    """`update: 3 create, 1 delete`; what was left as it is is not told."""
    changes = ", ".join(f"{count} {op}" for op, count in sorted(version.changes.items()) if op != "same")
    told = ": ".join(part for part in (version.kind, version.message or changes) if part)
    return f"{told} (failed)" if version.result == "failed" else told


def _row(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "kind": version.kind,
        "time": version.time,
        "by": version.by,
        "message": version.message,
        "result": version.result,
        "changes": dict(version.changes),
    }
