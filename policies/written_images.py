"""Where a resource names images: in pods, in custom resources of operators, in the values of charts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.model import Resource
from policies.pods import CHARTS
from policies.scene import canonical
from policies.values import Hidden, Undecided, Unknown

_CHARTS: Final = frozenset(map(canonical, CHARTS))
_ADD_ON: Final = "aws:eks/addon:Addon"
MANIFESTS: Final = "kubernetes:yaml/v2:ConfigGroup"
_LINE: Final = re.compile(r"""^[\s-]*image:[ \t]+["']?([^\s"'#]+)""", re.MULTILINE)
_PLAIN: Final = re.compile(
    r"(annotations|args|arns?|bucket|cidrs?|cluster|command|domain|endpoint|hosts?|ids?|ips?|keys?|labels|names?"
    r"|namespace|password|ports?|profile|queue|region|replicas|roles?|secret|token|ur[il]s?|value|vpc|zones?)$",
    re.IGNORECASE,
)
"""Ends of keys under which no image is named; what is not known anywhere else may be one."""

_OPERANDS: Final = ("RELATED_IMAGE", "_IMAGE")
"""Beginning and end of the variables by which operators learn which images they are to start."""


@dataclass(frozen=True, slots=True)
class Written:
    """One image that is named, or a part of the name that is not known yet."""

    path: str
    value: Any

    def text(self) -> str:
        """The reference; empty if it is none. Raises `Undecided`."""
        if isinstance(self.value, Unknown):
            raise Undecided(self.path)
        return self.value if isinstance(self.value, str) else ""


def images_in(resource: Resource) -> Iterator[Written]:
    """Every image that the resource names; what is not known yet is answered as one that is undecided."""
    match canonical(resource.type):
        case kind if kind in _CHARTS:
            yield from _walk(resource.peek("values"), "values")
        case kind if kind == _ADD_ON:
            yield from _of_document(resource, "configurationValues")
        case kind if kind == canonical(MANIFESTS):
            yield from _walk(resource.peek("objs"), "objs")
            yield from _of_text(resource, "yaml")
        case _:
            yield from _walk(resource.peek("spec"), "spec")


def _of_document(resource: Resource, path: str) -> Iterator[Written]:
    """What a JSON text says; YAML, which add-ons take as well, is read line by line."""
    value = resource.peek(path)
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        yield from _of_text(resource, path)
        return
    yield from (Written(path, each.value) for each in _walk(found, path))


def _of_text(resource: Resource, path: str) -> Iterator[Written]:
    value = resource.peek(path)
    if isinstance(value, Unknown):
        yield Written(path, value)
    elif isinstance(value, str):
        yield from (Written(path, found[1]) for found in _LINE.finditer(value))


def _walk(value: Any, path: str) -> Iterator[Written]:
    value = value.value if isinstance(value, Hidden) else value
    match value:
        case Unknown():
            yield Written(path, value)
        case dict():
            fields = cast("Mapping[str, Any]", value)
            yield from _of_variable(fields, path)
            yield from _of_operand(fields, path)
            for key, item in fields.items():
                if key == "image" and _is_operand(fields):
                    continue
                yield from _of_field(key, item, f"{path}.{key}")
        case list():
            for number, item in enumerate(cast("list[Any]", value)):
                yield from _walk(item, f"{path}[{number}]")
        case _:
            pass


def _of_field(key: str, item: Any, path: str) -> Iterator[Written]:
    item = item.value if isinstance(item, Hidden) else item
    is_image = key == "image" or key.endswith("Image")
    match item:
        case str() | Unknown() if is_image:
            yield Written(path, item)
        case dict() if is_image and "reference" in item:  # a volume that is an image
            yield Written(f"{path}.reference", cast("Mapping[str, Any]", item)["reference"])
        case dict() if is_image and "repository" in item:  # as charts have it
            yield _of_chart(cast("Mapping[str, Any]", item), path)
        case Unknown() if _PLAIN.search(key):
            pass
        case list() if _PLAIN.search(key):
            for number, each in enumerate(cast("list[Any]", item)):
                if not isinstance(each, Unknown):
                    yield from _walk(each, f"{path}[{number}]")
        case _:
            yield from _walk(item, path)


def _is_operand(fields: Mapping[str, Any]) -> bool:
    """Whether an image is named in three parts, as NVIDIA's GPU operator has it."""
    return isinstance(fields.get("image"), str) and isinstance(fields.get("repository"), str)


def _of_operand(fields: Mapping[str, Any], path: str) -> Iterator[Written]:
    if _is_operand(fields):
        version = fields.get("version")
        name = f"{fields['repository']}/{fields['image']}"
        mark = "@" if str(version).startswith("sha256:") else ":"
        value = version if isinstance(version, Unknown) else f"{name}{mark}{version}" if version else name
        yield Written(f"{path}.image", value)


def _of_variable(fields: Mapping[str, Any], path: str) -> Iterator[Written]:
    name, value = fields.get("name"), fields.get("value")
    if isinstance(name, Unknown) and _is_reference(value):
        yield Written(f"{path}.name", name)
    if not isinstance(name, str) or value is None:
        return
    if name.startswith(_OPERANDS[0]) or (name.endswith(_OPERANDS[1]) and _is_reference(value)):
        yield Written(f"{path}.value", value)


def _is_reference(value: Any) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, str) and "/" in value)


def _of_chart(fields: Mapping[str, Any], path: str) -> Written:
    parts = [fields.get(key, "") for key in ("registry", "repository", "tag", "digest")]
    if any(isinstance(each, Unknown) for each in parts):
        return Written(path, Unknown.UNKNOWN)
    registry, repository, tag, digest = (str(each or "") for each in parts)
    name = f"{registry}/{repository}" if registry else repository
    return Written(path, name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else ""))
