"""Cases of rules, changed in every place they have."""

import json
import re

from policies.cases import read, scene_of
from policies.values import UNKNOWN

ABSENT = object()

__all__ = ["ABSENT", "changed", "everywhere", "leads", "places", "read", "refers", "scene_of"]


def everywhere(case):
    """Each value of each resource of a case, however deep: the resource's key, where it is, and the value.

    What is in a text of JSON counts as well.
    """
    for key, inputs in case.items():
        if ":" in key:
            for place, value in _inside(inputs or {}, ()):
                if place not in ((), ("$options",)):
                    yield key, place, value


def _inside(value, place):
    yield place, value
    value = _opened(value)
    if isinstance(value, dict):
        for name, item in value.items():
            if place or not name.startswith("$") or name == "$options":
                yield from _inside(item, (*place, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _inside(item, (*place, number))


def _opened(value):
    """A document in place of its text."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return value


def changed(case, key, place, value):
    """The case with another value at a place of a resource; `ABSENT` takes it away."""
    return {**case, key: _changed(case[key] or {}, place, value)}


def _changed(whole, place, value):
    if not place:
        return value
    if (document := _opened(whole)) is not whole:
        # What cannot be in a text of JSON is not known as a whole.
        within = _changed(document, place, value)
        return value if value is UNKNOWN else json.dumps(within)
    first, rest = place[0], place[1:]
    if isinstance(first, int):
        within = _changed(whole[first], rest, value)
        return [*whole[:first], *([] if within is ABSENT else [within]), *whole[first + 1 :]]
    within = _changed(whole.get(first, {}) if isinstance(whole, dict) else {}, rest, value)
    kept = {name: item for name, item in (whole if isinstance(whole, dict) else {}).items() if name != first}
    return kept if within is ABSENT else {**kept, first: within}


def refers(value):
    """Whether there is anything in a value that comes from another resource of its case."""
    return "_Elsewhere" in repr(value)


def places(case, path):
    """Where a path such as `rules[].status` leads to in a case, or would lead to if it were set."""
    found = [(key, place) for key, place, _ in everywhere(case) if leads(path, place)]
    plain = tuple(_names(path))
    unset = [(key, plain) for key in case if ":" in key] if "[]" not in path else []
    return [*found, *(each for each in unset if each not in found)]


def leads(path, place):
    """Whether a place is one that a path leads to."""
    return [name if isinstance(name, str) else "[]" for name in place] == re.findall(
        r"\[\]|[^.\[\]]+", path.replace("options.", "$options.") if path.startswith("options.") else path
    )


def _names(path):
    return ("$options", *path.split(".")[1:]) if path.startswith("options.") else path.split(".")
