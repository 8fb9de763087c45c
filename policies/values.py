"""Property values as rules see them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast


class Unknown(enum.Enum):
    """A value that is known only after an apply."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

_STEP: Final = re.compile(r"""\["([^"]*)"\]|([^.\[\]]+)""")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A secret. Rules may look at its value, and never tell it."""

    value: Any

    def __repr__(self) -> str:
        return "Hidden(…)"


class Undecided(Exception):
    """A rule needs a value that is not known yet. Ends its verdict on one resource, and no other."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def opened(value: Any) -> Any:
    """The value without its own seal; what is inside it keeps theirs."""
    return value.value if isinstance(value, Hidden) else value


def shown(value: Any) -> Any:
    """The value without its seals."""
    match value:
        case Hidden():
            return shown(value.value)
        case dict():
            return {key: shown(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [shown(item) for item in cast("list[Any]", value)]
        case _:
            return value


def first_unknown(value: Any, path: str = "") -> str | None:
    """The path of the first value in it that is not known; None if all of them are."""
    match value:
        case Unknown():
            return path
        case Hidden():
            return first_unknown(value.value, path)
        case dict():
            parts = [(below(path, key), item) for key, item in cast("Any", value).items()]
        case list():
            parts = [(f"{path}[{number}]", item) for number, item in enumerate(cast("list[Any]", value))]
        case _:
            return None
    return next((found for at, item in parts if (found := first_unknown(item, at)) is not None), None)


def below(path: str, key: str) -> str:
    """The path of a key of the object at a path, as Pulumi writes it: `tags.owner`, `data["config.ini"]`."""
    if "." in key or "[" in key:
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def steps(path: str) -> Iterator[str]:
    """The keys and numbers that a path consists of."""
    for quoted, plain in _STEP.findall(path):
        yield quoted or plain


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, or the one text that is there; what is no text is left out."""
    items = cast("list[Any]", value) if isinstance(value, list | tuple) else [value]
    return tuple(item for item in items if isinstance(item, str))


def number(value: Any) -> float | None:
    """The number, also one that is written as a text; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def fields(value: Any) -> Mapping[str, Any]:
    """The fields of an object; none if it is none."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def is_on(value: Any) -> bool:
    """Whether it is true for certain; some properties of AWS are the text `true`."""
    return value is True or value == "true"


def is_off(value: Any) -> bool:
    """Whether it is false for certain, or not set."""
    return value is False or value is None or value in ("", "false")


def at(values: Any, path: str) -> Any:
    """What is at a path such as `vpcConfig.subnetIds[0]`; None if there is nothing.

    Raises `Undecided` if something on the way is not known.
    """
    found = values
    for name in steps(path):
        found = opened(found)
        match found:
            case Unknown():
                raise Undecided(path)
            case Mapping():
                found = cast("Mapping[str, Any]", found).get(name)
            case list():
                items = cast("list[Any]", found)
                found = items[int(name)] if name.isdigit() and int(name) < len(items) else None
            case _:
                return None
    return found
