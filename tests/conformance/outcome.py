"""What one phase came to, in the words that both engines share."""

import json
import re
from dataclasses import dataclass

from tests.conformance.phases import PROJECT

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
FIELDS = (
    "id",
    "parent",
    "provider",
    "inputs",
    "outputs",
    "dependencies",
    "propertyDependencies",
    "protect",
    "retainOnDelete",
    "external",
    "delete",
    "pendingReplacement",
    "initErrors",
    "additionalSecretOutputs",
    "aliases",
    "customTimeouts",
    "importID",
    "deletedWith",
    "replaceWith",
    "ignoreChanges",
    "replaceOnChanges",
    "hideDiff",
    "replacementTrigger",
    "resourceHooks",
    "taint",
    "viewOf",
)
"""What is compared of a record; left out are times, and where in the program it comes from."""

REPLACED = frozenset({"create-replacement", "replace"})
REPLACEMENT = REPLACED | {"delete-replaced"}
WORDS = {
    "failed create-replacement": "failed replace",
    "read-replacement": "read",
    "import-replacement": "import",
    "failed import-replacement": "failed import",
    "discard-replaced": "discard",
    "delete-replaced": "delete",
    "failed delete-replaced": "failed delete",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one phase came to."""

    succeeded: bool
    steps: tuple[tuple[str, str], ...]
    """(op, URN in short), the stack itself left out if nothing happened to it."""

    calls: tuple[str, ...]
    """What the provider was asked to do, `create a`."""

    diagnostics: tuple[tuple[str, str, str], ...] = ()
    """(severity, URN in short, text)."""

    records: tuple[dict, ...] = ()
    """Of the deployment, secrets opened; the outputs of the stack are those of its own record."""

    left: tuple[str, ...] = ()
    """The ids of all objects in the cloud."""


def short(urn: str) -> str:
    """A URN without what all URNs of the project begin with."""
    return re.sub(
        rf"urn:pulumi:([^:]+)::{PROJECT}::", lambda found: "" if found[1] == "test" else f"({found[1]}) ", urn
    )


def gathered(ops):
    """(op, URN) of single operations as steps: the parts of a replacement are one."""
    by_urn = {}
    for op, urn in ops:
        by_urn.setdefault(urn, []).append(op)
    return tuple(
        sorted(
            ((step, urn) for urn, found in by_urn.items() for step in _steps_of(found)),
            key=lambda step: step[::-1],
        )
    )


def _steps_of(ops):
    """What happened to one resource; the removal of what an earlier run had replaced is a deletion."""
    steps = {WORDS.get(op, op) for op in ops if op not in REPLACEMENT}
    deleted = {"delete"} & {WORDS.get(op, op) for op in ops if op == "delete-replaced"}
    discarded = "discard" in steps
    steps -= {"refresh", "discard", "remove-pending-replace"}
    if taken := steps & {"import", "read"}:
        # What an import is compared with and changed to is part of it; what had the name before goes.
        return taken
    if REPLACED & set(ops):
        made = set() if "failed replace" in steps else {"create" if discarded else "replace"}
        return steps | made
    return steps | deleted


def shown(value) -> str:
    """A property in one line: JSON, with `secret(…)` and `unknown`."""
    match value:
        case dict() if value.get(SIGNATURE) == SECRET:
            return f"secret({shown(value['value'])})"
        case dict():
            return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in sorted(value.items())) + "}"
        case list():
            return "[" + ", ".join(shown(item) for item in value) + "]"
        case str() if value == UNKNOWN:
            return "unknown"
        case float() if value.is_integer():
            return str(int(value))
        case str():
            return json.dumps(tidy(value), ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False)


def tidy(text: str) -> str:
    """Text without what is another every time: ids of providers, random suffixes."""
    text = re.sub(r"(pulumi:providers:[\w-]+::[^:\s]+::)[0-9a-f-]{36}", r"\1id", short(text))
    return re.sub(r"/\S*/tests/conformance/", "", text)


def record_lines(record: dict) -> list[str]:
    """A record as text: its URN, and a line for each field that says something."""
    marks = [word for word in ("delete", "pendingReplacement", "external", "protect") if record.get(word)]
    lines = [f"{tidy(record['urn'])}" + (f" ({', '.join(marks)})" if marks else "")]
    for name in FIELDS:
        value = record.get(name)
        if value and name not in marks and not _says_nothing(name, value):
            lines.append(f"  {name}: {_field(name, value, record)}")
    return lines


def _says_nothing(name, value):
    if name == "parent":
        return value.split("::")[-2] == "pulumi:pulumi:Stack"
    return name == "propertyDependencies" and not any(value.values())


def _field(name, value, record):
    match name:
        case "id" if record["type"].startswith(("pulumi:providers:", "pulumi-python:", "pulumi:index:Stash")):
            return '"id"'
        case "dependencies" | "additionalSecretOutputs" | "aliases" | "ignoreChanges" | "replaceOnChanges":
            return ", ".join(sorted(map(tidy, value)))
        case "propertyDependencies":
            told = [
                f"{key} -> {', '.join(sorted(map(tidy, urns)))}"
                for key, urns in sorted(value.items())
                if urns
            ]
            return "; ".join(told)
        case "inputs" | "outputs" if record["type"].startswith(("pulumi:providers:", "pulumi-python:")):
            return shown({key: item for key, item in value.items() if not key.startswith("__")})
        case _:
            return shown(value)
