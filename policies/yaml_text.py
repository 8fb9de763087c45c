"""Texts of YAML in inputs of resources: manifests, and values of charts."""

from __future__ import annotations

from typing import Any, Final, cast

import yaml

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Makes texts of every scalar, and nothing else of anything: a tag `1.30` stays what it is."""


def documents(text: str) -> tuple[Any, ...] | None:
    """The documents in a text; None if it is no YAML. JSON is YAML."""
    try:
        return tuple(cast("Any", yaml.load_all(text, _LOADER)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
