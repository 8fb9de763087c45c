"""Where a value does not keep to a schema: JSON Schema, as far as Kubernetes uses it. Pure.

The package jsonschema does the same, but takes 70 ms to import, and as kubernetes-validate calls it 9 ms for
each object (0.7 s in the plan of an environment that is kept in a folder); and it knows no values that are
decided later. The tests hold the two against each other.
"""

from __future__ import annotations

import difflib
import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.plan.values import REST, UNKNOWN, has_unknown
from provisioner.providers.interface import Problem
from provisioner.providers.kubernetes.objects import members

Schema = Mapping[str, Any]
"""Of these keywords: `$ref`, `type`, `enum`, `properties`, `required`, `additionalProperties`, `items`,
`pattern`, `allOf`, `anyOf`, `oneOf`, `not`, bounds of numbers, lengths and counts, and those of Kubernetes by
which items of a list are told apart.
What else there is, and words that mean nothing, demand nothing."""


LIST_TYPE: Final = "x-kubernetes-list-type"
MAP_KEYS: Final = "x-kubernetes-list-map-keys"
"""What says, of lists with server-side apply, by what their items are told apart."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
_CALLED: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a structure",
    "string": "a text",
}


@dataclass(frozen=True, slots=True)
class _Limit:
    """A keyword that bounds a size: of what type of value, how it is measured, what is wrong beyond it."""

    keyword: str
    type: str
    size: Callable[[Any], float]
    is_broken: Callable[[float, float], bool]
    words: str


_LIMITS: Final = (
    _Limit("minimum", "number", float, operator.lt, "is less than"),
    _Limit("maximum", "number", float, operator.gt, "is more than"),
    _Limit("minLength", "string", len, operator.lt, "has fewer characters than"),
    _Limit("maxLength", "string", len, operator.gt, "has more characters than"),
    _Limit("minItems", "array", len, operator.lt, "has fewer items than"),
    _Limit("maxItems", "array", len, operator.gt, "has more items than"),
    _Limit("minProperties", "object", len, operator.lt, "has fewer members than"),
    _Limit("maxProperties", "object", len, operator.gt, "has more members than"),
)
_EXCLUSIVE: Final = {
    "minimum": ("exclusiveMinimum", "has to be more than"),
    "maximum": ("exclusiveMaximum", "has to be less than"),
}
"""What says (in OpenAPI 3.0: by true) that the bound itself is too little or too much."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Schemas by the names that others refer to them by."""

    definitions: Mapping[str, Schema]

    def mistakes(self, value: Any, schema: Schema, at: str = "") -> Iterator[Problem]:
        """What of the value the schema does not have, and where; what is not known yet is taken."""
        if value is UNKNOWN:
            return
        schema = self._meant(schema)
        if wrong := _type_mistake(value, schema):
            yield Problem(at, wrong)
            return
        if (allowed := schema.get("enum")) and value not in allowed:
            yield Problem(at, f"`{value}` is none of {', '.join(f'`{each}`' for each in allowed)}")
        yield from (Problem(at, each) for each in _size_mistakes(value, schema))
        if isinstance(value, dict):
            yield from self._in_members(cast("dict[str, Any]", value), schema, at)
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            for number, item in enumerate(items):
                yield from self.mistakes(item, members(schema.get("items")), f"{at}[{number}]")
            yield from self._doubles(items, schema, at)
        yield from self._in_forms(value, schema, at)

    def _in_members(self, value: dict[str, Any], schema: Schema, at: str) -> Iterator[Problem]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for name, member in value.items():
            here = f"{at}.{name}" if at else name
            if name in properties:
                yield from self.mistakes(member, properties[name], here)
            elif isinstance(others, dict):
                yield from self.mistakes(member, cast("Schema", others), here)
            elif others is False and name != REST:
                near = difflib.get_close_matches(name, cast("list[str]", list(properties)), n=1, cutoff=0.7)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield Problem(here, f"there is no such field{hint}")
        if REST not in value:
            for name in schema.get("required", ()):
                if name not in value:
                    yield Problem(f"{at}.{name}" if at else name, "has to be given")

    def _meant(self, schema: Schema) -> Schema:
        while name := schema.get("$ref"):
            schema = self.definitions.get(str(name).rpartition("/")[2], {})
        return schema

    def _doubles(self, items: list[Any], schema: Schema, at: str) -> Iterator[Problem]:
        """Items of a set, or of a list with keys, that say the same as one before."""
        keys: list[str] = schema.get(MAP_KEYS) or []
        if not keys and schema.get(LIST_TYPE) != "set":
            return
        properties = members(self._meant(members(schema.get("items"))).get("properties"))
        defaults = {key: members(properties.get(key)).get("default") for key in keys}
        seen: dict[str, int] = {}
        for number, item in enumerate(items):
            said = {key: members(item).get(key, defaults[key]) for key in keys} if keys else item
            if has_unknown(said):
                continue
            if (first := seen.setdefault(repr(said), number)) != number:
                names = " and ".join(f"`{key}`" for key in keys)
                yield Problem(f"{at}[{number}]", f"has the same {names or 'value'} as `{at}[{first}]`")

    def _in_forms(self, value: Any, schema: Schema, at: str) -> Iterator[Problem]:
        for each in schema.get("allOf", ()):
            yield from self.mistakes(value, each, at)
        if forms := schema.get("anyOf"):
            yield from self._of_several(value, forms, at)[1]
        if forms := schema.get("oneOf"):
            fitting, wrong = self._of_several(value, forms, at)
            yield from wrong
            if fitting > 1 and not has_unknown(value):
                yield Problem(at, f"suits {fitting} of its forms, which exclude each other")
        if (form := schema.get("not")) and not has_unknown(value) and not any(self.mistakes(value, form)):
            yield Problem(at, "has the one form that its schema excludes")

    def _of_several(self, value: Any, forms: list[Schema], at: str) -> tuple[int, tuple[Problem, ...]]:
        """How many forms the value has, and what is wrong if it has none."""
        wrong = [next(self.mistakes(value, form, at), None) for form in forms]
        if fitting := wrong.count(None):
            return fitting, ()
        said = (
            one.reason if one.property == at else f"`{one.property}` {one.reason}" for one in wrong if one
        )
        return 0, (Problem(at, f"suits none of the forms it may have: {'; or '.join(dict.fromkeys(said))}"),)


