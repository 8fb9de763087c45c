"""What `apply` and `destroy` have in common: show the plan, ask, carry it out, say how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import click

from provisioner.cli.approving import Intent, approver, must_be_approved
from provisioner.cli.called import as_typed, program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.lasting import LastingStream, lasting
from provisioner.cli.needed_programs import must_be_here
from provisioner.cli.screen import Screen, err, out
from provisioner.cli.showing import policy_of
from provisioner.cli.streaming import Stream
from provisioner.engine.events import Event
from provisioner.engine.failures import Failure
from provisioner.engine.interface import Engine, Result, Stack, Watching
from provisioner.engine.state_failures import StateIsAway
from provisioner.plan.model import Mode, StackPlan, Step
from provisioner.plan.values import Properties
from provisioner.providers.aws.taken import is_taken
from provisioner.report.explain import explain
from provisioner.report.outcome import (
    Ending,
    Where,
    ending_text,
    nobody_took,
    result_of,
    stopped_text,
    unchanged_text,
)
from provisioner.report.plan_view import PlanView, view_text
from provisioner.report.terminal import showing
from provisioner.schedule import Phase
from provisioner.workflow import Carried, Change, Recording, carry_out, carry_out_unseen, recording

if TYPE_CHECKING:  # rules are loaded where there is something to judge
    from provisioner.judging import Judged

_CODES = {
    Result.DONE: ExitCode.DONE,
    Result.FAILED: ExitCode.FAILED,
    Result.INTERRUPTED: ExitCode.INTERRUPTED,
}


class Workplace(Protocol):
    """What is changed: the stacks of an environment, or the one of a project."""

    @property
    def name(self) -> str:
        """As the person called it on the command line."""
        ...

    @property
    def called(self) -> str:
        """Its own name, which is typed to agree to its destruction."""
        ...

    @property
    def engine(self) -> Engine:
        """Who does it."""
        ...

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All of them."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know before anything else."""
        ...

    @property
    def endpoint(self) -> str | None:
        """Of the local cloud, if it runs."""
        ...

    @property
    def folder(self) -> str | None:
        """What is for clusters is written into it."""
        ...

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data."""
        ...

    @property
    def begin(self) -> Callable[[], None]:
        """To be called before the first change."""
        ...

    def schedule(self, mode: Mode) -> tuple[Phase, ...]:
        """What is done after what."""
        ...

    def explained(self, plan: StackPlan) -> StackPlan:
        """The plan with what people want to know about its steps."""
        ...

    def judged(self, plans: Sequence[StackPlan]) -> Judged | None:
        """What the rules say of the plans; None where there are none."""
        ...

    def judged_afterwards(self, before: Judged, /) -> Judged | None:
        """What the rules say of what is recorded now; None if they could tell everything before."""
        ...

    def watch(self, plans: Sequence[StackPlan], judged: Judged, /) -> Watching:
        """Who judges again before each step of an apply of these plans."""
        ...


class Telling(Protocol):
    """Shows what is planned and what happens, to a person or to a program."""

    def planned(self, view: PlanView) -> None:
        """The plan."""
        ...

    def began(self, view: PlanView) -> None:
        """It was agreed to, and is about to be carried out."""
        ...

    def told(self, event: Event) -> None:
        """Something happened."""
        ...

    def refused(self) -> None:
        """Nobody agreed."""
        ...

    def unchanged(self) -> None:
        """There was nothing to do."""
        ...

    def ended(self, carried: Carried, code: ExitCode) -> None:
        """It came to its end."""
        ...

    def broke(self, failure: Failure) -> None:
        """It stopped for a reason that is told elsewhere."""
        ...

    def interrupted(self) -> None:
        """Somebody pressed Ctrl-C, and nobody was told to finish what runs."""
        ...

    def close(self) -> None:
        """Nothing happens any more."""
        ...


def change(workspace: Workplace, intent: Intent) -> ExitCode:
    """Carry out what somebody agrees to; the exit code. Raises a `Failure`."""
    # What is agreed to is done, whether or not somebody goes on reading.
    screen, stream = lasting(out(), lasts=intent.yes or intent.unseen)
    telling: Telling = (
        Stream(str(workspace.name), screen) if intent.as_json else _Conversation(workspace, intent, screen)
    )
    course = _Course(workspace, intent, telling, stream)
    try:
        carry = carry_out_unseen if intent.unseen else carry_out
        carried = carry(workspace.engine, workspace.schedule(intent.mode), intent.source, course.change)
    except Failure as failure:
        telling.broke(failure)
        raise
    except (KeyboardInterrupt, click.Abort):
        telling.interrupted()
        raise
    finally:
        telling.close()
    if carried is None:
        return course.undone()
    code = _CODES[result_of(carried.applied)]
    if code is ExitCode.DONE and course.breaks_rules():
        code = ExitCode.REFUSED_BY_POLICY
    telling.ended(carried, code)
    return code


class _Course:
    """From the plan to the first change."""

    def __init__(self, workspace: Workplace, intent: Intent, telling: Telling, stream: LastingStream) -> None:
        self._workspace = workspace
        self._intent = intent
        self._stream = stream
        self._telling = telling
        self._view = PlanView(environment=workspace.name, plans=())
        self._watching = intent.pace.watching
        self._judged: Judged | None = None
        watching = Watching(forbids=self._forbids, learns=self._learns)
        pace = replace(intent.pace, watching=watching)
        self.change = Change(self._agree, telling.told, self._begin, intent.scope, pace, intent.saved)

    def undone(self) -> ExitCode:
        """Nobody agreed, or there was nothing to agree to."""
        if self._view.is_empty:
            self._telling.unchanged()
            return ExitCode.DONE
        self._telling.refused()
        return ExitCode.FAILED

    def breaks_rules(self) -> bool:
        """Whether a rule is broken that could not be told before; then that is told now."""
        found = self._workspace.judged_afterwards(self._judged) if self._judged else None
        if found is None or not found.report.blocking:
            return False
        from provisioner.report.findings_text import findings_text  # noqa: PLC0415 - it is rare

        err().say("This could not be told before it was applied, and breaks rules that must hold:\n")
        err().say(findings_text(policy_of(found, self._workspace.name) or {}, err().style))
        return True

    def _agree(self, plans: Sequence[StackPlan]) -> str | None:
        shown = tuple(map(self._workspace.explained, plans))
        judged = self._workspace.judged(shown)
        self._view = view = PlanView(
            environment=str(self._workspace.name),
            plans=shown,
            notices=self._workspace.notices,
            is_disposable=self._workspace.is_disposable,
            policy=policy_of(judged, self._workspace.name),
        )
        self._telling.planned(view)
        if view.is_empty:
            # What is recorded is brought up to date all the same; nobody has to agree to that.
            return "nothing to agree to" if any(plan.is_bookkeeping for plan in plans) else None
        if judged:
            judged.must_be_allowed()
            self._judged = judged
            self._watching = self._workspace.watch(shown, judged)
        must_be_here(shown)
        if view.may_lose_keys:
            from provisioner.cli.key_guard import must_not_be_needed  # noqa: PLC0415 - few plans lose anything

            must_not_be_needed(self._workspace, plans, self._intent)
        must_be_approved(view, self._intent)
        return approver(view, self._intent, self._workspace.called)

    def _forbids(self, step: Step) -> None:
        self._watching.forbids(step)

    def _learns(self, urn: str, id: str, outputs: Properties) -> None:
        self._watching.learns(urn, id, outputs)

    def _begin(self) -> None:
        self._stream.lasts = True
        self._workspace.begin()
        self._telling.began(self._view)


class _Conversation:
    """Shows a person what happens."""

    def __init__(self, workspace: Workplace, intent: Intent, screen: Screen) -> None:
        self._workspace = workspace
        self._mode = intent.mode
        self._following = intent.following
        # A kept plan is carried out once: what is left to do is another plan.
        self._command = as_typed(intent.command) if intent.goes_on and intent.saved is None else ""
        self._screen = screen
        self._shown = ExitStack()
        self._begun = False
        self._consume = _nobody

    def planned(self, view: PlanView) -> None:
        self._screen.write(view_text(view, self._screen.style))

    def began(self, view: PlanView) -> None:
        self._begun = True
        showing_them = showing(view.plans, self._screen.stream, self._screen.style)
        self._consume = self._shown.enter_context(showing_them)

    def told(self, event: Event) -> None:
        self._consume(event)

    def refused(self) -> None:
        self._screen.say("Nothing was changed.")

    def unchanged(self) -> None:
        if self._mode is Mode.UPDATE:
            name, where = self._workspace.name, self._where
            resources = recording(self._workspace.engine, self._workspace.stacks).resources
            self._screen.write("\n" + unchanged_text(name, resources, where, program(), self._following))

    def ended(self, carried: Carried, code: ExitCode) -> None:  # noqa: ARG002 - the text says it
        recorded = self._readable(carried.recorded)
        ending = Ending(
            environment=self._workspace.name,
            mode=self._mode,
            applied=carried.applied,
            resources=recorded.resources if recorded else None,
            outputs=recorded.outputs if recorded else {},
            where=self._where,
            program=program(),
            command=self._command,
            is_taken=is_taken if self._following is None else nobody_took,
            following=self._following,
        )
        self._screen.write("\n" + ending_text(ending, self._screen.style))

    def broke(self, failure: Failure) -> None:
        self._shown.close()
        if self._begun and not isinstance(failure, StateIsAway):  # then nobody can look what exists
            with suppress(Failure):  # it would hide the one that counts
                resources = recording(self._workspace.engine, self._workspace.stacks).resources
                self._screen.say(f"\n{stopped_text(resources, self._where)}\n")

    def interrupted(self) -> None:
        if not self._begun:
            self._screen.say("")  # the terminal has written ^C where the cursor was
            self.refused()

    def close(self) -> None:
        self._shown.close()

    @property
    def _where(self) -> Where:
        return Where(self._workspace.endpoint, self._workspace.folder)

    def _readable(self, recorded: Recording | Failure) -> Recording | None:
        """What is recorded now; None, with a note, if it could not be read: the ending is told anyway."""
        if isinstance(recorded, Recording):
            return recorded
        trouble = explain(recorded, str(self._workspace.name)).trouble
        err().say(f"note: the state could not be read afterwards: {trouble.summary} ({trouble.code})")
        return None


def _nobody(_event: Event) -> None:
    """Takes events before there is anybody to show them to."""
