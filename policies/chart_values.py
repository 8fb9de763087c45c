"""What charts are told: in which places it is written, and what of it counts.

Sources: Flux, "Helm Releases" (`valuesFrom` in its order, then `values`; a later one counts more); Argo CD,
"Helm" (parameters count more than `valuesObject` or, without it, `values`; these more than `valueFiles`). Of
lists the one that counts more stands alone; only parameters change single elements, as `helm --set` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.model import Resource
from policies.named_objects import object_named
from policies.scene import Scene
from policies.values import UNKNOWN, Undecided, Unknown, opened
from policies.yaml_text import documents

_KEYS: Final = re.compile(r"(?:\\.|[^.\[\\])+|\[\d+\]")
"""Parts of a name as `helm --set` takes it: `a.b[0].c`; a dot that is none is `\\.`."""

_LONGEST: Final = 1000
"""No list of values is longer; who names a later place is not followed."""

_OWN: Final = "values.yaml"
"""The chart's own values, which count without being named."""

_SEVERAL: Final = re.compile(r"[,{]")
"""In one value under a `targetPath` Flux reads these as the next name, or as a list."""


@dataclass(frozen=True, slots=True)
class Told:
    """One place from which a chart is told something."""

    path: str
    """In the resource that has the chart installed."""

    tree: Any
    """`UNKNOWN` where nobody sees it before the chart is installed."""

    is_here: bool = True
    """Whether the values are at the path, and not only the name of where they are."""

    by_element: bool = False
    """Whether it changes single elements of lists."""

    def at(self, place: str) -> str:
        """The path of what is at a place in the tree, such as `.image.tag`."""
        return f"{self.path}{place}" if self.is_here else self.path

    def under(self, keys: Sequence[str]) -> tuple[bool, Any]:
        """Whether it says anything of what is under keys that may have dots in them, and what."""
        found = opened(self.tree)
        for number, key in enumerate(keys):
            if isinstance(found, Unknown):
                return True, found
            if not isinstance(found, dict):  # nothing of it is left, of what counts less neither
                return number > 0, None
            fields = cast("Mapping[str, Any]", found)
            if key not in fields:
                return False, None
            found = opened(fields[key])
        return True, found


@dataclass(frozen=True, slots=True)
class Values:
    """All that a chart is told."""

    told: tuple[Told, ...]
    """What counts less comes first."""

    def seen(self) -> tuple[Told, ...]:
        """What counts more than anything that nobody sees."""
        last = max((number for number, each in enumerate(self.told) if each.tree is UNKNOWN), default=-1)
        return self.told[last + 1 :]

    def unseen(self) -> Told | None:
        """What nobody sees, and may say anything that is said in no other place."""
        return next((each for each in reversed(self.told) if each.tree is UNKNOWN), None)

    def of(self, keys: Sequence[str]) -> tuple[str, Any]:
        """The path and the value of what counts under keys; None if nobody says anything.

        Raises `Undecided`.
        """
        place = "".join(f".{key}" for key in keys)
        for each in reversed(self.told):
            is_said, value = each.under(keys)
            if isinstance(value, Unknown):
                raise Undecided(each.at(place))
            if is_said:
                return each.at(place), value
        return next(each.at(place) for each in reversed(self.told) if each.is_here), None


def plain(tree: Any, path: str) -> Values:
    """Values that are written in one place."""
    return Values((_written(path, tree),))


def of_release(release: Resource, scene: Scene) -> Values:
    """What a HelmRelease of Flux tells its chart."""
    spec = opened(release.peek("spec"))
    if isinstance(spec, Unknown):
        return plain(spec, "spec")
    fields = members(spec)
    files = members(members(fields.get("chart")).get("spec")).get("valuesFiles")
    return Values(
        (
            *_of_files(files, "spec.chart.spec.valuesFiles"),
            *_of_references(fields.get("valuesFrom"), release, scene),
            _written("spec.values", fields.get("values")),
        )
    )


def of_source(helm: Any, path: str) -> Values:
    """What a source of an application of Argo CD tells its chart in its field `helm`, which is at a path."""
    helm = opened(helm)
    if isinstance(helm, Unknown):
        return plain(helm, path)
    fields = members(helm)
    key = "valuesObject" if fields.get("valuesObject") else "values"
    return Values(
        (
            *_of_files(fields.get("valueFiles"), f"{path}.valueFiles"),
            _written(f"{path}.{key}", fields.get(key) if key == "valuesObject" else _read(fields.get(key))),
            *_of_parameters(fields, path, "parameters"),
            *_of_parameters(fields, path, "fileParameters"),
        )
    )


