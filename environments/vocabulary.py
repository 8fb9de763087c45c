"""The settings an environment file can have, by their path in it: read off the model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from environments.model import Environment
from environments.quantities import Days
from environments.section import Form, Section
from environments.source import Path

EXTENDS: Final = "extends"
"""The one setting that is carried out before the model sees a file."""


def sections(annotation: Any) -> tuple[type[Section], ...]:
    """The sections a setting may hold: none for a plain value, several where there are alternatives."""
    if isinstance(annotation, type):
        return (annotation,) if issubclass(annotation, Section) else ()
    return tuple(section for part in get_args(annotation) for section in sections(part))


def sections_at(path: Path) -> tuple[type[Section], ...]:
    """The sections whose settings may stand at `path`."""
    if not path:
        return (Environment,)
    field = setting(path)
    return sections(field.annotation) if field else ()


def setting(path: Path) -> FieldInfo | None:
    """What the model says about a setting, or the entries of a list; None if there is no such setting."""
    *around, name = path
    if isinstance(name, int):
        listing = setting(tuple(around))
        return entries(listing) if listing else None
    found = (section.model_fields.get(name) for section in sections_at(tuple(around)))
    return next((field for field in found if field), None)


def entries(field: FieldInfo) -> FieldInfo | None:
    """What the model says about each entry of a list; None where the setting is no list."""
    if get_origin(field.annotation) is not tuple:
        return None
    return FieldInfo.from_annotation(get_args(field.annotation)[0])


def all_settings(path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every setting that can be written, in the order of the model, a section before what is in it."""
    for section in sections_at(path):
        for name, field in section.model_fields.items():
            yield (*path, name), field
            yield from all_settings((*path, name))


def nearest(path: Path) -> str | None:
    """The setting that was probably meant, dotted: one of this name elsewhere, or of a similar name here."""
    *around, name = path
    if elsewhere := next((".".join(other) for other, _ in all_settings() if other[-1] == name), None):
        return elsewhere
    known = [name for section in sections_at(tuple(around)) for name in section.model_fields]
    known = known if around else [EXTENDS, *known]
    near = difflib.get_close_matches(str(name), known, n=1) or [
        word for word in known if name and word.startswith(str(name))
    ]
    return ".".join([*map(str, around), near[0]]) if near else None


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words a setting can be; empty where it is not a choice."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def wanted(field: FieldInfo) -> str:
    """What may be written for a setting, in words."""
    if inner := sections(field.annotation):
        forms = (", ".join(f"`{name}`" for name in section.model_fields) for section in inner)
        return f"a section with {', or with '.join(forms)}"
    if words := choices(field):
        return " or ".join(f"`{word}`" for word in words)
    if each := entries(field):
        return f"a list{_bounds(field)}; each entry: {wanted(each)}"
    for item in field.metadata:
        match item:
            case Form(words):
                return words
            case Days():
                return f"a number of days, {item}"
            case _:
                pass
    return f"a whole number{_bounds(field)}" if field.annotation is int else "a text"


def _bounds(field: FieldInfo) -> str:
    least, most = _limit(field, "ge", "min_length"), _limit(field, "le", "max_length")
    if least is None:
        return ""
    return f" of {least} or more" if most is None else f" from {least} to {most}"


def _limit(field: FieldInfo, *names: str) -> Any:
    found = (getattr(item, name, None) for item in field.metadata for name in names)
    return next((limit for limit in found if limit is not None), None)


def could_be(field: FieldInfo, text: str) -> bool:
    """Whether a text has the form of the setting."""
    pattern = _limit(field, "pattern")
    if pattern is None:
        return text in choices(field)
    return re.search(pattern, text) is not None and len(text) >= (_limit(field, "min_length") or 0)


def example(field: FieldInfo) -> Any:
    """A valid value of the setting as a file would write it; None where the model shows none."""
    if field.examples:
        return field.examples[0]
    if words := choices(field):
        return words[0]
    return field.default if isinstance(field.default, int) else None


def path_of(location: Path) -> Path:
    """The path in the file for a path in the model: pydantic adds the name of the chosen alternative."""
    path: Path = ()
    after_choice = False
    for key in location:
        if not after_choice:
            path = (*path, key)
        after_choice = not after_choice and len(sections_at(path)) > 1
    return path
