"""What the SDK finds out again and again is found out once: a sixth of its work.

Each of these stands for a function of the SDK and answers the same.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any, Final

import pulumi._types as sdk_types
from pulumi._utils import ContextProperty

_final: Final[dict[Any, dict[str, Any]]] = {}
"""By the type of a property as it is written, if no name in it was to be resolved."""


def remember() -> None:
    """From now on, until the process ends."""
    if vars(sdk_types)["get_type_hints"] is _hints:
        return
    setattr(sdk_types, "get_type_hints", _hints)  # noqa: B010
    # Asked for each resource, and for each property of one; nobody changes the answers.
    setattr(sdk_types, "resource_types", functools.cache(sdk_types.resource_types))  # noqa: B010
    setattr(sdk_types, "unwrap_type", functools.cache(sdk_types.unwrap_type))  # noqa: B010
    # Read twenty times for each output.
    setattr(ContextProperty, "__get__", _setting)  # noqa: B010


def _hints(of: Callable[..., Any], **names: Any) -> dict[str, Any]:
    """`typing.get_type_hints`."""
    told = of.__annotations__
    if len(told) != 1 or "return" not in told:
        return typing.get_type_hints(of, **names)
    known = _final.get(told["return"])
    if known is None:
        known = typing.get_type_hints(of, **names)
        if known == told:
            _final[told["return"]] = known
    return known


def _setting(self: Any, instance: object, _: type | None = None) -> Any:
    """`ContextProperty.__get__`, which looks into the context twice."""
    if instance is None:
        return self
    value = self.fget()
    return self if isinstance(value, dict) else value
