"""What is generated from the model: the JSON Schema for editors, and the reference of all settings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final, cast

from pydantic.fields import FieldInfo

from environments import vocabulary
from environments.clouds import NEEDED, NONE
from environments.diagnostics import Problem
from environments.later import LATER, Later
from environments.load import PACKAGED
from environments.model import Environment
from environments.quantities import days
from environments.regions import REGIONS
from environments.rendering import inline
from environments.section import Section
from environments.sizes import NodeRange, Size
from environments.source import Path

SCHEMA_FILE: Final = PACKAGED / "environment.schema.json"
REFERENCE_FILE: Final = PACKAGED / "README.md"


def json_schema() -> str:
    """The form of an environment file as JSON Schema 2020-12.

    A file that extends another may leave out anything, and so may one that is extended. Only a file that has
    a name and extends nothing must be whole.
    """
    schema = Environment.model_json_schema()
    _write_defaults(schema["properties"], Environment)
    for _, field in vocabulary.all_settings():
        for section in vocabulary.sections(field.annotation):
            _write_defaults(schema["$defs"][section.__name__]["properties"], section)
    extends = {
        "type": "string",
        "description": "File whose settings are taken where this one is silent; relative to this file.",
        "examples": ["base.yaml"],
    }
    required = schema["required"]
    schema["properties"] = {vocabulary.EXTENDS: extends, **schema["properties"]}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_partial(schema)}
    schema["if"] = {"required": ["name"], "not": {"required": [vocabulary.EXTENDS]}}
    schema["then"] = {"required": required, **_of_the_cloud({"required": [*NEEDED]}, _WITHOUT_A_CLOUD)}
    schema["allOf"] = [_of_the_cloud({"properties": {"region": {"enum": list(REGIONS)}}}, {})]
    return json.dumps(schema, indent=2) + "\n"


_WITHOUT_A_CLOUD: Final = {
    "anyOf": [
        {"required": ["cluster", "delivery"]},
        {"required": ["encryption"], "properties": {"encryption": {"required": ["vault"]}}},
    ]
}
"""Without a cloud there has to be something: a cluster, or a Vault."""


def _of_the_cloud(with_one: dict[str, Any], without: dict[str, Any]) -> dict[str, Any]:
    """What holds where a file names no cloud or one, and what holds without any."""
    has_none = {"required": ["cloud"], "properties": {"cloud": {"const": NONE}}}
    return {"if": has_none, "then": without, "else": with_one}


def _write_defaults(properties: dict[str, Any], section: type[Section]) -> None:
    """Defaults as files write them: pydantic's schema has times in ISO 8601, and sizes as mappings."""
    for name, field in section.model_fields.items():
        match field.default:
            case timedelta() as length:
                properties[name]["default"] = days(length)
            case Size() | NodeRange() as value:
                properties[name]["default"] = str(value)
            case _:
                pass


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
        # OpenAPI's word `discriminator` means nothing to editors.
        if key not in ("required", "discriminator") and not (key == "title" and isinstance(value, str))
    }


def settings_reference() -> str:
    """Every setting, what may be written, its default and its meaning, as Markdown."""
    return "\n".join([_HEAD, *_settings(), _LATER, *_later(), _MESSAGES, *_messages()]) + "\n"


_HEAD: Final = """\
# Environment files

One YAML file is one environment. This page is generated from the model (`environments/model.py`); a test
keeps it fresh.

- `base.yaml` holds what the environments share. It has no name and cannot be applied itself.
- `local.yaml` is the cloud on a desk: it needs no account. What runs in clusters is written into a folder.
- `dev.yaml` is a small environment on AWS: copy it, and write your account's id.
- `on-prem.yaml` is a cluster of your own, and no cloud: write your kubeconfig, its context and your machines.
- `prod.yaml` is one region with GPU pools as they are really bought, and Flux; `prod-airgap.yaml` reaches
  nothing outside itself, and names images by the digests in `prod-airgap.lock`, which are examples;
  `prod-multi-region.yaml` is three regions from one file, each with Argo CD.

`extends: base.yaml` takes over the settings of another file, as seen from the folder of this one. Sections
are joined setting by setting, lists are replaced as a whole, so is a section of another `kind`, and `name` is
never inherited.
`provisioner show ENV --origin` tells which file set a value, and `provisioner validate ENV` tells every
problem at once. Editors check a file as it is typed if its first line is

    # yaml-language-server: $schema=environment.schema.json

Times are whole days with their unit: `30d`; what lasts less may be written in hours or minutes: `72h`. Sizes
have theirs: `200Gi`. Numbers of nodes are a range: `2..20`. A section of which one word is enough can be that
word: `capacity: spot` is `capacity: {kind: spot}`. A text that looks like a number is quoted:
`id: "123456789012"`.
Aliases (`*x`), tags (`!x`) and tabs are refused.

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
            f"`{vocabulary.shown(path)}`",
            vocabulary.wanted(field),
            _default(path, field),
            field.description or "",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _default(path: Path, field: FieldInfo) -> str:
    if field.is_required():
        around = vocabulary.sections_at(path[:-1])
        others = [section for section in around if path[-1] not in section.model_fields]
        return "**required** in this form" if others else "**required**"
    match field.default:
        case None | () | "":
            return "none"
        case dict():
            return "none"
        case Section() as section:
            return f"`{getattr(section, 'kind', '')}`" if vocabulary.short_form(field) else ""
        case value:
            return f"`{_text(value)}`"


def _text(value: Any) -> str:
    match value:
        case timedelta() as length:
            return days(length)
        case bool() | int():
            return inline(value)
        case _:
            return str(value)


def _later() -> list[str]:
    return [f"| `{'.'.join(row.path)}` | {_values(row)} |" for row in LATER]


def _values(row: Later) -> str:
    return ", ".join(f"`{value}…`" if value.endswith("/") else f"`{value}`" for value in row.values) or "all"


def _messages() -> list[str]:
    return [f"| {problem.code} | {problem.summary} |" for problem in Problem]
