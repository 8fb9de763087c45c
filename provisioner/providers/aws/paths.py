"""Reading values out of AWS's answers by JMESPath, and putting them into calls."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast


@functools.cache
def _compiled(path: str) -> Any:
    # Imported late: a plan from state reads no answers.
    return import_module("jmespath").compile(path)


def at(path: str, document: Any) -> Any:
    """What is at `path` in the document, or None."""
    if path == "@":
        return document
    if path.isidentifier():  # nearly all paths are: no need to interpret them
        return cast("Mapping[str, Any]", document).get(path) if isinstance(document, Mapping) else None
    return _compiled(path).search(document)


def put(send: dict[str, Any], path: str, value: Any) -> None:
    """Set the parameter at a dotted path, making the structures on the way; `Targets[]` is a list of one."""
    *parents, last = path.split(".")
    for parent in parents:
        name, of_one, _ = parent.partition("[]")
        send = send.setdefault(name, [{}])[0] if of_one else send.setdefault(name, {})
    send[last] = value
