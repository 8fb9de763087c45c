"""An environment with everything resolved: each value and where it came from, and the whole as one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from environments.load import Loaded
from environments.model import Environment
from environments.rendering import document, inline
from environments.source import Path, Settings, SourceMap, dotted


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting and its value in JSON's types. `place` is `file:line`; None: it is a default."""

    at: Path
    value: Any
    place: str | None

    @property
    def path(self) -> str:
        """The path as messages show it: `network.cidr`."""
        return dotted(self.at)

    @property
    def text(self) -> str:
        """The value as a file writes it."""
        return inline(self.value)


def rows(loaded: Loaded) -> tuple[Origin, ...]:
    """Every setting of the environment, in the order of the model; a list of plain values is one setting."""
    settings = loaded.environment.model_dump(mode="json")
    return tuple(
        Origin(path, value, _place(loaded.source, path, value)) for path, value in _leaves((), settings)
    )


def resolved(environment: Environment) -> str:
    """The environment as one file that extends nothing and relies on no default."""
    return document(_without_nulls(environment.model_dump(mode="json")))


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    match value:
        case dict() if value or not path:
            for name, inner in cast("dict[str, Any]", value).items():
                yield from _leaves((*path, name), inner)
        case [dict(), *_]:
            for number, inner in enumerate(cast("list[Any]", value)):
                yield from _leaves((*path, number), inner)
        case _:
            yield path, value


def _place(source: SourceMap, path: Path, value: Any) -> str | None:
    """Where a setting is written, by itself or in the short form of what it is part of."""
    for length in range(len(path), 0, -1):
        node = source.node(path[:length])
        if node is not None:
            # A short form says one setting of a section, and nothing of the others.
            is_around = length < len(path) and (isinstance(node, Settings) or value is None)
            return None if is_around else str(source.place(path[:length]))
    return None


def _without_nulls(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in settings.items() if value is not None}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return _without_nulls(cast("dict[str, Any]", value))
        case list():
            return [_plain(item) for item in cast("list[Any]", value)]
        case _:
            return value
