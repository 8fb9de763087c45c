"""An environment with everything resolved: each value and where it came from, and the whole as one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from environments.load import Loaded, leaves
from environments.model import Environment
from environments.rendering import document, inline
from environments.source import dotted


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting: its path, its value as a file writes it, and `file:line` or `default`."""

    path: str
    value: str
    place: str


def rows(loaded: Loaded) -> tuple[Origin, ...]:
    """Every setting of the environment, in the order of the model."""
    places = loaded.origins
    return tuple(
        Origin(dotted(path), inline(value), str(places[path] or "default"))
        for path, value in leaves(loaded.environment)
    )


def resolved(environment: Environment) -> str:
    """The environment as one file that extends nothing and relies on no default."""
    return document(_without_nulls(environment.model_dump(mode="json")))


def _without_nulls(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for name, value in settings.items()
        if value is not None
    }
