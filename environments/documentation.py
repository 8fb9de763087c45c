"""What is generated from the model: the JSON Schema for editors, and the reference of all settings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final, cast

from pydantic.fields import FieldInfo

from environments import vocabulary
from environments.diagnostics import Problem
from environments.later import LATER, Later
from environments.load import PACKAGED
from environments.model import Environment
from environments.quantities import days
from environments.rendering import inline
from environments.section import Section

SCHEMA_FILE: Final = PACKAGED / "environment.schema.json"
REFERENCE_FILE: Final = PACKAGED / "README.md"


def json_schema() -> str:
    """The form of an environment file as JSON Schema 2020-12.

    A file that extends another may leave out anything, and so may one that is extended. Only a file that has
    a name and extends nothing must be whole.
    """
    schema = Environment.model_json_schema()
    _write_times(schema["properties"], Environment)
    for path, _ in vocabulary.all_settings():
        for section in vocabulary.sections_at(path):
            _write_times(schema["$defs"][section.__name__]["properties"], section)
    extends = {
        "type": "string",
        "description": "File whose settings are taken where this one is silent; relative to this file.",
        "examples": ["base.yaml"],
    }
    required = schema["required"]
    schema["properties"] = {vocabulary.EXTENDS: extends, **schema["properties"]}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_partial(schema)}
    schema["if"] = {"required": ["name"], "not": {"required": [vocabulary.EXTENDS]}}
    schema["then"] = {"required": required}
    return json.dumps(schema, indent=2) + "\n"


def _write_times(properties: dict[str, Any], section: type[Section]) -> None:
    """Defaults as files write them: pydantic's schema has times in ISO 8601."""
    for name, field in section.model_fields.items():
        if isinstance(field.default, timedelta):
            properties[name]["default"] = days(field.default)


def _partial(schema: Any) -> Any:
    """The schema of files that may leave settings out, because another file adds them; without titles."""
    if isinstance(schema, list):
        return [_partial(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    # Without `required`, an empty mapping is of both forms of a network; `oneOf` would refuse it.
    return {
        "anyOf" if key == "oneOf" else key: _partial(value)
        for key, value in cast("dict[str, Any]", schema).items()
        if key != "required" and not (key == "title" and isinstance(value, str))
    }


def settings_reference() -> str:
    """Every setting, what may be written, its default and its meaning, as Markdown."""
    return "\n".join([_HEAD, *_settings(), _LATER, *_later(), _MESSAGES, *_messages()]) + "\n"


_HEAD: Final = """\
# Environment files

One YAML file is one environment. This page is generated from the model (`environments/model.py`); a test
keeps it fresh.

- `base.yaml` holds what the environments share. It has no name and cannot be applied itself.
- `local.yaml` is the cloud on a desk: it needs no account.
- `dev.yaml` is a small environment on AWS: copy it, and write your account's id.

`extends: base.yaml` takes over the settings of another file, as seen from the folder of this one. Sections
are joined setting by setting, lists are replaced as a whole, and `name` is never inherited.
`provisioner show ENV --origin` tells which file set a value, and `provisioner validate ENV` tells every
problem at once. Editors check a file as it is typed if its first line is

    # yaml-language-server: $schema=environment.schema.json

Times are whole days with their unit: `30d`. A text that looks like a number is quoted:
`id: "123456789012"`. Aliases (`*x`), tags (`!x`) and tabs are refused.

## Settings

| setting | may be | default | meaning |
|---|---|---|---|"""

_LATER: Final = """
## Known, not available yet

These are refused by name until the part of the product that carries them out exists.

| setting | values |
|---|---|"""

_MESSAGES: Final = """
## Messages

| id | summary |
|---|---|"""


def _settings() -> list[str]:
    rows: list[str] = []
    for path, field in vocabulary.all_settings():
        cells = (
            f"`{'.'.join(path)}`",
            vocabulary.wanted(field),
            _default(path, field),
            field.description or "",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _default(path: tuple[str, ...], field: FieldInfo) -> str:
    if field.is_required():
        alternatives = len(vocabulary.sections_at(path[:-1])) > 1
        return "**required** in this form" if alternatives else "**required**"
    if vocabulary.sections(field.annotation):
        return ""
    match field.default:
        case None:
            return "none"
        case timedelta() as length:
            return f"`{days(length)}`"
        case bool() | int() as value:
            return f"`{inline(value)}`"
        case value:
            return f"`{value}`"


def _later() -> list[str]:
    return [f"| `{'.'.join(row.path)}` | {_values(row)} |" for row in LATER]


def _values(row: Later) -> str:
    return ", ".join(f"`{value}…`" if value.endswith("/") else f"`{value}`" for value in row.values) or "all"


def _messages() -> list[str]:
    return [f"| {problem.code} | {problem.summary} |" for problem in Problem]
