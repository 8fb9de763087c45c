"""Versions of a state, and what going back to one would change, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from provisioner.engine.interface import Pushed, Recorded, Version
from provisioner.report.naming import name_of, short

HISTORY_SCHEMA: Final = "provisioner/history/1"


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
    """What is recorded otherwise after going back: one line for each resource."""
    lines = [*_differences(_by_urn(now), _by_urn(then))]
    if not lines:
        return "Nothing that is recorded would change.\n"
    return "".join(f"  {line}\n" for line in lines)


def pushed_text(layer: str, stack: str, pushed: Pushed) -> str:
    """What became of what was kept."""
    told: list[str] = []
    if pushed.added:
        told.append(f"{pushed.added} entries were added to the state")
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
            yield f"~ {name}  (recorded as it was)"


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
