"""Who set which field of a live object, by its `metadata.managedFields`; and what ours are now. Pure.

The API server spells many values its own way (`1000m` of CPU is `1`), so a value that differs from what was
asked for need not have been changed. But the server also keeps, field by field, who set it last: what is
still ours is as we asked for it, in whatever spelling. (Fields are spelt as in structured-merge-diff's
`fieldpath` package: `f:` a member, `k:` an item by its key, `v:` an item by its value, `.` the thing itself.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.kubernetes.objects import metadata_of, rows

Fields = Mapping[str, Any]
"""What of a value is somebody's; an empty one: all of it. None in its place: nothing is known to be."""

_SUFFIXES: Final = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
"""Of quantities (apimachinery, `pkg/api/resource/quantity.go`)."""


def entries(live: Properties) -> Iterator[dict[str, Any]]:
    """Who set what."""
    yield from rows(metadata_of(live).get("managedFields"))


def managers(live: Properties) -> frozenset[str]:
    """The names of those who set something of the object itself, and not only of its status."""
    return frozenset(str(each.get("manager", "")) for each in entries(live) if not each.get("subresource"))


def fields_of(live: Properties, manager: str) -> Fields | None:
    """What a manager has set, or None if that is nothing.

    Also by an update: what a webhook changes in what we apply is recorded as that, under our name.
    """
    found: dict[str, Any] | None = None
    for each in entries(live):
        if each.get("manager") == manager and not each.get("subresource"):
            found = _together(found or {}, each.get("fieldsV1") or {})
    return found


def as_they_are(asked: Properties, live: Properties, fields: Fields | None) -> dict[str, Any]:
    """The properties that were asked for as they are now, in the spelling they were asked for in."""
    found: dict[str, Any] = {}
    for name, value in asked.items():
        if name in ("apiVersion", "kind"):
            found[name] = value
        elif name in live:
            found[name] = _now(value, live[name], _below(fields, f"f:{name}"))
        elif _is_nothing(value):
            found[name] = value
    return found


def same(asked: Any, live: Any) -> bool:
    """Whether two values mean the same; texts may be the same quantity."""
    if isinstance(asked, bool) or isinstance(live, bool):
        return asked is live or (_is_nothing(asked) and _is_nothing(live))
    if asked == live:
        return True
    if not isinstance(asked, str | int | float) or not isinstance(live, str | int | float):
        return _is_nothing(asked) and _is_nothing(live)
    one, other = _quantity(str(asked)), _quantity(str(live))
    return one is not None and one == other


def _now(asked: Any, live: Any, fields: Fields | None) -> Any:
    """One value as it is now."""
    if fields is not None and not fields:
        return asked  # ours as a whole
    if isinstance(asked, dict) and isinstance(live, dict):
        return _members(cast("Properties", asked), cast("Properties", live), fields)
    if isinstance(asked, list) and isinstance(live, list):
        return _items(cast("list[Any]", asked), cast("list[Any]", live), fields)
    return cast("Any", asked if same(asked, live) else live)


def _members(asked: Properties, live: Properties, fields: Fields | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in asked.items():
        below = _below(fields, f"f:{name}")
        if name in live:
            found[name] = _now(value, live[name], below)
        elif _is_nothing(value) or below is not None:
            found[name] = value
    return found


def _items(asked: list[Any], live: list[Any], fields: Fields | None) -> list[Any]:
    keyed = _keyed(fields)
    if keyed:
        return [item for each in asked for item in _keyed_item(each, live, keyed)]
    if fields and any(name.startswith("v:") for name in fields):
        return [each for each in asked if each in live]
    if len(asked) != len(live):
        return live
    return [_now(one, other, None) for one, other in zip(asked, live, strict=True)]


def _keyed_item(asked: Any, live: list[Any], keyed: list[tuple[dict[str, Any], Fields]]) -> Iterator[Any]:
    """The item with the same key, if there still is one; it is not said whose others are."""
    if not isinstance(asked, dict):
        return
    mine = cast("dict[str, Any]", asked)
    names = {name for key, _ in keyed for name in key}
    best = [other for other in rows(live) if _agree(mine, other, names)]
    if not best:
        return
    ours = (fields for key, fields in keyed if all(mine.get(k, best[0].get(k)) == v for k, v in key.items()))
    yield _members(mine, best[0], next(ours, None))


def _agree(one: dict[str, Any], other: dict[str, Any], names: set[str]) -> bool:
    """Whether two items have the same key. What one leaves out (`protocol`) was filled in for it."""
    return all(one[name] == other.get(name) for name in names if name in one) and any(n in one for n in names)


def _keyed(fields: Fields | None) -> list[tuple[dict[str, Any], Fields]]:
    return [(json.loads(name[2:]), below) for name, below in (fields or {}).items() if name.startswith("k:")]


def _below(fields: Fields | None, name: str) -> Fields | None:
    if fields is None:
        return None
    found: Any = fields.get(name)
    if isinstance(found, dict) and set(cast("Fields", found)) == {"."}:
        return None  # the thing itself is ours, and nothing in it
    return cast("Fields | None", found)


def _together(one: Fields, other: Fields) -> dict[str, Any]:
    return {
        name: _together(one.get(name, {}), other.get(name, {})) if name in one and name in other else below
        for name, below in {**one, **other}.items()
    }


def _is_nothing(value: Any) -> bool:
    """What an API server leaves out when it is asked for the object."""
    return value is None or value in ("", 0, False) or value in ([], {})


def _quantity(text: str) -> Decimal | None:
    number = text.rstrip("numkMGTPEi")
    try:
        return Decimal(number) * _SUFFIXES.get(text[len(number) :], Decimal(1 if number == text else "NaN"))
    except InvalidOperation:
        return None
