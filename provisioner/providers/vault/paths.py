"""Dotted paths into what Vault tells, and into what it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def at(path: str, document: Any) -> Any:
    """What is at the path, or None; an empty path is the document itself."""
    found = document
    for name in path.split(".") if path else ():
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(name)
    return found


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Put the value at the path, making the structures on the way."""
    *above, last = path.split(".")
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value
