"""What Pulumi's engine says while it works: kept, and told in our words as it happens."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from pulumi.automation.events import DiagnosticEvent, EngineEvent, StepEventMetadata

from provisioner.engine.events import (
    Event,
    ProgramSpoke,
    Severity,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.engine.interface import Failed, Tell
from provisioner.engine.pulumi_cli.translate import BUILT_IN
from provisioner.plan.model import Op

_PARTS: Final[Mapping[str, tuple[Op, str]]] = {
    "create": (Op.CREATE, ""),
    "update": (Op.UPDATE, ""),
    "delete": (Op.DELETE, ""),
    "create-replacement": (Op.REPLACE, "new"),
    "delete-replaced": (Op.REPLACE, "old"),
    "read": (Op.READ, ""),
    "import": (Op.IMPORT, ""),
}
"""The steps in which a provider is called, and which part of ours each one is."""

_COUNTED: Final = {**_PARTS, "same": (Op.SAME, "")}
_PROVIDER: Final = "pulumi:providers:"
_SEVERITIES: Final = {
    "info": Severity.INFO,
    "info#err": Severity.INFO,
    "warning": Severity.WARNING,
    "error": Severity.ERROR,
}


def nobody(_: Event) -> None:
    """For whoever does not listen."""


class Hearing:
    """Hears the events of one operation of the engine, on threads of the SDK."""

    def __init__(self, tell: Tell = nobody, *, replaced: frozenset[str] = frozenset()) -> None:
        """`replaced`: the URNs of which a deletion is the old half of a replacement."""
        self.events: list[EngineEvent] = []
        self.failures: list[Failed] = []
        self.done: Counter[str] = Counter()
        self.finished: set[tuple[str, Op]] = set()
        self.tell = tell
        self._replaced = replaced
        self._began: dict[tuple[str, str], float] = {}
        self._errors: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def hear(self, event: EngineEvent) -> None:
        """Keep it, and tell it if it means something to people."""
        with self._lock:
            self.events.append(event)
            if event.diagnostic_event is not None:
                self._diagnosed(event.diagnostic_event)
            elif event.resource_pre_event is not None and not event.resource_pre_event.planning:
                self._started(event.resource_pre_event.metadata)
            elif event.res_outputs_event is not None and not event.res_outputs_event.planning:
                self._succeeded(event.res_outputs_event.metadata)
            elif event.res_op_failed_event is not None:
                self._failed(event.res_op_failed_event.metadata)

    @property
    def is_whole(self) -> bool:
        """Whether the engine has come to its last word; the SDK only warns if the stream of events breaks."""
        return any(event.summary_event is not None for event in tuple(self.events))

    @property
    def errors(self) -> tuple[DiagnosticEvent, ...]:
        """Everything that was said to be wrong, in its order."""
        said = (event.diagnostic_event for event in self.events)
        return tuple(each for each in said if each is not None and each.severity == "error")

    def _diagnosed(self, said: DiagnosticEvent) -> None:
        severity = _SEVERITIES.get(said.severity)
        if severity is Severity.ERROR:
            self._errors.setdefault(said.urn or "", []).append(said.message.strip())
        elif severity is not None and not said.ephemeral and said.message.strip():
            self.tell(ProgramSpoke(severity, said.message.strip(), said.urn or ""))

    def _part(self, it: StepEventMetadata) -> tuple[Op, str] | None:
        state = it.new or it.old
        if state is None or not state.custom or it.type.startswith(_PROVIDER):
            return None
        op, detail = _PARTS.get(it.op, (None, ""))
        if op is Op.REPLACE and it.urn not in self._replaced:
            return (Op.DELETE, "") if detail == "old" else (op, detail)
        return (op, detail) if op else None

    def _started(self, it: StepEventMetadata) -> None:
        state = it.new or it.old
        if state is not None and not state.custom:
            self._count(
                it
            )  # it is there at once; that its outputs are known may be told much later, or never
        if (part := self._part(it)) is not None:
            self._began[(it.urn, it.op)] = time.monotonic()
            self.tell(StepStarted(part[0], it.urn, part[1]))

    def _succeeded(self, it: StepEventMetadata) -> None:
        self._count(it)
        if (part := self._part(it)) is not None and (it.urn, it.op) in self._began:
            seconds = time.monotonic() - self._began.pop((it.urn, it.op))
            self.tell(StepSucceeded(part[0], it.urn, seconds, part[1]))

    def _count(self, it: StepEventMetadata) -> None:
        op, detail = _COUNTED.get(it.op, (None, "")) if it.type != BUILT_IN else (None, "")
        if op is None or (detail == "old" and it.urn in self._replaced):
            return
        whole = Op.DELETE if detail == "old" else op
        if (it.urn, whole) not in self.finished:
            self.finished.add((it.urn, whole))
            self.done[whole.value] += 1

    def _failed(self, it: StepEventMetadata) -> None:
        part = self._part(it) or (Op.UPDATE, "")
        reason = "; ".join(self._errors.get(it.urn, ())) or "refused"
        self.failures.append(Failed(it.urn, reason, part[0]))
        self.tell(StepFailed(part[0], it.urn, reason))
