"""Values that are written and never read: kept in memory from `check` to the call, and nowhere else.

A state holds the inputs of a resource. In the place of such a value it holds a word that says so; what it
stands for is known to the provider that was told it, for as long as it runs.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from provisioner.plan.concealment import masked
from provisioner.plan.values import Properties, Secret, has_unknown, mapped
from provisioner.providers.interface import Object, Problem, Refused
from provisioner.providers.vault.paths import at, put
from provisioner.providers.vault.spec import ResourceSpec

_MARK: Final = "written only: "


class WrittenOnly:
    """The values that one provider was told, for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}

    def kept(self, spec: ResourceSpec, name: str, inputs: Properties) -> dict[str, Any]:
        """The inputs with words in the place of values that are not to be recorded."""
        found = copy(inputs)
        for path in paths(spec):
            value = at(path, found)
            if value is not None and not has_unknown(value) and not is_word(value):
                put(found, path, self._word(f"{spec.type} {name} {path}", value))
        return found

    def told(self, spec: ResourceSpec, inputs: Properties) -> dict[str, Any]:
        """The inputs with the values themselves. Raises `Refused` for one that this was never told."""
        found = copy(inputs)
        for path in paths(spec):
            word = at(path, found)
            if is_word(word):
                put(found, path, self._value(spec, path, word))
        return found

    def _value(self, spec: ResourceSpec, path: str, word: str) -> Any:
        with self._lock:
            if word in self._known:
                return self._known[word]
        raise Refused(
            f"`{path}` of {spec.type} is written only: no record has it, so only the program can say it."
            " `provisioner apply` runs the program",
            code="VaultWrittenOnly",
        )

    def _word(self, what: str, value: Any) -> str:
        """One that says nothing of the value. Two resources of one type and name have words of their own."""
        for number in range(len(self._known) + 1):
            digest = hashlib.sha256(f"{what} {number}".encode()).hexdigest()[:12]
            word = f"{_MARK}{digest}"
            with self._lock:
                if self._known.setdefault(word, value) == value:
                    return word
        raise AssertionError("there is a word for each value")


def is_word(value: Any) -> bool:
    """Whether it stands for a value that is not recorded."""
    return isinstance(value, str) and value.startswith(_MARK)


def marked(spec: ResourceSpec, inputs: Properties) -> dict[str, Any]:
    """The inputs with what is secret in them marked, so that it is sealed wherever they are written."""
    found = copy(inputs)
    for path in spec.secret:
        value = at(path, found)
        if value is not None:
            put(found, path, Secret(value))
    return found


def without(spec: ResourceSpec, outputs: Properties) -> dict[str, Any]:
    """Outputs with nothing in the place of values that are written only."""
    found = copy(outputs)
    for path in paths(spec):
        if at(path, found) is not None:
            put(found, path, None)
    return found


@contextmanager
def untold(spec: ResourceSpec, new: Properties, told: Properties) -> Generator[None]:
    """Within it no refusal tells such a value: not in its words, nor of an object that was not finished.

    `new` are the inputs with words in the place of values, `told` are those with the values.
    """
    values = {path: Secret(value) for path in paths(spec) if (value := at(path, told)) is not None}
    try:
        yield
    except Refused as refusal:
        if not values:
            raise
        reasons = [masked(each, values) for each in refusal.reasons]
        made = refusal.made and _recordable(spec, refusal.made, new)
        raise Refused(
            masked(refusal.reason, values), code=refusal.code, made=made, reasons=reasons
        ) from None  # what it came from tells them


def _recordable(spec: ResourceSpec, made: Object, new: Properties) -> Object:
    inputs = copy(made.inputs)
    for path in paths(spec):
        value = at(path, inputs)
        if value is not None and not is_word(value):
            put(inputs, path, at(path, new))
    return Object(made.id, inputs, without(spec, made.outputs))


def problems(spec: ResourceSpec, inputs: Properties) -> Iterator[Problem]:
    """A value that no number says the change of would be written once, and never again."""
    for path, number in paths(spec).items():
        if at(path, inputs) is not None and at(number, inputs) is None:
            reason = f"needs `{number}`: it is never read back, so that number says it has changed"
            yield Problem(path, reason)


def paths(spec: ResourceSpec) -> dict[str, str]:
    """Where such values are, and the number of each."""
    own = {row.prop: row.written_only for row in spec.fields if row.written_only}
    return {**own, **spec.inner_written_only}


def copy(properties: Properties) -> dict[str, Any]:
    """The properties, with structures of their own."""
    return cast("dict[str, Any]", mapped(dict(properties), lambda leaf: leaf))
