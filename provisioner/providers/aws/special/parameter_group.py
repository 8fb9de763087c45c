"""Parameter groups of databases: so many parameters in one call, and each is known by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.spec import Members
from provisioner.providers.interface import Object

TOGETHER = 20
"""docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html."""

PARAMETERS = "parameters"


class ParameterGroups(TableDriver):
    """Parameter groups."""

    def create(self, new: Properties) -> Object:
        """Make the group, then set its parameters."""
        empty = {prop: value for prop, value in new.items() if prop != PARAMETERS}
        made = super().create(empty)
        return self.update(made, new) if new.get(PARAMETERS) else made

    def make_changes(self, target: Target, old: Properties, new: Properties) -> None:
        """Set what is new or another; give what is gone its engine's default."""
        before, after = _by_name(old), _by_name(new)
        row = self.spec.row(PARAMETERS)
        assert row
        assert isinstance(row.on_change, Members)
        come = [
            it for name, it in after.items() if row.codec.canonical([it]) != _as_compared(row, before, name)
        ]
        gone = [it for name, it in before.items() if name not in after]
        for some in _chunks(come):
            run(row.on_change.add, target, {row.on_change.add_as: row.codec.encode(some)})
        for some in _chunks(gone):
            run(row.on_change.remove, target, {row.on_change.remove_as: row.codec.encode(some)})
        super().make_changes(target, {**old, PARAMETERS: new.get(PARAMETERS)}, new)


def _as_compared(row: Any, parameters: Mapping[str, Properties], name: str) -> Any:
    return row.codec.canonical([parameters[name]]) if name in parameters else None


def _by_name(inputs: Properties) -> dict[str, Properties]:
    return {parameter["name"].lower(): parameter for parameter in inputs.get(PARAMETERS) or ()}


def _chunks(parameters: Sequence[Properties]) -> Iterator[Sequence[Properties]]:
    for start in range(0, len(parameters), TOGETHER):
        yield parameters[start : start + TOGETHER]
