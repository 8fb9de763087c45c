"""The settings an environment file can have, by their path in it: read off the model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, cast, get_args, get_origin

from pydantic.fields import FieldInfo

from environments.model import Environment
from environments.on_demand import OnDemand
from environments.quantities import Days, Lasting
from environments.section import Form, Section
from environments.short_form import Short
from environments.sizes import Gibibytes, Nodes
from environments.source import Path, dotted

EXTENDS: Final = "extends"
"""The one setting that is carried out before the model sees a file."""

_FEW: Final = 5
"""Words of a short form that are listed one by one."""


def sections(annotation: Any) -> tuple[type[Section], ...]:
    """The sections a setting may hold: none for a plain value, several where there are alternatives."""
    if isinstance(annotation, type):
        return (annotation,) if issubclass(annotation, Section) else ()
    return tuple(section for part in get_args(annotation) for section in sections(part))


def sections_at(path: Path) -> tuple[type[Section], ...]:
    """The sections whose settings may stand at `path`; none at a list, whose entries may be sections."""
    if not path:
        return (Environment,)
    field = setting(path)
    return sections(field.annotation) if field and not (entries(field) or is_mapping(field)) else ()


@lru_cache(maxsize=2048)  # every question about a setting asks about all those around it
def setting(path: Path) -> FieldInfo | None:
    """What the model says about a setting, or an entry of a list or mapping; None if there is none such."""
    *around, name = path
    if listing := setting(tuple(around)) if around else None:
        if isinstance(name, int):
            return entries(listing)
        if is_mapping(listing):
            return FieldInfo(annotation=get_args(listing.annotation)[1], default=None)  # may be left out
    found = [
        _loaded(section.model_fields[name])
        for section in sections_at(tuple(around))
        if name in section.model_fields
    ]
    return _joined(found) if found else None


def _loaded(field: FieldInfo) -> FieldInfo:
    """The setting with what it holds, also where that is imported on demand."""
    for item in field.metadata:
        if isinstance(item, OnDemand):
            return FieldInfo(annotation=item.annotation, default=field.default, description=field.description)
    return field


def _joined(found: list[FieldInfo]) -> FieldInfo:
    """One setting of several alternatives: `kind` is what tells them apart."""
    words = tuple(dict.fromkeys(word for field in found for word in choices(field)))
    if len(words) <= len(choices(found[0])):
        return found[0]
    # A `Literal` of words that are known at run time only; type checkers do not take part in it.
    return FieldInfo(annotation=cast("Any", Literal)[words], description=found[0].description)


def entries(field: FieldInfo) -> FieldInfo | None:
    """What the model says about each entry of a list; None where the setting is no list."""
    for annotation in () if is_mapping(field) else (field.annotation, *get_args(field.annotation)):
        if get_origin(annotation) is tuple:
            each = FieldInfo.from_annotation(get_args(annotation)[0])
            if field.examples and field.examples[0] and not each.examples:
                each.examples = field.examples[0][:1]  # the first entry of an example is one of an entry
            return each
    return None


def is_mapping(field: FieldInfo) -> bool:
    """Whether its names are whatever people write, such as labels."""
    return get_origin(field.annotation) is Mapping


def short_form(field: FieldInfo) -> Short | None:
    """How a section may be written as one word, if it may."""
    or_none = (item for part in get_args(field.annotation) for item in getattr(part, "__metadata__", ()))
    return next((item for item in (*field.metadata, *or_none) if isinstance(item, Short)), None)


def all_settings(path: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Every setting that can be written, in the order of the model, a section before what is in it.

    The first entry, 0, stands for all entries of a list, and `<name>` for all of a mapping.
    """
    names = dict.fromkeys(name for section in sections_at(path) for name in section.model_fields)
    for name in names:
        field = setting((*path, name))
        assert field, f"the model has no {name}"
        yield (*path, name), field
        yield from all_settings((*path, name, *_inside(field)))


def _inside(field: FieldInfo) -> Path:
    """What stands in a path for whatever entry of a list or a mapping."""
    if entries(field):
        return (0,)
    return ("<name>",) if is_mapping(field) else ()


def shown(path: Path) -> str:
    """The path as the reference shows it: `gpu_pools[].profile`."""
    return dotted(path).replace("[0]", "[]")


