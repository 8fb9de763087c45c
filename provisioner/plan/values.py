"""Property values as engine and drivers see them: plain JSON values, unknowns, secrets, references."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast


class Unknown(enum.Enum):
    """A value the cloud has not decided yet."""

    UNKNOWN = "known after apply"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


REST: Final = "…"
"""The name of an unknown that stands for properties which are not even known by name yet."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never shown and is sealed wherever it is written."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Reference:
    """A property that is another resource."""

    urn: str
    id: str | Unknown | None = None
    version: str = ""


PLAIN: Final[frozenset[type[Any]]] = frozenset({str, int, float, bool, type(None)})
"""Types of values that are nothing but themselves."""

Properties = Mapping[str, Any]
"""Properties of one resource: `None`, `bool`, `int`, `float`, `str`, lists and string-keyed dicts of them,
`UNKNOWN` during a plan, `Secret` and `Reference` inside the engine. Names are Pulumi's camelCase."""


def mapped(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """A copy of `value` in which `leaf` has been applied to everything that is not a list or a dict."""
    match value:
        case dict():
            return {key: mapped(item, leaf) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [mapped(item, leaf) for item in cast("list[Any]", value)]
        case _:
            return leaf(value)


def revealed(value: Any) -> Any:
    """The value as a provider sees it: secrets unwrapped at any depth, a resource as its id (or its URN)."""
    some = value
    match value:
        case dict():
            return {key: item if type(item) in PLAIN else revealed(item) for key, item in some.items()}
        case list():
            return [item if type(item) in PLAIN else revealed(item) for item in some]
        case Secret(inner):
            return revealed(inner)
        case Reference(urn, id):
            return urn if id is None else id
        case _:
            return value


def any_leaf(value: Any, test: Callable[[Any], bool]) -> bool:
    """Whether `test` holds for some leaf; a `Secret` is tested itself, and then looked into."""
    match value:
        case dict():
            return any(any_leaf(item, test) for item in cast("dict[str, Any]", value).values())
        case list():
            return any(any_leaf(item, test) for item in cast("list[Any]", value))
        case Secret(inner):
            return test(value) or any_leaf(inner, test)
        case _:
            return test(value)


def has_unknown(value: Any) -> bool:
    """Whether some part of the value is not known yet."""
    # This and `has_secret` are asked of every value many times in a run: nothing is called for a text.
    some = value
    if isinstance(value, dict):
        parts = some.values()
    elif isinstance(value, list):
        parts = some
    elif isinstance(value, Secret):
        return has_unknown(some.value)
    else:
        return value is UNKNOWN or (isinstance(value, Reference) and value.id is UNKNOWN)
    for item in parts:  # noqa: SIM110
        if type(item) not in PLAIN and has_unknown(item):
            return True
    return False


def has_secret(value: Any) -> bool:
    """Whether some part of the value must not be shown."""
    some = value
    if isinstance(value, dict):
        parts = some.values()
    elif isinstance(value, list):
        parts = some
    else:
        return isinstance(value, Secret)
    for item in parts:  # noqa: SIM110
        if type(item) not in PLAIN and has_secret(item):
            return True
    return False