def _type_mistake(value: Any, schema: Schema) -> str:
    """What is wrong with the type of a value; empty if nothing is."""
    said: str | list[str] = schema.get("type") or []
    allowed = [each for each in ([said] if isinstance(said, str) else said) if each in _TYPES]
    if not allowed or any(_TYPES[each](value) for each in allowed):
        return ""
    wanted = " or ".join(_CALLED[each] for each in allowed if each != "null")
    is_one = next((words for name, words in _CALLED.items() if _TYPES[name](value)), "something else")
    return f"is {is_one}, and has to be {wanted}"


def _size_mistakes(value: Any, schema: Schema) -> Iterator[str]:
    for limit in _LIMITS:
        bound = schema.get(limit.keyword)
        if bound is None or not _TYPES[limit.type](value):
            continue
        size = limit.size(value)
        if limit.is_broken(size, bound):
            yield f"{limit.words} {bound}"
        elif size == bound and (exclusive := _EXCLUSIVE.get(limit.keyword)) and schema.get(exclusive[0]):
            yield f"{exclusive[1]} {bound}"
    pattern = schema.get("pattern")
    if pattern and isinstance(value, str) and (found := _compiled(pattern)) and not found.search(value):
        yield f"`{value}` does not match `{pattern}`"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Go's expressions are nearly Python's; what Python cannot read is left to the API server."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
