"""Which registrations go on, and what is answered to those that do not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.values import Properties, has_unknown


class Gate:
    """Turns away what is outside the scope, and what needs something that was not done."""

    def __init__(self, scene: Scene, progress: Progress) -> None:
        self._scene = scene
        self._progress = progress

    def kept(self, goal: Goal) -> ResourceState | None:
        """The record that stays as it is, if the resource is outside the scope and its object exists."""
        reach = self._scene.reach
        if reach.covers(goal.state) or not reach.leave_out(goal.state, goal.old) or goal.old is None:
            return None
        return replace(goal.old, urn=goal.state.urn)

    def turns_away(self, goal: Goal) -> bool:
        """Whether this run makes no such object; what is recorded of it stays. Raises `OutsideScope`."""
        state, reach = goal.state, self._scene.reach
        if not self._progress.is_preview and has_unknown([state.inputs, state.replacement_trigger]):
            reach.miss(state.urn)  # all values are known by now, but for those of what was refused
        if not reach.is_missing(state.urn) and not reach.is_blocked(state):
            return False
        if goal.old is not None:
            self._scene.census.registered[state.urn] = replace(goal.old, urn=state.urn)
        return True

    def foreseen(
        self, urn: str, outputs: Properties, needs: Mapping[str, Collection[str]]
    ) -> tuple[Properties, Mapping[str, str]]:
        """The outputs that an apply of this plan would record of a stack, and why it would not have others.

        What comes of something that is left out and was never made stays what it was. If it never was, its
        name leads to the URN of that.
        """
        record = self._scene.base.live(urn)
        before: Properties = record.outputs if record else {}
        known: dict[str, Any] = {}
        withheld: dict[str, str] = {}
        for name, value in outputs.items():
            absent = sorted(filter(self._scene.reach.is_missing, needs.get(name, ())))
            if not absent or not has_unknown(value):
                known[name] = value
            elif name in before:
                known[name] = before[name]
            else:
                withheld[name] = absent[0]
        return known, withheld

    def known(self, urn: str, outputs: Properties) -> Properties:
        """What is recorded of a component's outputs: what is unknown in the end stays what it was."""
        if self._progress.is_preview or not self._scene.reach.is_short:
            return outputs
        record = self._scene.base.live(urn)
        before: Properties = record.outputs if record else {}
        known = {name: before.get(name) if has_unknown(value) else value for name, value in outputs.items()}
        return {name: value for name, value in known.items() if value is not None}
