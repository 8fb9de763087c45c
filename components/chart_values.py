"""Values of charts: sections of settings, laid over one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def joined(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a chart, and others over them, section by section."""
    result = dict(values)
    for key, value in others.items():
        under = result.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            result[key] = joined(cast("dict[str, Any]", under), cast("dict[str, Any]", value))
        else:
            result[key] = value
    return result