def nearest(path: Path) -> str | None:
    """The setting that was probably meant: one of this name elsewhere, or of a similar name here."""
    *around, name = path
    inside = tuple(0 if isinstance(key, int) else key for key in around)
    elsewhere = [other for other, _ in all_settings() if other[-1] == name]
    if elsewhere:  # rather deeper in the same section than in another one
        return shown(min(elsewhere, key=lambda other: other[: len(inside)] != inside))
    known = [name for section in sections_at(tuple(around)) for name in section.model_fields]
    known = known if around else [EXTENDS, *known]
    near = difflib.get_close_matches(str(name), known, n=1) or [
        word for word in known if name and word.startswith(str(name))
    ]
    return dotted((*around, near[0])) if near else None


def kinds(path: Path) -> tuple[str, ...]:
    """The kinds of sections that may stand at `path`; empty where there is one section only."""
    field = setting((*path, "kind"))
    return choices(field) if field else ()


def kinds_with(path: Path) -> tuple[str, ...]:
    """The kinds of sections around a setting that have such a setting."""
    *around, name = path
    return tuple(
        word
        for section in sections_at(tuple(around))
        if "kind" in section.model_fields and name in section.model_fields
        for word in choices(section.model_fields["kind"])
    )


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words a setting can be; empty where it is not a choice."""
    if field.annotation is bool:
        return ("true", "false")
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def words(field: FieldInfo) -> tuple[str, ...]:
    """The words a setting can be, by itself or in short; empty where there are none or too many."""
    short = short_form(field)
    if short is None:
        return choices(field)
    return short.words if len(short.words) <= _FEW else ()


def wanted(field: FieldInfo) -> str:
    """What may be written for a setting, in words."""
    if each := entries(field):
        return f"a list{_bounds(field)}; each entry: {wanted(each)}"
    if (inner := sections(field.annotation)) and not is_mapping(field):
        return f"{_words(field)}a section with {', or with '.join(_form(section) for section in inner)}"
    if named := choices(field):
        return " or ".join(f"`{word}`" for word in named)
    return _marked(field) or (f"a whole number{_bounds(field)}" if field.annotation is int else "a text")


def _marked(field: FieldInfo) -> str | None:
    """What may be written, where the setting is marked with it."""
    for item in field.metadata:
        match item:
            case Form(text):
                return text
            case Days():
                return f"a number of days, {item}"
            case Lasting():
                return f"a time, {item}"
            case Gibibytes() | Nodes():
                return str(item)
            case _:
                pass
    return None


def _form(section: type[Section]) -> str:
    """The settings of a section, its kind first."""
    kind = section.model_fields.get("kind")
    names = [f"`{name}`" for name in section.model_fields if name != "kind"]
    first = [f"`kind: {word}`" for word in choices(kind)] if kind else []
    return ", ".join([*first, *names])


def _words(field: FieldInfo) -> str:
    """The short forms of a section, one by one where they are few."""
    short = short_form(field)
    if short is None:
        return ""
    return "".join(f"`{word}` or " for word in words(field)) or f"a {short.setting} alone, or "


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
    if field.annotation is str and not field.metadata:
        return True
    if pattern is None:
        return text in choices(field)
    return re.search(pattern, text) is not None and len(text) >= (_limit(field, "min_length") or 0)


def example(field: FieldInfo) -> Any:
    """A valid value of the setting as a file would write it; None where the model shows none."""
    if field.examples:
        return field.examples[0]
    if named := choices(field):
        return named[0]
    if isinstance(field.default, int):
        return field.default
    inner = () if entries(field) else sections(field.annotation)
    return next((_smallest(section) for section in inner), None)


def _smallest(section: type[Section]) -> dict[str, Any]:
    """A section with what it has to have."""
    return {name: example(field) for name, field in section.model_fields.items() if field.is_required()}


def path_of(location: Path) -> Path:
    """The path in the file for a path in the model: pydantic adds the name of the chosen alternative."""
    path: Path = ()
    after_choice = False
    for key in location:
        if not after_choice:
            path = (*path, key)
        after_choice = not after_choice and len(sections_at(path)) > 1
    return path
