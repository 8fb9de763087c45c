"""The exit codes: one table, the same for all commands, and none is ever reused."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from provisioner.engine import failures, key_failures, plan_failures, plugin_failures, policy_failures


class ExitCode(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    """Done, or nothing to do."""

    FAILED = 1
    """Failed, wrong usage, invalid file."""

    CHANGES = 2
    """There are changes (only with `--detailed-exitcode`)."""

    REFUSED_BY_POLICY = 3
    LOSS_NOT_APPROVED = 4
    PREFLIGHT = 5
    LOCKED = 6
    DRIFT = 7
    OVER_BUDGET = 8
    INTERRUPTED = 9
    PLAN_NO_LONGER_HOLDS = 10


_OF_FAILURES: Final[Mapping[type[Exception], ExitCode]] = {
    failures.LossNotApproved: ExitCode.LOSS_NOT_APPROVED,
    key_failures.KeyIsNeeded: ExitCode.LOSS_NOT_APPROVED,
    failures.WrongAccount: ExitCode.PREFLIGHT,
    failures.NoCredentials: ExitCode.PREFLIGHT,
    plugin_failures.NoHelm: ExitCode.PREFLIGHT,
    failures.StateIsLocked: ExitCode.LOCKED,
    failures.PlanHasChanged: ExitCode.PLAN_NO_LONGER_HOLDS,
    policy_failures.RefusedByPolicy: ExitCode.REFUSED_BY_POLICY,
    policy_failures.StoppedByPolicy: ExitCode.REFUSED_BY_POLICY,
    plan_failures.PlanMoved: ExitCode.PLAN_NO_LONGER_HOLDS,
}


def exit_code(failure: Exception) -> ExitCode:
    """The code for a failure."""
    return _OF_FAILURES.get(type(failure), ExitCode.FAILED)
