"""What happens while a plan is carried out. Every event is a fact, named in the past tense."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from provisioner.plan.model import Op


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The engine is about to call the provider."""

    op: Op
    urn: str
    detail: str = ""
    """Which part of a replacement: `new`, `old`; empty otherwise."""


@dataclass(frozen=True, slots=True)
class StepSucceeded:
    """The provider did what the step asked, and the journal has it."""

    op: Op
    urn: str
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepFailed:
    """The provider refused; what it made before refusing is in the journal."""

    op: Op
    urn: str
    error: str
    code: str = ""


class Severity(enum.StrEnum):
    """How much a message of the program matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ProgramSpoke:
    """The stack's program logged a message."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Ctrl-C was pressed: nothing new is started, what runs is finished."""


Event = StepStarted | StepSucceeded | StepFailed | ProgramSpoke | Interrupted
