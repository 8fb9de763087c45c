"""The keys of an environment as people read them: a table, the evidence document, and what a rotation did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from provisioner.keyring.entry import Entry, Ring
from provisioner.keyring.key import Kind, Usage
from provisioner.keyring.uses import Use
from provisioner.report.naming import counted, name_of, short

KEYS_SCHEMA: Final = "provisioner/keys/1"

_HEAD: Final = ("key", "kind", "region", "needed by", "age", "next rotation", "ends")


def list_text(ring: Ring) -> str:
    """One line for each key."""
    if not ring.entries:
        return "No keys are recorded.\n"
    rows = [_HEAD, *(_row(each, ring.now) for each in ring.entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in rows
    )


def report_text(ring: Ring) -> str:
    """The evidence document, in Markdown."""
    return "\n".join(_report(ring)) + "\n"


def document_of(ring: Ring) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": KEYS_SCHEMA,
        "environment": ring.environment,
        "made": _time(ring.now),
        "keys": [_entry_json(each, ring.now) for each in ring.entries],
        "sealed": dict(ring.sealed),
        "notes": list(ring.notes),
    }


def openable_text(entry: Entry) -> str:
    """What stays readable after a rotation."""
    if entry.key.usage is Usage.SIGN:
        return "Signatures of earlier versions stay good, as long as their public keys are kept."
    if entry.key.kind is not Kind.TRANSIT:
        return "Whatever was encrypted before stays readable: KMS keeps all earlier material with the key."
    first = entry.status.minimum_version or entry.key.minimum_version or 1
    newest = entry.status.versions or first
    told = (
        f"Whatever versions {first} to {newest} have encrypted stays readable; version {newest} is used now."
    )
    if first == 1:
        return told
    return f"{told}\nWhat versions before {first} have encrypted opens no more: that is the minimum version."


def before_rotation_text(entry: Entry) -> str:
    """What a rotation is about, before anybody agrees to it."""
    needed = len(entry.needed_by) + len(entry.seals)
    last = (
        f", rotated last on {_day(entry.status.rotated)}" if entry.status.rotated else ", never rotated yet"
    )
    return f"{entry.key.name}: {entry.key.kind}, {entry.key.algorithm}; {needed} need it{last}."


def not_rotated_text(entry: Entry) -> str:
    """Why a key of this kind is not rotated by itself, and what to do."""
    if entry.key.kind is Kind.REPLICA:
        return f"{entry.key.name} is a replica with the material of {entry.key.primary}; rotate that one."
    return f"{entry.key.name} is an issuer: a new one gets another name and mount in the environment file."


def rotated_document(ring: Ring, entry: Entry) -> dict[str, Any]:
    """What a rotation did, for programs."""
    return {
        "schema": KEYS_SCHEMA,
        "environment": ring.environment,
        "rotated": _entry_json(entry, ring.now),
        "openable": openable_text(entry),
    }


def _row(entry: Entry, now: datetime) -> tuple[str, ...]:
    age = entry.age(now)
    return (
        entry.key.name,
        f"{entry.key.kind}, {entry.key.algorithm}",
        entry.key.region,
        str(len(entry.needed_by) + len(entry.seals)),
        "?" if age is None else f"{age} d",
        _day(entry.next_rotation) or "never",
        _day(entry.status.deletion) or "-",
    )


def _report(ring: Ring) -> Iterator[str]:
    yield f"# Keys of {ring.environment}"
    yield ""
    yield f"As of {_time(ring.now)}. {counted(len(ring.entries), 'key')}."
    for note in ring.notes:
        yield f"\nNote: {note}"
    for entry in ring.entries:
        yield ""
        yield from _section(entry, ring.now)
    if ring.sealed:
        yield "\n## Secrets in the state\n"
        yield "| stack | sealed with |\n|---|---|"
        yield from (f"| {stack} | `{by}` |" for stack, by in ring.sealed.items())


def _section(entry: Entry, now: datetime) -> Iterator[str]:
    key, status = entry.key, entry.status
    age = entry.age(now)
    yield f"## {key.name}"
    yield ""
    yield "| | |\n|---|---|"
    rows = (
        ("purpose", key.purpose),
        ("kind", f"{key.kind}, {key.algorithm}: it {key.usage}"),
        ("id", f"`{key.id}`" if key.id else ""),
        ("names", ", ".join(f"`{alias}`" for alias in key.aliases)),
        ("replica of", f"`{key.primary}`" if key.primary else ""),
        ("layer, region", f"{key.layer}, {key.region}"),
        ("state", status.state or f"not asked: {status.note}"),
        ("made", f"{_day(entry.created)} ({age} days ago)" if age is not None else "not known"),
        ("rotation", f"every {key.rotation_days} days" if key.rotation_days else "none by itself"),
        ("last rotation", _day(status.rotated)),
        ("next rotation", _day(entry.next_rotation)),
        ("versions", f"{status.minimum_version or 1} to {status.versions}" if status.versions else ""),
        ("ends" if key.kind is Kind.ISSUER else "deletion", _day(status.deletion)),
        ("a deletion waits", f"{key.window_days} days" if key.window_days else ""),
    )
    yield from (f"| {name} | {text} |" for name, text in rows if text)
    yield ""
    yield "Needed by:" if entry.needed_by or entry.seals else "Nothing that is recorded needs it."
    yield from (f"- the secrets in the state of {stack}" for stack in entry.seals)
    yield from (f"- {_use(use)}" for use in entry.needed_by)
    if others := [use for use in entry.uses if use not in entry.needed_by]:
        yield "\nNamed by:"
        yield from (f"- {_use(use)}" for use in others)


def _use(use: Use) -> str:
    path = f", `{use.path}`" if use.path else ""
    grantee = f", for `{use.grantee}`, which depends on it" if use.grantee else ""
    return f"`{name_of(use.urn)}` ({short(use.type)}{path}, {_stack(use.urn)}{grantee})"


def _stack(urn: str) -> str:
    stack, layer = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return f"{layer} {stack}"


def _entry_json(entry: Entry, now: datetime) -> dict[str, Any]:
    key, status = entry.key, entry.status
    return {
        "urn": key.urn,
        "name": key.name,
        "kind": key.kind.value,
        "usage": key.usage.value,
        "algorithm": key.algorithm,
        "purpose": key.purpose,
        "layer": key.layer,
        "region": key.region,
        "id": key.id,
        "aliases": list(key.aliases),
        "primary": key.primary,
        "state": status.state,
        "created": _time(entry.created),
        "age_days": entry.age(now),
        "rotation_days": key.rotation_days,
        "rotated": _time(status.rotated),
        "next_rotation": _time(entry.next_rotation),
        "deletion": _time(status.deletion),
        "window_days": key.window_days,
        "versions": status.versions,
        "minimum_version": status.minimum_version or key.minimum_version,
        "seals": list(entry.seals),
        "uses": _uses_json(entry.uses),
        "note": status.note,
    }


def _uses_json(uses: Sequence[Use]) -> list[dict[str, str]]:
    return [
        {"urn": use.urn, "type": use.type, "path": use.path, "need": use.need.value}
        | ({"grantee": use.grantee} if use.grantee else {})
        for use in uses
    ]


def _day(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d") if when else ""


def _time(when: datetime | None) -> str | None:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
