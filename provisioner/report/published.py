"""The published JSON Schemas of what is written for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "schemas"
_USES: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("findings",),
    "events": ("plan", "findings"),
    "plan-file": ("findings",),
    "drift": (),
    "findings": (),
    "keys": (),
}
"""Each schema, and those that it refers to."""

NAMES: Final = tuple(_USES)


def schema(name: str) -> dict[str, Any]:
    """One schema as a document that needs no other: those it refers to are in it, under their own ids."""
    found = _read(name)
    if _USES[name]:
        found["$defs"] |= {other: _read(other) for other in _USES[name]}
    return found


def _read(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return raw
