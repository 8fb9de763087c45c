"""What a project says of one key of its configuration: a type, a default, or a value for every stack."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.engine.project_failures import BadConfiguration

_WORDS: Final = frozenset({"type", "description", "items", "default", "value", "secret"})


@dataclass(frozen=True, slots=True)
class Declared:
    """One key."""

    key: str
    value: Any = None
    """For stacks that say nothing; None: they have to."""

    type: str = ""
    """`string`, `integer`, `boolean`, `array` or `object`; empty: any."""

    items: Mapping[str, Any] | None = None
    """Of an array: the `type` of each, and its `items`."""

    secret: bool = False

    def for_all(self) -> Any:
        """The value for stacks that say nothing. Raises `BadConfiguration` if it has to be secret."""
        if self.secret:
            reason = "the project says that it is secret, and its default is in clear"
            raise BadConfiguration(self.key, reason)
        return self.value

    def check(self, text: str, *, is_secret: bool) -> None:
        """Raises `BadConfiguration` unless a stack's value is what it has to be."""
        if self.secret and not is_secret:
            raise BadConfiguration(self.key, "the project says that it is secret, and it is written in clear")
        if self.type and not _is(self.type, self.items, _content(text)):
            raise BadConfiguration(self.key, f"it must be of type `{_full(self.type, self.items)}`")


def declared(key: str, said: Any, *, is_own: bool) -> Declared:
    """What is written about a key. Raises `BadConfiguration`.

    `is_own` tells a key of the project's own namespace; only those can have a type and a default.
    """
    if not isinstance(said, dict):
        return Declared(key, said)
    found = cast("dict[str, Any]", said)
    if unknown := sorted(set(map(str, found)) - _WORDS):
        word = "default" if is_own else "value"
        raise BadConfiguration(key, f"`{unknown[0]}` says nothing of a key; a structure goes below `{word}:`")
    value = found.get("default", found.get("value"))
    known = Declared(key, value, str(found.get("type") or ""), found.get("items"), bool(found.get("secret")))
    if value is not None and known.type and not _is(known.type, known.items, value):
        raise BadConfiguration(key, f"its default must be of type `{_full(known.type, known.items)}`")
    return known


def _content(text: str) -> Any:
    """A structure, or the text itself."""
    if text[:1] in ("[", "{"):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(text)
    return text


def _is(type: str, items: Mapping[str, Any] | None, value: Any) -> bool:
    """Source: `ValidateConfigValue` of Pulumi's `sdk/go/common/workspace/project.go`."""
    match type:
        case "string":
            return isinstance(value, str)
        case "integer":
            return _is_whole(value)
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false")
        case "object":
            return isinstance(value, dict)
        case _:
            return items is not None and isinstance(value, list) and _are(items, cast("list[Any]", value))


def _are(items: Mapping[str, Any], values: list[Any]) -> bool:
    inner, below = str(items.get("type") or ""), items.get("items")
    return all(_is(inner, below, value) for value in values)


def _is_whole(value: Any) -> bool:
    match value:
        case bool():
            return False
        case int() | float():
            return float(value).is_integer()
        case _:
            return isinstance(value, str) and value.lstrip("+-").isdecimal()


def _full(type: str, items: Mapping[str, Any] | None) -> str:
    if type != "array" or not items:
        return type
    return f"array<{_full(str(items.get('type') or 'any'), items.get('items'))}>"