def members(value: Any) -> Mapping[str, Any]:
    """Its fields; none if it is something else."""
    value = opened(value)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def merged(told: Iterable[Told]) -> Any:
    """What counts of all of them together."""
    tree: Any = None
    for each in told:
        tree = _over(tree, each.tree, by_element=each.by_element)
    return tree


def _written(path: str, tree: Any) -> Told:
    return Told(path, UNKNOWN if isinstance(opened(tree), Unknown) else tree)


def _read(text: Any) -> Any:
    """The values in a text; a text that cannot be read hides what it names."""
    text = opened(text)
    if not isinstance(text, str):
        return text
    found = documents(text)
    return UNKNOWN if found is None else next(iter(found), None)


def _of_files(names: Any, path: str) -> Iterator[Told]:
    """Files of the chart, or of a repository."""
    names = opened(names)
    items = cast("list[Any]", names) if isinstance(names, list) else []
    if isinstance(names, Unknown) or any(opened(each) != _OWN for each in items):
        yield Told(path, UNKNOWN, is_here=False)


def _of_references(items: Any, release: Resource, scene: Scene) -> Iterator[Told]:
    items, path = opened(items), "spec.valuesFrom"
    if isinstance(items, Unknown):
        yield Told(path, UNKNOWN, is_here=False)
    for number, item in enumerate(cast("list[Any]", items) if isinstance(items, list) else ()):
        yield _referred(members(item), f"{path}[{number}]", release, scene)


def _referred(fields: Mapping[str, Any], path: str, release: Resource, scene: Scene) -> Told:
    text = _kept(fields, release, scene)
    target = opened(fields.get("targetPath"))
    if not target:
        return Told(path, _read(text) if isinstance(text, str) else UNKNOWN, is_here=False)
    is_one = isinstance(target, str) and not (isinstance(text, str) and _SEVERAL.search(text))
    tree = _named(target, text) if is_one else UNKNOWN
    return Told(path, tree, is_here=False, by_element=True)


def _kept(fields: Mapping[str, Any], release: Resource, scene: Scene) -> Any:
    """The text in a config map of the scene; what is in a Secret, or elsewhere, nobody sees."""
    name, key = opened(fields.get("name")), opened(fields.get("valuesKey") or _OWN)
    if opened(fields.get("kind")) != "ConfigMap" or not (isinstance(name, str) and isinstance(key, str)):
        return UNKNOWN
    found = None
    with suppress(Undecided):
        found = object_named("ConfigMap", name, release, scene)
    return opened(members(found.peek("data")).get(key, UNKNOWN)) if found else UNKNOWN


def _of_parameters(helm: Mapping[str, Any], path: str, key: str) -> Iterator[Told]:
    """What `name: a.b, value: c` means, as values have it; of files nobody sees what is in them."""
    items = opened(helm.get(key))
    if isinstance(items, Unknown):
        yield Told(f"{path}.{key}", UNKNOWN, is_here=False)
    if not isinstance(items, list) or not items:
        return
    tree: Any = {}
    for item in cast("list[Any]", items):
        value = members(item).get("value") if key == "parameters" else UNKNOWN
        tree = _over(tree, _named(members(item).get("name", UNKNOWN), value), by_element=True)
    yield Told(f"{path}.{key}", tree, is_here=False, by_element=True)


def _named(name: Any, value: Any) -> Any:
    """A tree with nothing in it but a value under a name."""
    name = opened(name)
    keys = _KEYS.findall(str(name))
    if isinstance(name, Unknown) or any(key.startswith("[") and int(key[1:-1]) > _LONGEST for key in keys):
        return UNKNOWN
    made = value if keys else None
    for key in reversed(keys):
        place = int(key[1:-1]) if key.startswith("[") else None
        made = {key.replace("\\", ""): made} if place is None else [*([None] * place), made]
    return made


def _over(below: Any, above: Any, *, by_element: bool) -> Any:
    """The one tree with the other over it; what is not said above stays as it is below."""
    below, above = opened(below), opened(above)
    if above is None or (isinstance(below, Unknown) and isinstance(above, dict | list)):
        return below
    if isinstance(below, dict) and isinstance(above, dict):
        one, other = cast("dict[str, Any]", below), cast("dict[str, Any]", above)
        both = {name: _over(one.get(name), item, by_element=by_element) for name, item in other.items()}
        return {**one, **both}
    if by_element and isinstance(below, list) and isinstance(above, list):
        ones, others = cast("list[Any]", below), cast("list[Any]", above)
        longer = range(max(len(ones), len(others)))
        return [_over(_at(ones, number), _at(others, number), by_element=True) for number in longer]
    return above


def _at(items: list[Any], number: int) -> Any:
    return items[number] if number < len(items) else None
