"""What happens during an apply as JSON, one object a line, for programs that watch it.

Every line has the same `schema`, a `sequence` that counts from 1, a `time` and an `event`. The first line is
the plan, the last one says how it ended; `schemas/events.json` describes all of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from provisioner.engine.events import (
    Event,
    Interrupted,
    ProgramSpoke,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.engine.interface import Applied, Result
from provisioner.plan.model import Op
from provisioner.report.machine import EVENTS_SCHEMA, plan_document
from provisioner.report.message import Message
from provisioner.report.plan_view import PlanView


class EventStream:
    """Writes the lines. One thread at a time calls it."""

    def __init__(
        self, write: Callable[[str], None], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._write = write
        self._now = now
        self._lines = 0

    def planned(self, view: PlanView) -> None:
        """The plan that is about to be carried out."""
        plan = plan_document(view.environment, view.plans, view.notices, policy=view.policy)
        self._line("planned", plan=plan)

    def told(self, event: Event) -> None:
        """Something happened."""
        match event:
            case StepStarted(op, urn, detail):
                self._step("step_started", op, urn, detail=detail)
            case StepSucceeded(op, urn, seconds, detail):
                self._step("step_succeeded", op, urn, detail=detail, seconds=round(seconds, 3))
            case StepFailed(op, urn, error, code):
                self._step("step_failed", op, urn, error=error, code=code)
            case ProgramSpoke(severity, message, urn):
                self._line("message", severity=severity.value, message=message, urn=urn)
            case Interrupted():
                self._line("interrupted")
            case _:
                assert_never(event)

    def stopped(self, message: Message, exit_code: int) -> None:
        """It ended for a reason that is no step's: nothing, or nothing more, is done."""
        self._line(
            "stopped",
            exit_code=exit_code,
            code=message.trouble.code,
            summary=message.trouble.summary,
            detail=message.detail,
            fix=message.fix,
            commands=list(message.commands),
        )

    def ended(self, result: Result, applied: Sequence[Applied], exit_code: int) -> None:
        """It came to its end."""
        counts: Counter[str] = Counter()
        for each in applied:
            counts.update(each.counts)
        self._line(
            "ended",
            exit_code=exit_code,
            result=result.value,
            counts=dict(sorted(counts.items())),
            failures=[
                {"urn": failed.urn, "error": failed.error} for each in applied for failed in each.failures
            ],
            not_done=[urn for each in applied for urn in each.not_done],
            seconds=round(sum(each.seconds for each in applied), 3),
        )

    def _step(self, event: str, op: Op, urn: str, **more: Any) -> None:
        self._line(event, op=op.value, urn=urn, **more)

    def _line(self, event: str, **more: Any) -> None:
        self._lines += 1
        head: Mapping[str, Any] = {
            "schema": EVENTS_SCHEMA,
            "sequence": self._lines,
            "time": self._now().isoformat(),
            "event": event,
        }
        self._write(json.dumps({**head, **more}, ensure_ascii=False) + "\n")
