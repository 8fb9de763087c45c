"""How Pulumi's engine says that something is wrong, as failures that have a name here.

The engine has no codes for these; its sentences are in pulumi/pulumi, `sdk/go/common/diag/errors.go`,
`pkg/resource/deploy/step_generator.go` and `pkg/backend/diy/lock.go`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pulumi.automation import CommandError
from pulumi.automation.errors import ConcurrentUpdateError
from pulumi.automation.events import DiagnosticEvent

from provisioner.engine.engine_failures import EngineFailed
from provisioner.engine.failures import (
    Failure,
    InvalidInputs,
    NoProvider,
    PassphraseWrong,
    PlanHasChanged,
    ProgramFailed,
    ProtectedResources,
    StateIsLocked,
)
from provisioner.engine.interface import Stack

_HOLDER: Final = re.compile(r"created by (?P<who>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
_PROTECTED: Final = re.compile(
    r"resource \"(?P<urn>urn:[^\"]+)\"\s+(?:as it is currently marked for protection|cannot be deleted)"
)
_INLINE: Final = "python inline source runtime error: "
_PROBLEM: Final = re.compile(
    r"\S+ resource '.*?'(?:: property (?P<path>\S+) value .*?)? has a problem: (?P<reason>.*)", re.DOTALL
)
_NO_PROVIDER: Final = re.compile(r"Default provider for '(?P<package>[^']+)' disabled")
_OTHER: Final = re.compile(
    r"resource (?P<urn>urn:\S+) violates plan: (?P<how>.*)"
    r"|\S+ is not allowed by the plan: (?P<why>.*)|no plan for resource (?P<new>urn:\S+)",
    re.DOTALL,
)
_MISSING: Final = re.compile(r"The stack (?P<stack>organization/\S+) has no output `(?P<output>[^`]+)`")
_AT_THE_END: Final = re.compile(r"^(?:error: )?(update|preview|destroy|refresh) failed\s*$")


def failure(stack: Stack, error: CommandError, said: Sequence[DiagnosticEvent]) -> Failure:
    """What has kept an operation from its end."""
    where = f"{stack.project}/{stack.name}"
    text = str(error)
    if isinstance(error, ConcurrentUpdateError):
        return StateIsLocked(where, _holder(text))
    if "incorrect passphrase" in text:
        return PassphraseWrong(stack.name)
    if (known := _known(stack, said)) is not None:
        return known
    messages = [each.message.strip() for each in said if not _AT_THE_END.match(each.message.strip())]
    return EngineFailed(where, "\n".join(dict.fromkeys(messages)) or _stderr(text))


def _known(stack: Stack, said: Sequence[DiagnosticEvent]) -> Failure | None:
    """Every problem of the first kind that has a name."""
    protected = [found["urn"] for each in said if (found := _PROTECTED.search(each.message))]
    if protected:
        return ProtectedResources(tuple(dict.fromkeys(protected)))
    problems = [
        (each.urn or "", found["path"] or "", found["reason"].strip())
        for each in said
        if (found := _PROBLEM.match(each.message.strip()))
    ]
    if problems:
        return InvalidInputs(tuple(sorted(set(problems))))
    for each in said:
        if (found := _one(stack, each)) is not None:
            return found
    return None


def _one(stack: Stack, said: DiagnosticEvent) -> Failure | None:
    message = said.message.strip()
    if (found := _NO_PROVIDER.search(message)) is not None:
        return NoProvider(said.urn or "", found["package"])
    if (other := _OTHER.search(message)) is not None:
        urn = other["urn"] or other["new"] or said.urn or ""
        return PlanHasChanged(urn, "what it says", (other["how"] or other["why"] or "a new resource").strip())
    if (missing := _MISSING.search(message)) is not None:
        return ProgramFailed(stack.name, message, "", (missing["stack"], missing["output"]))
    if message.startswith(_INLINE):
        error, _, traceback = message.removeprefix(_INLINE).partition("\n")
        return ProgramFailed(stack.name, error, traceback)
    return None


def _holder(text: str) -> str:
    found = _HOLDER.search(text)
    if found is None:
        return "a process that did not leave its name"
    return f"{found['who']}, process {found['pid']}, since {found['since']}"


def _stderr(text: str) -> str:
    """What the program wrote to its standard error."""
    return text.partition("stderr:")[2].strip() or text.strip()
