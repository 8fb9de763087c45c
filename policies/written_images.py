"""Where a resource names images: in pods, in custom resources of operators, in the values of charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.chart_values import DELIVERED_BY_ARGO, Values, members, sources
from policies.image_parts import LINE, PLAIN, is_image, is_operand, is_reference, is_repository, joined, whole
from policies.model import Resource
from policies.pods import CHARTS, texts_in
from policies.scene import canonical
from policies.values import Undecided, Unknown, opened
from policies.yaml_text import documents

_CHARTS: Final = frozenset(map(canonical, CHARTS))
_APPLICATIONS: Final = frozenset(map(canonical, DELIVERED_BY_ARGO))
_ADD_ON: Final = "aws:eks/addon:Addon"
MANIFESTS: Final = "kubernetes:yaml/v2:ConfigGroup"

_OPERANDS: Final = ("RELATED_IMAGE", "_IMAGE")
"""Beginning and end of the variables by which operators learn which images they are to start."""

_FILLED_IN: Final = ("{{", "${")
"""What a controller puts something in the place of: an ApplicationSet's template, Flux's `postBuild`."""


@dataclass(frozen=True, slots=True)
class Written:
    """One image that is named, or a part of the name that is not known yet."""

    path: str
    value: Any

    def text(self) -> str:
        """The reference; empty if it is none. Raises `Undecided`."""
        if isinstance(self.value, Unknown):
            raise Undecided(self.path)
        if isinstance(self.value, str) and any(mark in self.value for mark in _FILLED_IN):
            raise Undecided(self.path)
        return self.value if isinstance(self.value, str) else ""


def images_in(resource: Resource) -> Iterator[Written]:
    """Every image that the resource names; what is not known yet is answered as one that is undecided."""
    match canonical(resource.type):
        case kind if kind in _CHARTS:
            yield from _walk(resource.peek("values"), "values")
        case kind if kind in _APPLICATIONS:
            for path, source in sources(resource):
                yield from _of_source(source, path)
        case kind if kind == _ADD_ON:
            yield from _of_text(resource.peek("configurationValues"), "configurationValues")
        case kind if kind == canonical(MANIFESTS):
            yield from _walk(resource.peek("objs"), "objs")
            yield from _of_text(resource.peek("yaml"), "yaml")
        case _:
            yield from _walk(resource.peek("spec"), "spec")


def _of_source(source: Any, path: str) -> Iterator[Written]:
    """Where an application comes from: by Helm, by Kustomize, or not known."""
    source = opened(source)
    if isinstance(source, Unknown):
        yield Written(path, source)
        return
    fields = members(source)
    yield from _walk(fields.get("kustomize"), f"{path}.kustomize")
    helm = opened(fields.get("helm"))
    if isinstance(helm, Unknown):
        yield Written(f"{path}.helm", helm)
        return
    values = Values.of(members(helm), f"{path}.helm")
    own = tuple(_walk(values.tree, values.path))
    if not values.parameters:
        yield from own
        return
    for each in _walk(values.merged, values.path):
        yield each if each in own else Written(f"{path}.helm.parameters", each.value)


def _of_text(text: Any, path: str) -> Iterator[Written]:
    """What documents of YAML or JSON name; what cannot be read as such is read line by line."""
    text = opened(text)
    if not isinstance(text, str):
        yield from (Written(path, each.value) for each in _walk(text, path))
        return
    found = documents(text)
    if found is None:
        yield from (Written(path, each[1]) for each in LINE.finditer(text))
        return
    for document in found:
        yield from (Written(path, each.value) for each in _walk(document, path))
        inner = (one for _, one in texts_in(document, path) if isinstance(one, str) and "\n" in one)
        yield from (Written(path, each[1]) for one in inner for each in LINE.finditer(one))


def _walk(value: Any, path: str) -> Iterator[Written]:
    value = opened(value)
    match value:
        case Unknown():
            yield Written(path, value)
        case dict():
            fields = cast("Mapping[str, Any]", value)
            yield from _of_variable(fields, path)
            yield from _of_parts(fields, path)
            for key, item in fields.items():
                if key == "image" and is_operand(fields):
                    continue
                yield from _of_field(key, joined(fields, key, item), f"{path}.{key}")
        case list():
            for number, item in enumerate(cast("list[Any]", value)):
                yield from _walk(item, f"{path}[{number}]")
        case _:
            pass


def _of_field(key: str, item: Any, path: str) -> Iterator[Written]:
    item = opened(item)
    match item:
        case str() | Unknown() if is_image(key) or _is_told(key, item):
            yield Written(path, item)
        case dict() | list() if key == "images":
            yield from _of_several(item, path)
        case dict() if is_repository(key, item):
            yield from _of_chart(cast("Mapping[str, Any]", item), path)
        case Unknown() if PLAIN.search(key):
            pass
        case list() if PLAIN.search(key):
            for number, each in enumerate(cast("list[Any]", item)):
                if not isinstance(each, Unknown):
                    yield from _walk(each, f"{path}[{number}]")
        case _:
            yield from _walk(item, path)


def _of_several(item: Any, path: str) -> Iterator[Written]:
    """A list of images, or one each under a name of its own; Kustomize writes `old=new`."""
    if isinstance(item, list):
        for number, each in enumerate(cast("list[Any]", item)):
            text = opened(each)
            text = text.rpartition("=")[2] if isinstance(text, str) else text
            yield from _of_field("image", text, f"{path}[{number}]")
        return
    for key, each in members(item).items():
        is_one = is_reference(each) or (isinstance(each, dict) and is_repository("image", each))
        yield from _of_field("image" if is_one else key, each, f"{path}.{key}")


def _of_chart(fields: Mapping[str, Any], path: str) -> Iterator[Written]:
    if "reference" in fields:  # a volume that is an image
        yield Written(f"{path}.reference", fields["reference"])
        return
    yield Written(path, whole(fields))
    for key, item in fields.items():
        if isinstance(opened(item), dict | list):
            yield from _of_field(key, item, f"{path}.{key}")


def _of_parts(fields: Mapping[str, Any], path: str) -> Iterator[Written]:
    """An image whose parts stand beside others' fields."""
    if is_operand(fields):
        version = fields.get("version")
        name = f"{fields['repository']}/{fields['image']}"
        mark = "@" if str(version).startswith("sha256:") else ":"
        value = version if isinstance(version, Unknown) else f"{name}{mark}{version}" if version else name
        yield Written(f"{path}.image", value)
    if isinstance(fields.get("imageRepository"), str | Unknown):
        parts = {"repository": fields["imageRepository"], "tag": fields.get("imageTag")}
        yield Written(f"{path}.imageRepository", whole(parts))


def _of_variable(fields: Mapping[str, Any], path: str) -> Iterator[Written]:
    name, value = fields.get("name"), fields.get("value")
    if isinstance(name, Unknown) and is_reference(value):
        yield Written(f"{path}.name", name)
    if not isinstance(name, str) or value is None:
        return
    if _is_told(name, value):
        yield Written(f"{path}.value", value)


def _is_told(name: str, value: Any) -> bool:
    """Whether a variable of this name tells an operator an image."""
    return name.startswith(_OPERANDS[0]) or (name.endswith(_OPERANDS[1]) and is_reference(value))
