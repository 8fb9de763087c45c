"""The JSON of records, made once: the journal has it first, and then the state file that takes its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioner.engine.embedded.checkpoint import deployment_json, enclosed, format_of, record_json
from provisioner.engine.embedded.property_json import compact
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.state import Began, ResourceState


class RecordTexts:
    """Texts of records that were written lately. For several threads."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        self._known: dict[int, tuple[ResourceState, str]] = {}
        """By identity: a record never changes, and one that is kept here keeps its own."""

    def kept(self, state: ResourceState) -> str:
        """The text of a record, which will be asked for again."""
        text = compact(record_json(state, self.sealer))
        self._known[id(state)] = (state, text)
        return text

    def text(self, state: ResourceState) -> str:
        """The text of a record."""
        known = self._known.get(id(state))
        return compact(record_json(state, self.sealer)) if known is None else known[1]


def state_file(
    stack: str,
    records: Sequence[ResourceState],
    pending: Iterable[Began],
    texts: RecordTexts,
    said: tuple[str, Mapping[str, Any]],
) -> bytes:
    """`checkpoint.file_of` these records; `stack` is `<project>/<stack>`, `said` time and metadata."""
    time, metadata = said
    resources = ",".join(map(texts.text, records))  # first, since the first secret brings about the key
    rest = {**deployment_json((), pending, texts.sealer, time), "metadata": metadata}
    members = {name: compact(value) for name, value in rest.items()}
    first = {name: members.pop(name) for name in ("manifest", "secrets_providers") if name in members}
    members = {**first, **({"resources": f"[{resources}]"} if resources else {}), **members}
    latest = ",".join(f'"{name}":{text}' for name, text in members.items())
    form = format_of({**rest, "resources": [_features(state) for state in records]})
    return enclosed(form, f'{{"stack":{compact(f"organization/{stack}")},"latest":{{{latest}}}}}')


def _features(state: ResourceState) -> tuple[str, ...]:
    """The fields of a record, of those that decide of the format, that are written."""
    return (*(("resourceHooks",) if state.hooks else ()), *(("replaceWith",) if state.replace_with else ()))
