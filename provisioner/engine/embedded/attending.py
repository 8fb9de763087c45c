"""Hooks of what no provider is called for: components, and objects that are only forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, put
from provisioner.engine.failures import HookFailed
from provisioner.plan.model import Op, Step
from provisioner.providers.interface import Provider

_NOBODY: Final = cast("Provider", None)
"""In place of a provider where none is called."""

_CALLS: Final = {Op.CREATE: Call.CREATE, Op.UPDATE: Call.UPDATE, Op.DELETE: Call.DELETE}


class Attending:
    """Runs them aside, one after the other."""

    def __init__(self, carrier: Carrier, progress: Progress) -> None:
        self._carrier = carrier
        self._progress = progress
        self._open: dict[str, tuple[Step, Part]] = {}
        """Components that are registered, and whose outputs are not there yet."""

    def begins(
        self,
        step: Step,
        state: ResourceState,
        old: ResourceState | None,
        go: Callable[[], None],
        stay: Callable[[], None],
    ) -> None:
        """Go on when the hooks before the step are done, or `stay` if one of them objects."""
        part = Part(_CALLS[step.op], _NOBODY, state, old, put)
        self._open[state.urn] = step, part

        def done(trouble: str) -> None:
            if not trouble:
                go()
            elif self._progress.is_preview:
                raise HookFailed(state.urn, trouble)
            elif self._progress.refused(step, Outcome((), None, trouble), is_whole=True):
                stay()

        self._carrier.aside(lambda: self._carrier.hooks.before(part), done)

    def ends(self, state: ResourceState) -> None:
        """The step is done, and this is its record now."""
        begun = self._open.pop(state.urn, None)
        if begun is None:
            return
        step, part = begun

        def done(trouble: str) -> None:
            if trouble and self._progress.is_preview:
                raise HookFailed(state.urn, trouble)
            if trouble:
                self._progress.complain(step, trouble)

        made = replace(state, id=state.id or part.goal.id)
        self._carrier.aside(lambda: self._carrier.hooks.after(part, made), done)
