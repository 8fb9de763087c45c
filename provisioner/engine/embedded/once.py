"""What the SDK finds out again and again is found out once: a tenth of its work.

Each of these stands for a function of the SDK and answers the same.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any, Final

import pulumi._types as sdk_types
from pulumi._utils import ContextProperty

_final: Final[set[Any]] = set()
"""Types of properties, as they are written, in which there is no name to resolve."""


def remember() -> None:
    """From now on, until the process ends."""
    if vars(sdk_types)["get_type_hints"] is _hints:
        return
    setattr(sdk_types, "get_type_hints", _hints)  # noqa: B010
    # Asked for each resource about its class; nobody changes the answer.
    setattr(sdk_types, "resource_types", functools.cache(sdk_types.resource_types))  # noqa: B010
    setattr(sdk_types, "unwrap_type", _Unwrapping(sdk_types.unwrap_type))  # noqa: B010
    setattr(sdk_types, "unwrap_optional_type", _Unwrapping(sdk_types.unwrap_optional_type))  # noqa: B010
    # Read twenty times for each output.
    setattr(ContextProperty, "__get__", _setting)  # noqa: B010


def _hints(of: Callable[..., Any], **names: Any) -> dict[str, Any]:
    """`typing.get_type_hints`."""
    told = of.__annotations__
    if len(told) != 1 or "return" not in told:
        return typing.get_type_hints(of, **names)
    try:
        if told["return"] in _final:
            return told  # itself, and not an equal one: to the SDK the order in a union matters
        found = typing.get_type_hints(of, **names)
        if found == told:
            _final.add(told["return"])
    except TypeError:  # `Annotated` may hold what cannot be looked up
        found = typing.get_type_hints(of, **names)
    return found


class _Unwrapping:
    """`unwrap_type` and the like. Only one object is the same type: equal unions may have another order."""

    def __init__(self, unwrap: Callable[[Any], Any]) -> None:
        self._unwrap = unwrap
        self._known: dict[int, tuple[Any, Any]] = {}

    def __call__(self, val: Any) -> Any:
        if (known := self._known.get(id(val))) is None:
            known = self._known[id(val)] = (val, self._unwrap(val))  # kept, so that no other gets its id
        return known[1]


def _setting(self: Any, instance: object, _: type | None = None) -> Any:
    """`ContextProperty.__get__`, which looks into the context twice."""
    if instance is None:
        return self
    value = self.fget()
    return self if isinstance(value, dict) else value
