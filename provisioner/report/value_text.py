"""Property values and their changes as text: secrets masked, JSON documents compared as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from provisioner.plan.diff import MISSING, Change, changes
from provisioner.plan.values import UNKNOWN, Reference, Secret, has_secret
from provisioner.report.naming import labelled

SECRET: Final = "(secret)"  # noqa: S105 - what is shown in place of one
NOT_KNOWN: Final = "(known after apply)"
LONGEST: Final = 120
"""Characters of one value that are shown."""


def shown(value: Any) -> str:
    """One value, on one line."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}… ({len(text)} characters)"


def rows(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """(name, text) of each entry of a structure, or of the value itself; nothing is cut."""
    match value:
        case dict() if value:
            for key, item in cast("dict[str, Any]", value).items():
                yield from rows(f"{name}.{key}", item)
        case list() if value:
            for index, item in enumerate(cast("list[Any]", value)):
                yield from rows(f"{name}[{index}]", item)
        case _:
            yield name, _text(value)


def plain(value: Any) -> Any:
    """The value as JSON has it, with words in place of secrets, unknowns and what is missing."""
    match value:
        case Secret():
            return SECRET
        case Reference(urn):
            return urn
        case dict():
            return {key: plain(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [plain(item) for item in cast("list[Any]", value)]
        case _ if value is UNKNOWN:
            return NOT_KNOWN
        case _:
            return None if value is MISSING else value


def leaves(found: tuple[Change, ...]) -> Iterator[Change]:
    """The changes, with each pair of JSON documents taken apart into the paths that differ."""
    for change in found:
        old, new = _document(change.old), _document(change.new)
        if old is None or new is None:
            yield change
        else:
            yield from changes(old, new, change.path)


def change_lines(found: tuple[Change, ...]) -> Iterator[tuple[str, str]]:
    """(path, what happens to it) for each leaf that differs."""
    for change in leaves(found):
        yield change.path, _transition(change)


def transitions(found: tuple[Change, ...]) -> Iterator[tuple[str, str | None, str | None]]:
    """(path, before, after) for each leaf that differs, nothing cut; None for what is not there."""
    for change in leaves(found):
        yield change.path, _side(change.old), _side(change.new)


def _side(value: Any) -> str | None:
    return None if value is MISSING else SECRET if has_secret(value) else _text(value)


def _transition(change: Change) -> str:
    if has_secret(change.old) or has_secret(change.new):
        return f"{SECRET} changed"
    if change.old is MISSING:
        return f"set to {shown(change.new)}"
    if change.new is MISSING:
        return f"{shown(change.old)} removed"
    return f"{shown(change.old)} → {shown(change.new)}"


def _document(value: Any) -> Any:
    """The JSON object or list that a string holds; None if it holds none."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _text(value: Any) -> str:
    match value:
        case Secret():
            return SECRET
        case Reference(urn):
            return labelled(urn)
        case dict():
            items = cast("dict[str, Any]", value).items()
            return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in items) + "}"
        case list():
            return "[" + ", ".join(_text(item) for item in cast("list[Any]", value)) + "]"
        case _ if value is UNKNOWN:
            return NOT_KNOWN
        case _:
            return "(nothing)" if value is MISSING else json.dumps(value, ensure_ascii=False)
