"""What the model refused -> a diagnostic: the sentences for all settings that have no check of their own."""

from __future__ import annotations

from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from environments import vocabulary
from environments.diagnostics import Diagnostic, Problem
from environments.rendering import inline
from environments.source import Path, SourceMap, dotted

_LIMITS: Final = {"greater_than_equal", "less_than_equal", "too_short", "too_long"}
_NOT_INHERITED: Final = ("name",)


def explain(error: ErrorDetails, path: Path, source: SourceMap) -> Diagnostic:
    """The message for one refusal by the model, at the place of the setting in the file."""
    match error["type"]:
        case "refused":
            said = error.get("ctx", {})
            place = source.place((*path, *said["at"]))
            if said["problem"] is Problem.MISSING:
                place = source.key(path)
            return Diagnostic(said["problem"], said["detail"], said["fix"], place)
        case "extra_forbidden":
            return _unknown(path, source)
        case "missing":
            return _missing(path, source)
        case kind:
            problem = Problem.LIMITS if kind in _LIMITS else Problem.FORM
            return _wrong(problem, path, source, error)


def _unknown(path: Path, source: SourceMap) -> Diagnostic:
    name = path[-1]
    around = f"`{dotted(path[:-1])}` has" if len(path) > 1 else "An environment has"
    detail = f"{around} no setting `{name}`."
    meant = vocabulary.nearest(path)
    fix = f"did you mean `{meant}`?" if meant else f"remove it. There are: {_names(path[:-1])}."
    return Diagnostic(Problem.UNKNOWN, detail, fix, source.key(path))


def _names(path: Path) -> str:
    return ", ".join(name for section in vocabulary.sections_at(path) for name in section.model_fields)


def _missing(path: Path, source: SourceMap) -> Diagnostic:
    field = vocabulary.setting(path)
    detail = f"`{dotted(path)}` has no default: it must be said."
    if path == _NOT_INHERITED:
        detail = "Every environment says its own `name`; it is not inherited from an extended file."
    fix = f"add {_sample(path, field)}."
    return Diagnostic(Problem.MISSING, detail, fix, source.key(path[:-1]))


def _wrong(problem: Problem, path: Path, source: SourceMap, error: ErrorDetails) -> Diagnostic:
    field = vocabulary.setting(path)
    must = f"it must be {vocabulary.wanted(field)}" if field else error["msg"]
    written = source.written(path)
    detail = f"`{dotted(path)}` is {_found(error['input'], written)}; {must}."
    return Diagnostic(problem, detail, _fix(path, field, error["input"], written), source.place(path))


def _found(value: Any, written: str | None) -> str:
    """What was written, in words; with what YAML makes of it, if that is another thing."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{written}`, which YAML reads as {str(value).lower()}"
        case int() | float():
            return f"the number {written}"
        case str():
            return f"`{value}`" if value else "empty"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _fix(path: Path, field: FieldInfo | None, value: Any, written: str | None) -> str:
    is_text = isinstance(value, str)
    if field and written and not is_text and vocabulary.could_be(field, written):
        quoted = f'"{written}"'
        return f"quote it: {_said(path, quoted)}."
    if field and vocabulary.sections(field.annotation):
        return f"write its settings below `{path[-1]}:`, or remove it."
    if field and is_text and value.isdigit() and field.annotation is int:
        return f"write the number without quotes: {_said(path, str(int(value)))}."
    return f"write {_sample(path, field)}."


def _sample(path: Path, field: FieldInfo | None) -> str:
    """The setting as it could be written."""
    if field and (words := vocabulary.choices(field)):
        return " or ".join(_said(path, word) for word in words)
    sample = vocabulary.example(field) if field else None
    if sample is not None:
        return f"for example {_said(path, inline(sample))}"
    return "a value of this form" if isinstance(path[-1], int) else f"`{path[-1]}:` and a value of this form"


def _said(path: Path, text: str) -> str:
    return f"`{text}`" if isinstance(path[-1], int) else f"`{path[-1]}: {text}`"
