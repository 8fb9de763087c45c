"""Changes by Pulumi's engine: an apply, a destroy, a refresh of what is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import CommandError

from provisioner.engine.embedded.interrupts import listening
from provisioner.engine.engine_failures import EngineFailed
from provisioner.engine.events import Interrupted
from provisioner.engine.interface import STEADY, Failed, Pace, Result, Tell
from provisioner.engine.pulumi_cli.attach import attached
from provisioner.engine.pulumi_cli.complaints import failure
from provisioner.engine.pulumi_cli.hearing import Hearing, nobody
from provisioner.engine.pulumi_cli.part import Options
from provisioner.engine.pulumi_cli.rehearsal import Tools, no_program
from provisioner.engine.pulumi_cli.workspace import Bench, stack_on
from provisioner.plan.model import Mode, Op, Source, StackPlan

Do = Callable[[automation.Stack], None]
_NO_COLOUR: Final = "never"


@dataclass(frozen=True, slots=True)
class Carried:
    """What was done."""

    result: Result
    counts: Mapping[str, int]
    failures: tuple[Failed, ...]
    finished: frozenset[tuple[str, Op]]
    """URN and op of each step that came to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An approved plan, and what the engine needs to come to the same one."""

    plan: StackPlan
    own_plan: Mapping[str, Any] | None
    """The plan that the engine has saved for itself: it refuses every step that is not in it."""

    options: Options
    seed: bytes
    secrets: Mapping[str, Any] | None


@dataclass
class _Pressed:
    """Whether Ctrl-C was pressed."""

    yes: bool = field(default=False)


class Operation:
    """Changes one stack. Whoever calls holds what keeps others away; the engine's own lock is its own."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._count = 0

    def carry(self, task: Task, tell: Tell, pace: Pace = STEADY) -> Carried:
        """Do what the plan says. Raises what has kept it from beginning, and `PlanHasChanged`."""
        replaced = frozenset(step.urn for step in task.plan.steps if step.op is Op.REPLACE)
        hearing = Hearing(tell, replaced=replaced)
        file = self._written(task.own_plan)

        def do(stack: automation.Stack) -> None:
            _carried(stack, task, file, pace, hearing)

        pressed = self._operate(hearing, do, task.plan.mode, task.seed, task.secrets)
        result = Result.FAILED if hearing.failures else Result.DONE
        return Carried(
            result=Result.INTERRUPTED if pressed else result,
            counts=dict(hearing.done),
            failures=tuple(hearing.failures),
            finished=frozenset(hearing.finished),
        )

    def refresh(self, *, seed: bytes) -> str:
        """Record everything as it is in the cloud; where a backup of the state before lies."""
        store = self._tools.store()
        backup = store.back_up()
        hearing = Hearing(nobody)

        def refresh(stack: automation.Stack) -> None:
            stack.refresh(on_event=hearing.hear, color=_NO_COLOUR)

        if self._operate(hearing, refresh, Mode.DESTROY, seed, store.secrets()):
            raise KeyboardInterrupt
        return backup

    def _operate(
        self, hearing: Hearing, do: Do, mode: Mode, seed: bytes, secrets: Mapping[str, Any] | None
    ) -> bool:
        """Do it with our drivers attached; whether Ctrl-C was pressed meanwhile."""
        tools, pressed = self._tools, _Pressed()
        command = tools.command()

        def interrupt() -> None:
            pressed.yes = True
            hearing.tell(Interrupted())
            command.interrupt()

        with ExitStack() as held:
            ports = held.enter_context(attached(tools.packages, seed))
            held.enter_context(listening(interrupt))
            bench = Bench(
                folder=self._folder(), home=tools.home, command=command, secrets=secrets, attached=ports
            )
            program = no_program if mode is Mode.DESTROY else tools.stack.program
            try:
                do(stack_on(bench, tools.stack, program))
            except CommandError as error:
                self._judge(error, hearing, pressed)
        return pressed.yes

    def _judge(self, error: CommandError, hearing: Hearing, pressed: _Pressed) -> None:
        """Raises what went wrong, unless it is told already: a refused step, an interruption."""
        found = failure(self._tools.stack, error, hearing.errors)
        is_told = bool(hearing.failures) or pressed.yes
        if not (is_told and isinstance(found, EngineFailed)):
            raise found from error

    def _folder(self) -> Path:
        self._count += 1
        return self._tools.folder / f"operation-{self._count}"

    def _written(self, own: Mapping[str, Any] | None) -> Path | None:
        if own is None:
            return None
        file = self._tools.folder / f"plan-{self._count}.json"
        file.write_text(json.dumps(own))
        return file


def _carried(stack: automation.Stack, task: Task, file: Path | None, pace: Pace, hearing: Hearing) -> None:
    refresh = task.plan.source is Source.CLOUD or None
    goes_on = pace.continue_on_error or None
    if task.plan.mode is Mode.DESTROY:
        stack.destroy(
            on_event=hearing.hear,
            color=_NO_COLOUR,
            parallel=pace.parallelism,
            continue_on_error=goes_on,
            refresh=refresh,
            target=task.options.get("target"),
            show_secrets=False,
        )
        return
    stack.up(
        on_event=hearing.hear,
        color=_NO_COLOUR,
        parallel=pace.parallelism,
        continue_on_error=goes_on,
        refresh=refresh,
        plan=str(file) if file else None,
        show_secrets=False,
        **task.options,
    )
