"""Where a resource names images: in pods, in custom resources of operators, in the values of charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.chart_values import Told, Values, members, merged, of_release, of_source
from policies.delivered_charts import APPLICATIONS, HELM_RELEASE, is_filled_in, sources
from policies.image_parts import LINE, PLAIN, is_image, is_operand, is_reference, is_repository, joined, whole
from policies.model import Resource
from policies.pods import CHARTS, texts_in
from policies.scene import Scene, canonical
from policies.values import UNKNOWN, Undecided, Unknown, at, opened
from policies.yaml_text import documents

_CHARTS: Final = frozenset(map(canonical, CHARTS))
_APPLICATIONS: Final = frozenset(map(canonical, APPLICATIONS))
_ADD_ON: Final = "aws:eks/addon:Addon"
MANIFESTS: Final = "kubernetes:yaml/v2:ConfigGroup"

_VALUES: Final = ("values", "valuesFrom")

_OPERANDS: Final = ("RELATED_IMAGE", "_IMAGE")
"""Beginning and end of the variables by which operators learn which images they are to start."""


@dataclass(frozen=True, slots=True)
class Written:
    """One image that is named, or a part of the name that is not known yet."""

    path: str
    value: Any

    def text(self) -> str:
        """The reference; empty if it is none. Raises `Undecided`."""
        if isinstance(self.value, Unknown) or is_filled_in(self.value):
            raise Undecided(self.path)
        return self.value if isinstance(self.value, str) else ""


def images_in(resource: Resource, scene: Scene) -> Iterator[Written]:
    """Every image that the resource names; what is not known yet is answered as one that is undecided."""
    match canonical(resource.type):
        case kind if kind in _CHARTS:
            yield from _walk(resource.peek("values"), "values")
        case kind if kind == canonical(HELM_RELEASE):
            yield from _of_values(of_release(resource, scene))
            rest = {key: each for key, each in members(resource.peek("spec")).items() if key not in _VALUES}
            yield from _walk(rest, "spec")
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
    yield from _of_values(of_source(fields.get("helm"), f"{path}.helm"))


def _of_values(values: Values) -> Iterator[Written]:
    """What a chart is told, each at the place where somebody says it."""
    unseen, told = values.unseen(), tuple(reversed(values.seen()))
    if unseen:
        yield Written(unseen.path, UNKNOWN)
    tree = merged(values.seen())
    named = [(each, tuple(_walk(each.tree, ""))) for each in told]
    for found in _walk(tree, ""):
        teller = next((each for each, own in named if found in own), None) or _changing(told, found.path)
        is_sure = not unseen or _is_complete(tree, found.path)
        yield Written(teller.at(found.path), found.value if is_sure else UNKNOWN)


def _is_complete(tree: Any, place: str) -> bool:
    """Whether the image at a place has no part that may be said elsewhere."""
    with suppress(Undecided):
        text = opened(at(tree, place))
        return isinstance(text, str) and ":" in text.rpartition("/")[2]
    return False


def _changing(told: Sequence[Told], place: str) -> Told:
    """Who says a part of what several say together: the one that counts most."""
    for each in told:
        with suppress(Undecided):
            if at(each.tree, place) is not None:
                return each
    return told[0]


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
