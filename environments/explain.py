"""What the model refused -> a diagnostic: the sentences for all settings that have no check of their own."""

from __future__ import annotations

import difflib
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from environments import vocabulary
from environments.diagnostics import Diagnostic, Problem
from environments.rendering import inline
from environments.source import Path, Scalar, SourceMap, dotted

_LIMITS: Final = {"greater_than_equal", "less_than_equal", "too_short", "too_long"}
_NOT_INHERITED: Final = ("name",)


def explain(error: ErrorDetails, path: Path, source: SourceMap, blamed: Path) -> Diagnostic:
    """The message for one refusal by the model of the setting at `path`, shown where the blame is."""
    match error["type"]:
        case "refused":
            said = error.get("ctx", {})
            place = source.key(blamed) if said["blame"] == "name" else source.place(blamed)
            return Diagnostic(said["problem"], said["detail"], said["fix"], place)
        case "extra_forbidden":
            return _unknown(path, source)
        case "missing":
            return _missing(path, source)
        case "union_tag_invalid" | "union_tag_not_found":
            return _no_such_kind((*path, "kind"), source)
        case kind:
            problem = Problem.LIMITS if kind in _LIMITS else Problem.FORM
            detail, fix = _wrong(path, error["input"], source.written(path))
            return Diagnostic(problem, detail, fix, source.place(path))


def _unknown(path: Path, source: SourceMap) -> Diagnostic:
    if others := vocabulary.kinds_with(path):
        return _of_another_kind(path, others, source)
    name = path[-1]
    around = f"`{dotted(path[:-1])}` has" if len(path) > 1 else "An environment has"
    meant = vocabulary.nearest(path)
    known = ", ".join(name for section in vocabulary.sections_at(path[:-1]) for name in section.model_fields)
    fix = f"did you mean `{meant}`?" if meant else f"remove it. There are: {known}."
    return Diagnostic(Problem.UNKNOWN, f"{around} no setting `{name}`.", fix, source.key(path))


def _of_another_kind(path: Path, others: tuple[str, ...], source: SourceMap) -> Diagnostic:
    *around, name = path
    kind = source.written((*around, "kind"))
    has = " and ".join(f"`{other}`" for other in others)
    detail = f"`{dotted(tuple(around))}` of kind `{kind}` has no setting `{name}`; that belongs to {has}."
    instead = " or ".join(f"`kind: {other}`" for other in others)
    return Diagnostic(
        Problem.CONTRADICTION, detail, f"remove `{name}`, or write {instead}.", source.key(path)
    )


def _no_such_kind(path: Path, source: SourceMap) -> Diagnostic:
    """For `kind`, or for the one word that stands for it."""
    kinds = " or ".join(f"`{kind}`" for kind in vocabulary.kinds(path[:-1]))
    around = source.node(path[:-1])
    if source.node(path) is None and not isinstance(around, Scalar):
        detail = f"`{dotted(path)}` tells what the section is: {kinds}."
        return Diagnostic(
            Problem.MISSING, detail, _sample("add", path, vocabulary.setting(path)), source.key(path[:-1])
        )
    written = path[:-1] if isinstance(around, Scalar) else path
    found = source.written(written)
    is_one = "is no single word" if found is None else f"is `{found}`"
    detail = f"`{dotted(written)}` {is_one}; it must be {kinds}."
    near = difflib.get_close_matches(found or "", vocabulary.kinds(path[:-1]), n=1)
    fix = f"did you mean `{near[0]}`?" if near else _sample("write", written, vocabulary.setting(written))
    return Diagnostic(Problem.FORM, detail, fix, source.place(path))


def _missing(path: Path, source: SourceMap) -> Diagnostic:
    *around, name = path
    place = source.key(tuple(around))
    field = vocabulary.setting(path)
    detail = f"`{dotted(path)}` has no default: a file must say it."
    if path == _NOT_INHERITED:
        detail = "Every environment says its own `name`; it is not inherited from an extended file."
    match source.node(tuple(around)):
        case Scalar(_, kind) if kind and around and field:
            whole = f"{{kind: {kind}, {name}: {inline(vocabulary.example(field))}}}"
            detail = f"`{kind}` alone is not enough: `{dotted(path)}` has no default."
            fix = f"write, for example, {_said(tuple(around), whole)}."
            return Diagnostic(Problem.MISSING, detail, fix, source.place(path))
        case _:
            return Diagnostic(Problem.MISSING, detail, _sample("add", path, field), place)


def _wrong(path: Path, value: Any, written: str | None) -> tuple[str, str]:
    """What is wrong with a value of a setting that the model knows, and how to write it."""
    field = vocabulary.setting(path)
    assert field, f"the model checked {dotted(path)}, which it does not have"
    found = (
        "has too few entries"
        if vocabulary.entries(field) and isinstance(value, list)
        else f"is {_found(value, written)}"
    )
    detail = f"`{dotted(path)}` {found}; it must be {vocabulary.wanted(field)}."
    if written and not isinstance(value, str) and vocabulary.could_be(field, written):
        quoted = f'"{written}"'
        return detail, f"quote it: {_said(path, quoted)}."
    if field.annotation is int and isinstance(value, str) and value.isdecimal():
        return detail, f"write the number without quotes: {_said(path, value)}."
    may_go = not (field.is_required() or field.validate_default or vocabulary.entries(field))
    if vocabulary.sections(field.annotation) and may_go:
        return detail, f"write its settings below `{path[-1]}:`, or remove it."
    return detail, _sample("write", path, field)


def _found(value: Any, written: str | None) -> str:
    """What was written, in words; with what YAML makes of it, if that is another thing."""
    match value:
        case None | "":
            return "empty"
        case bool():
            read = str(value).lower()
            return (
                f"`{written}`, a truth value"
                if read == written
                else f"`{written}`, which YAML reads as {read}"
            )
        case int() | float():
            return f"the number {written}"
        case str():
            return f"`{value}`"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _sample(verb: str, path: Path, field: FieldInfo | None) -> str:
    """How the setting could be written, as a sentence."""
    words = vocabulary.words(field) if field else ()
    if words:
        return f"{verb} {' or '.join(_said(path, _quoted(word)) for word in words)}."
    sample = vocabulary.example(field) if field else None
    if sample is None:
        return f"{verb} a value of this form."
    return f"{verb}, for example, {_said(path, inline(sample))}."


def _quoted(word: str) -> str:
    """The word as it has to be written to stay one."""
    return f'"{word}"' if word.isdecimal() else word


def _said(path: Path, text: str) -> str:
    return f"`{text}`" if isinstance(path[-1], int) else f"`{path[-1]}: {text}`"
