"""The option `import_`: an object that exists already is recorded under the name that a program gives it.

As Pulumi's engine does it (`ImportStep` in `pkg/resource/deploy/step.go`): it is read by its id, and what the
program wants otherwise is an update that follows at once. What would have to be made anew cannot be imported,
and the plan says so.
"""

from __future__ import annotations

from dataclasses import replace

from provisioner.engine.embedded import adoption
from provisioner.engine.embedded.adoption import Seen
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.making import Making, cannot_replace
from provisioner.engine.embedded.planner import Decision
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.steps import step_of
from provisioner.engine.embedded.wanted import Reply
from provisioner.engine.embedded.work import Call, Part, put
from provisioner.engine.failures import CloudNotRead
from provisioner.plan.concealment import masked, remarked
from provisioner.plan.model import Op
from provisioner.providers.interface import Problem, Provider, Refused


class ImportOption:
    """Takes objects over."""

    def __init__(self, scene: Scene, carrier: Carrier, progress: Progress, making: Making) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._making = making

    def takes_over(self, provider: Provider, goal: Goal, reply: Reply) -> bool:
        """Whether the object is another one than is recorded; then it is read, and recorded."""
        wanted, old = goal.wanted.import_id, goal.old
        if old is not None and not old.external and (old.import_id or old.id) == wanted:
            return False
        self._take_over(provider, goal, reply)
        return True

    def _take_over(self, provider: Provider, goal: Goal, reply: Reply) -> None:
        """Raises `CloudNotRead` if there is no such object."""
        named, token = goal.wanted.import_id, goal.state.type
        if holder := self._holder(goal):
            self._making.refuse(
                goal.state,
                (Problem("import_", f"the object {named} is recorded as {holder} already"),),
                reply,
            )
            return

        def look() -> Seen | Refused | None:
            try:
                return adoption.look(provider, goal, named, self._scene.seed)
            except Refused as refused:
                return refused

        def seen(found: Seen | Refused | None) -> None:
            if found is None:
                raise CloudNotRead(token, f"there is none with id {named}")
            if isinstance(found, Refused):
                raise CloudNotRead(token, masked(found.reason, goal.state.inputs), found.code)
            self._seen(provider, goal, found, reply)

        self._carrier.aside(look, seen)

    def _seen(self, provider: Provider, goal: Goal, seen: Seen, reply: Reply) -> None:
        record = adoption.recorded(goal, seen, "")
        found = adoption.decision(goal, record, seen)
        if problems := seen.checked.problems or (
            cannot_replace(found.reasons) if found.op is Op.REPLACE else ()
        ):
            self._making.refuse(goal.state, problems, reply)
            return
        state = replace(record, inputs=remarked(seen.checked.inputs, seen.wanted))
        reasons = found.reasons if found.op is Op.UPDATE else ()
        step = step_of(Decision(Op.IMPORT, reasons), state, record, self._scene.origin(state))
        self._progress.decided(step)
        edits = self._making.superseding(goal, record)
        parts = (Part(Call.RECORD, provider, record, None, edits),)
        if reasons:
            parts = (*parts, Part(Call.UPDATE, provider, state, record, put))
        self._making.carry(step, parts, reply)

    def _holder(self, goal: Goal) -> str:
        """The URN under which the object is recorded already; empty if it is not."""
        state = goal.state
        held = (
            record.urn
            for record in self._scene.base.records()
            if (record.type, record.id, record.provider)
            == (state.type, goal.wanted.import_id, state.provider)
            and not (record.external or record.delete or record.urn in goal.names)
        )
        return next(held, "")
