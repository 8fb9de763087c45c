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


class _Entries(dict[int, Any]):
    """A list whose entries keep their numbers when others are taken out."""


class _Draft:
    """The values of a file, in which refused ones are replaced by valid ones or taken out."""

    def __init__(self, source: SourceMap) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.mended = True
        self._source = source
        self._values: Any = _draft(source.root)
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
            return Environment.model_validate(_plain(self._values))
        except ValidationError as refusal:
            errors = refusal.errors(include_url=False)
        located = [(vocabulary.path_of(error["loc"]), error) for error in errors]
        refused = [self._in_file(path) for path, _ in located]
        for path, (model_path, error) in zip(refused, located, strict=True):
            if not self._is_explained(path, error, refused):
                blamed = self._in_file((*model_path, *error.get("ctx", {}).get("at", ())))
                self.diagnostics.append(explain(error, path, self._source, blamed))
        self.mended = False
        for path in refused:
            self._mend(path)
        return None

    def _is_explained(self, path: Path, error: ErrorDetails, refused: list[Path]) -> bool:
        """Whether the refusal follows from another that has, or gets, its own message."""
        if any(_is_in(path, other) for other in self._spoken_of):
            return True
        if error["type"] == "too_short":  # the list would be long enough, were its entries right
            return any(_is_in(other, path) and other != path for other in (*self._spoken_of, *refused))
        because = error.get("ctx", {}).get("because", ())
        return any(dotted(other) in because for other in self._spoken_of)

    def _in_file(self, path: Path) -> Path:
        """The path with the numbers that entries of lists have in the file."""
        result: Path = ()
        for key in path:
            around = self._at(result)
            numbers = list(around) if isinstance(around, _Entries) and isinstance(key, int) else []
            result = (*result, numbers[int(key)] if numbers else key)
        return result

    def _mend(self, path: Path) -> None:
        """Takes the default for what was refused, or else the model's example; takes out entries of lists."""
        again = path in self._spoken_of
        self._spoken_of.add(path)
        field = vocabulary.setting(path)
        is_entry = isinstance(path[-1], int)
        if field is None or is_entry or not (field.is_required() or again):
            self.mended |= self._remove(path)
        elif (sample := vocabulary.example(field)) is not None:
            around = self._at(path[:-1])
            around[path[-1]] = sample
            self.mended = True

    def _remove(self, path: Path) -> bool:
        around = self._at(path[:-1])
        return isinstance(around, dict) and cast("dict[Any, Any]", around).pop(path[-1], self) is not self

    def _at(self, path: Path) -> Any:
        value = self._values
        for key in path:
            value = cast("dict[Any, Any]", value).get(key) if isinstance(value, dict) else None
        return value


def _is_in(path: Path, around: Path) -> bool:
    return path[: len(around)] == around


def _draft(node: Node) -> Any:
    """The values without their places; what could not be read is left out."""
    match node:
        case Settings(_, entries):
            return {
                name: _draft(entry.value)
                for name, entry in entries.items()
                if not isinstance(entry.value, Broken)
            }
        case Items(_, items):
            read = {number: _draft(item) for number, item in enumerate(items) if not isinstance(item, Broken)}
            return _Entries(read)
        case Scalar(_, _, value):
            return value
        case Broken():
            return None


def _plain(draft: Any) -> Any:
    if isinstance(draft, _Entries):
        return [_plain(entry) for entry in draft.values()]
    if isinstance(draft, dict):
        return {name: _plain(value) for name, value in cast("dict[str, Any]", draft).items()}
    return draft
