"""The settings of a file against the model: an environment, or everything that is wrong with it at once."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from environments import vocabulary
from environments.cluster import TODAY
from environments.diagnostics import Diagnostic
from environments.explain import explain
from environments.later import not_available_yet
from environments.model import Environment
from environments.on_demand import each_error
from environments.source import Broken, Items, Node, Path, Scalar, Settings, SourceMap

_ROUNDS: Final = 200
"""Each round replaces what the round before it refused; a rule that crosses sections refuses one thing a
round. Whoever has more to correct than that is told of the rest the next time."""


def check(source: SourceMap, today: date | None = None) -> tuple[Environment | None, list[Diagnostic]]:
    """The environment, and no problem; or None, and all problems the model has with the file.

    Checks that cross sections run only where the sections are right. So what is wrong is replaced by the
    default or the model's example, and the model is asked again, until it has nothing more to say. Versions
    must be supported on the day `today`; None: this day.
    """
    draft = _Draft(source, today)
    environment = draft.validated()
    for _ in range(_ROUNDS):
        if environment or not draft.mended:
            break
        environment = draft.validated()
    return (None if draft.diagnostics or draft.is_patched else environment), draft.diagnostics


class _Entries(dict[int, Any]):
    """A list whose entries keep their numbers when others are taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """One refusal by the model: of the value at `path`, or rather of the part at `blamed`."""

    error: ErrorDetails
    path: Path
    blamed: Path
    causes: tuple[Path, ...]
    """The other settings the check looked at."""

    @property
    def spoilt(self) -> Path:
        """What has to be replaced before the model can say more."""
        return self.path if self.error.get("ctx", {}).get("blame") == "whole" else self.blamed


class _Draft:
    """The values of a file, in which refused ones are replaced by valid ones or taken out."""

    def __init__(self, source: SourceMap, today: date | None) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.mended = True
        self._source = source
        self._context = {TODAY: today} if today else {}
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
            return Environment.model_validate(_plain(self._values), context=self._context)
        except ValidationError as refusal:
            refusals = [self._refusal(error) for error in each_error(refusal.errors(include_url=False))]
        paths = [refusal.path for refusal in refusals]
        for refusal in refusals:
            if not self._is_explained(refusal, paths):
                self.diagnostics.append(explain(refusal.error, refusal.path, self._source, refusal.blamed))
        self.mended = False
        for refusal in refusals:
            self._mend(refusal)
        return None

    def _refusal(self, error: ErrorDetails) -> _Refusal:
        path, said = vocabulary.path_of(error["loc"]), error.get("ctx", {})
        causes = [_setting(name) for name in said.get("because", ())]
        return _Refusal(
            error=error,
            path=self._in_file(path),
            blamed=self._in_file((*path, *said.get("at", ()))),
            causes=tuple(
                self._in_file((*around, *cause)) for around in ((), path[:-1], path) for cause in causes
            ),
        )

    def _is_explained(self, refusal: _Refusal, refused: list[Path]) -> bool:
        """Whether the refusal follows from another that has, or gets, its own message."""
        path = refusal.path
        if any(_is_in(refusal.blamed, other) for other in self._spoken_of):
            return True
        if refusal.error["type"] == "too_short":  # the list would be long enough, were its entries right
            return any(_is_in(other, path) and other != path for other in (*self._spoken_of, *refused))
        return any(
            _is_in(other, cause) or _is_in(cause, other)
            for other in self._spoken_of
            for cause in refusal.causes
        )

    def _in_file(self, path: Path) -> Path:
        """The path with the numbers that entries of lists have in the file."""
        result: Path = ()
        for key in path:
            around = self._at(result)
            numbers = list(around) if isinstance(around, _Entries) and isinstance(key, int) else []
            result = (*result, numbers[int(key)] if numbers else key)
        return result

    def _mend(self, refusal: _Refusal) -> None:
        """Replaces the part to blame, or where that is a default, the whole of what was refused."""
        self.mended |= self._replace(refusal.spoilt) or self._replace(refusal.path)

    def _replace(self, path: Path) -> bool:
        """Takes the default for what was refused, or else the model's example; takes out entries of lists.

        What is refused even as an example is replaced with the section around it.
        """
        self._spell_out(path[:-1])
        while not isinstance(self._at(path[:-1]), dict):
            path = path[:-1]
        again = path in self._spoken_of
        self._spoken_of.add(path)
        field = vocabulary.setting(path)
        if field is None or isinstance(path[-1], int) or not (field.is_required() or again):
            return self._remove(path)
        sample, around = vocabulary.example(field), self._at(path[:-1])
        if sample is None or around.get(path[-1]) == sample:
            return len(path) > 1 and self._replace(path[:-1])
        around[path[-1]] = copy.deepcopy(sample)  # it is mended itself, perhaps
        return True

    def _spell_out(self, path: Path) -> None:
        """Makes a section of the one word that stands for it, so that parts of it can be replaced."""
        field, word = vocabulary.setting(path) if path else None, self._at(path)
        if field and isinstance(word, str) and (short := vocabulary.short_form(field)):
            self._at(path[:-1])[path[-1]] = {short.setting: word}

    def _remove(self, path: Path) -> bool:
        around = self._at(path[:-1])
        return isinstance(around, dict) and cast("dict[Any, Any]", around).pop(path[-1], self) is not self

    def _at(self, path: Path) -> Any:
        value = self._values
        for key in path:
            value = cast("dict[Any, Any]", value).get(key) if isinstance(value, dict) else None
        return value


def _setting(name: str) -> Path:
    """The path that a check wrote as `replicas.0.region`."""
    return tuple(int(key) if key.isdecimal() else key for key in name.split("."))


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
