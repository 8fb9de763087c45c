"""The settings of a file against the model: an environment, or everything that is wrong with it at once."""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from environments import vocabulary
from environments.diagnostics import Diagnostic
from environments.explain import explain
from environments.later import not_available_yet
from environments.model import Environment
from environments.source import Broken, Items, Node, Path, Scalar, Settings, SourceMap, dotted

_ROUNDS: Final = 20
"""More than any file needs: each round replaces what the round before it refused."""


def check(source: SourceMap) -> tuple[Environment | None, list[Diagnostic]]:
    """The environment, and no problem; or None, and all problems the model has with the file.

    Checks that cross sections run only where the sections are right. So what is wrong is replaced by the
    default or the model's example, and the model is asked again, until it has nothing more to say.
    """
    draft = _Draft(source)
    environment = draft.validated()
    for _ in range(_ROUNDS):
        if environment or not draft.mended:
            break
        environment = draft.validated()
    return (None if draft.diagnostics or draft.is_patched else environment), draft.diagnostics


class _Draft:
    """The values of a file, in which refused ones are replaced by valid ones."""

    def __init__(self, source: SourceMap) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.mended = True
        self._source = source
        self._values: dict[str, Any] = _plain(source.root)
        # What has its diagnostic already; nothing more is said about it, nor about what depends on it.
        self._spoken_of: set[Path] = {path for path, node in source.paths() if isinstance(node, Broken)}
        for path, diagnostic in not_available_yet(source):
            self.diagnostics.append(diagnostic)
            self._spoken_of.add(path)
            self._remove(path)

    @property
    def is_patched(self) -> bool:
        """Whether some value is not the file's."""
        return bool(self._spoken_of)

    def validated(self) -> Environment | None:
        """The model's answer; a refusal is noted, and what was refused is replaced."""
        try:
            return Environment.model_validate(self._values)
        except ValidationError as refusal:
            self.mended = False
            refused = [
                (vocabulary.path_of(error["loc"]), error) for error in refusal.errors(include_url=False)
            ]
            for path, error in refused:
                self._tell(path, error)
            for path, _ in refused:
                self._mend(path)
            return None

    def _tell(self, path: Path, error: ErrorDetails) -> None:
        because = error.get("ctx", {}).get("because", ())
        if not self._is_spoken_of(path, because):
            self.diagnostics.append(explain(error, path, self._source))

    def _is_spoken_of(self, path: Path, because: tuple[str, ...]) -> bool:
        above = any(path[: len(other)] == other for other in self._spoken_of)
        return above or any(dotted(other) in because for other in self._spoken_of)

    def _mend(self, path: Path) -> None:
        # A wrong entry takes its list with it: the numbers of the other entries must not move.
        number = next((at for at, key in enumerate(path) if isinstance(key, int)), len(path))
        path = path[:number]
        field = vocabulary.setting(path)
        again = path in self._spoken_of
        self._spoken_of.add(path)
        if field is None or not (field.is_required() or again):
            self.mended |= self._remove(path)
        elif (sample := vocabulary.example(field)) is not None:
            self.mended |= self._put(path, sample)

    def _remove(self, path: Path) -> bool:
        return self._around(path).pop(path[-1], self) is not self

    def _put(self, path: Path, value: Any) -> bool:
        around = self._around(path)
        if around.get(path[-1]) == value:
            return False
        around[path[-1]] = value
        return True

    def _around(self, path: Path) -> dict[str | int, Any]:
        """The settings that stand beside a setting; of a section that is none, there are none."""
        around: Any = self._values
        for key in path[:-1]:
            around = cast("dict[str | int, Any]", around).get(key) if isinstance(around, dict) else None
        return cast("dict[str | int, Any]", around) if isinstance(around, dict) else {}


def _plain(node: Node) -> Any:
    """The values without their places; what could not be read is left out, with the list it is in."""
    match node:
        case Settings(_, entries):
            values = {name: _plain(entry.value) for name, entry in entries.items()}
            return {name: value for name, value in values.items() if not isinstance(value, Broken)}
        case Items(_, items):
            values = [_plain(item) for item in items]
            return next((value for value in values if isinstance(value, Broken)), values)
        case Scalar(_, _, value):
            return value
        case Broken():
            return node
