"""What `apply` and `destroy` have in common: show the plan, ask, carry it out, say how it ended."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from contextlib import ExitStack

from provisioner.cli.asking import agreed
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.screen import Screen, out
from provisioner.engine.events import Event
from provisioner.engine.failures import Failure, LossNotApproved
from provisioner.engine.interface import Result
from provisioner.plan.model import Mode, Source, StackPlan
from provisioner.plan.risk import Loss, losses
from provisioner.report.outcome import Ending, ending_text, stopped_text, unchanged_text
from provisioner.report.plan_text import plan_text
from provisioner.report.terminal import showing
from provisioner.wiring import Workspace
from provisioner.workflow import Change, carry_out, recording

_CODES = {
    Result.DONE: ExitCode.DONE,
    Result.FAILED: ExitCode.FAILED,
    Result.INTERRUPTED: ExitCode.INTERRUPTED,
}


def change(workspace: Workspace, mode: Mode, source: Source, *, yes: bool) -> ExitCode:
    """Carry out what the person, or `--yes`, agrees to; the exit code. Raises a `Failure`."""
    conversation = _Conversation(workspace, mode, out(), yes=yes)
    with conversation:
        carried = carry_out(workspace.engine, workspace.stacks, mode, source, conversation.change)
    if carried is None:
        if mode is Mode.UPDATE and conversation.refused is ExitCode.DONE:
            resources = recording(workspace.engine, workspace.stacks).resources
            text = unchanged_text(workspace.name, resources, workspace.endpoint)
            conversation.screen.write("\n" + text)
        return conversation.refused
    ending = Ending(
        environment=workspace.name,
        mode=mode,
        applied=carried.applied,
        resources=carried.recording.resources,
        outputs=carried.recording.outputs,
        endpoint=workspace.endpoint,
    )
    conversation.screen.write("\n" + ending_text(ending, conversation.screen.style))
    return _CODES[ending.result]


class _Conversation:
    """Shows plans, asks about them, and shows what happens then."""

    def __init__(self, workspace: Workspace, mode: Mode, screen: Screen, *, yes: bool) -> None:
        self.screen = screen
        self.refused = ExitCode.DONE
        self._workspace = workspace
        self._mode = mode
        self._yes = yes
        self._shown = ExitStack()
        self._begun = False
        self.change = Change(self._agree, self._tell, self._begin)
        self._consume = _nobody
        self._plans: Sequence[StackPlan] = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, failure: BaseException | None, _traceback: object) -> None:
        self._shown.close()
        if self._begun and isinstance(failure, Failure):
            self._say_what_exists()

    def _agree(self, plans: Sequence[StackPlan]) -> str | None:
        self._plans = plans
        lost = () if self._workspace.is_disposable else tuple(loss for plan in plans for loss in losses(plan))
        self.screen.write(plan_text(plans, self.screen.style, lost))
        if all(plan.is_empty for plan in plans):
            # What is recorded is brought up to date all the same; nobody has to agree to that.
            return "nothing to agree to" if any(plan.is_bookkeeping for plan in plans) else None
        if self._yes:
            _refuse(lost)
            return "--yes"
        if self._is_agreed(lost):
            return getpass.getuser()
        self.screen.say("Nothing was changed.")
        self.refused = ExitCode.FAILED
        return None

    def _is_agreed(self, lost: Sequence[Loss]) -> bool:
        name = self._workspace.environment.name
        if self._mode is Mode.DESTROY:
            return agreed(f"Destroy all of this in {name}?", name)
        if lost:
            return agreed(f"Do this in {name}, and lose the data listed above?", name)
        return agreed(f"Do this in {name}?", "yes")

    def _begin(self) -> None:
        self._workspace.begin()
        self._begun = True
        self._consume = self._shown.enter_context(showing(self._plans, self.screen.stream, self.screen.style))

    def _tell(self, event: Event) -> None:
        self._consume(event)

    def _say_what_exists(self) -> None:
        resources = recording(self._workspace.engine, self._workspace.stacks).resources
        self.screen.say(f"\n{stopped_text(resources, self._workspace.endpoint)}\n")


def _refuse(lost: Sequence[Loss]) -> None:
    if lost:
        raise LossNotApproved(tuple((loss.step.op.value, loss.step.urn, loss.what) for loss in lost))


def _nobody(_event: Event) -> None:
    """Takes events before there is anybody to show them to."""
