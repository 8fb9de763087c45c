"""Whether a request or an answer is as botocore's model of the service says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from botocore.validate import ParamValidator  # pyright: ignore[reportMissingTypeStubs]

_validator: Any = ParamValidator()


def breaches(value: Any, shape: Any) -> list[str]:
    """What is wrong with a value, measured by a shape of botocore's; [] if it conforms.

    That is what botocore checks before it sends a request (members, types, lengths), and enumerations.
    """
    report = _validator.validate(value, shape)
    found: list[str] = [report.generate_report()] if report.has_errors() else []
    return [*found, *_foreign_words(value, shape)]


def without_none(value: Any) -> Any:
    """The same structure without the members that are None."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: without_none(inner) for name, inner in members.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [without_none(inner) for inner in cast("list[Any]", value)]
    return value


def _foreign_words(value: Any, shape: Any, place: str = "") -> Iterator[str]:
    for name, inner, inner_shape in _parts(value, shape):
        yield from _foreign_words(inner, inner_shape, f"{place}.{name}")
    words = shape.metadata.get("enum") if shape.type_name == "string" else None
    if words and value not in words:
        yield f"{place or 'value'} is {value!r}, which is not one of {', '.join(words)}"


def _parts(value: Any, shape: Any) -> Iterator[tuple[str, Any, Any]]:
    """What a structure, list or map is made of: name or place, value, shape."""
    match shape.type_name, value:
        case "structure", dict():
            members = cast("dict[str, Any]", value)
            yield from (
                (name, inner, shape.members[name]) for name, inner in members.items() if name in shape.members
            )
        case "map", dict():
            yield from ((name, inner, shape.value) for name, inner in cast("dict[str, Any]", value).items())
        case "list", list():
            yield from (
                (str(place), inner, shape.member) for place, inner in enumerate(cast("list[Any]", value))
            )
        case _:
            return
