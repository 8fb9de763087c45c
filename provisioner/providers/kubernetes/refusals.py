"""What an API server means by an answer that is none of success: its `Status`, in our words. Pure.

Source of the forms: apimachinery, `pkg/api/errors` and `pkg/apis/meta/v1/types.go`; of a conflict's text:
`pkg/util/managedfields`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.client import UNAUTHORIZED, Answer
from provisioner.providers.kubernetes.forcing import WAYS

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
CONFLICT: Final = 409
INVALID: Final = 422
BAD_REQUEST: Final = 400
BUSY: Final = 429

SERVER_ERROR: Final = 500
_WEBHOOK: Final = "failed calling webhook"
_CONFLICT: Final = "FieldManagerConflict"
_HOLDER: Final = re.compile(r'conflict with "(?P<manager>[^"]*)"')
_FIXED: Final = re.compile(
    r"immutable|may not (be )?(change|update|unset)|cannot (be )?(change|update|modif)"
    r"|updates to .* are forbidden|updates to .* for fields other than|may not change once set"
)
_STRICT: Final = "strict decoding error: "
_UNTYPED: Final = re.compile(
    r"failed to create typed patch object \(.*?\): (?:errors:\s*)?(?P<mistakes>.*)", re.DOTALL
)
"""How an apply answers, with status 500, what the schema of a kind does not have (1.35)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong: where (empty: nowhere in particular), and why."""

    field: str
    reason: str

    @property
    def is_fixed(self) -> bool:
        """Whether it is a property that no object of the kind can change."""
        return bool(_FIXED.search(self.reason))


@dataclass(frozen=True, slots=True)
class Held:
    """Fields that another manager has set to something else."""

    manager: str
    fields: tuple[str, ...]


def rejected(answer: Answer, what: str) -> Refused:
    """The refusal that an answer is; `what` was asked for, such as `v1/ConfigMap default/a`."""
    code = str(answer.body.get("reason") or answer.status)
    if answer.status == CONFLICT and (holders := held_by_others(answer)):
        return Refused(f"{what}: {conflict(holders)}", code="Conflict")
    reasons = [f"{each.field}: {each.reason}" if each.field else each.reason for each in causes(answer)]
    return Refused(f"{what}: {answer.message}", code=code, reasons=[f"{what}: {each}" for each in reasons])


def causes(answer: Answer) -> tuple[Cause, ...]:
    """What is wrong, one by one."""
    message = answer.message
    if answer.status == BAD_REQUEST and _STRICT in message:
        return tuple(_unknown_fields(message.partition(_STRICT)[2]))
    if untyped := _UNTYPED.search(message):
        return tuple(_mistyped(untyped["mistakes"]))
    details: Any = answer.body.get("details")
    rows: Any = cast("dict[str, Any]", details).get("causes") if isinstance(details, dict) else None
    found = tuple(
        Cause(_path(str(row.get("field") or "")), str(row.get("message") or ""))
        for row in cast("list[dict[str, Any]]", rows or [])
    )
    return found or (Cause("", message),)


def held_by_others(answer: Answer) -> tuple[Held, ...]:
    """Who holds the fields that an apply wants to set otherwise; empty if that is not what is wrong."""
    found: dict[str, list[str]] = {}
    details: Any = answer.body.get("details") or {}
    for row in cast("list[dict[str, Any]]", cast("Mapping[str, Any]", details).get("causes") or []):
        if row.get("reason") == _CONFLICT:
            named = _HOLDER.search(str(row.get("message") or ""))
            manager = named["manager"] if named else "somebody"
            found.setdefault(manager, []).append(_path(str(row.get("field") or "")))
    return tuple(Held(manager, tuple(fields)) for manager, fields in found.items())


def conflict(holders: tuple[Held, ...]) -> str:
    """What is held, by whom, and what to do about it."""
    told = "; ".join(
        f"`{each.manager}` has set {', '.join(f'`{field}`' for field in each.fields)}" for each in holders
    )
    return f"{told} to something else. {WAYS}"


def waits_for_others(answer: Answer) -> bool:
    """Whether something else is missing, which this run may be about to make: a namespace, an account."""
    if answer.status == NOT_FOUND:
        return True
    text = answer.message
    return answer.status == FORBIDDEN and ("not found" in text or "was found" in text)


def comes_by_itself(answer: Answer) -> bool:
    """Whether something is missing that may be there a moment later, once its controller has made it."""
    return waits_for_others(answer) or (answer.status >= SERVER_ERROR and _WEBHOOK in answer.message)


def says_nothing(answer: Answer) -> bool:
    """Whether an answer to a rehearsal says nothing of what would happen: of the server, or of a webhook."""
    if _UNTYPED.search(answer.message):
        return False
    if answer.status >= SERVER_ERROR or answer.status in (UNAUTHORIZED, BUSY):
        return True
    if answer.status == BAD_REQUEST and "does not support dry run" in answer.message:
        return True
    return answer.status == CONFLICT and not held_by_others(answer)


def _unknown_fields(text: str) -> list[Cause]:
    """The mistakes in `unknown field "spec.foo", unknown field "spec.bar"`."""
    found: list[Cause] = []
    for each in text.split(", "):
        field = re.search(r'"([^"]*)"', each)
        found.append(Cause(field[1] if field else "", _kind_of_mistake(each)))
    return found


def _mistyped(text: str) -> list[Cause]:
    """The mistakes in lines such as `.spec.cohort: field not declared in schema`."""
    found: list[Cause] = []
    for line in text.splitlines():
        field, _, reason = line.strip().partition(": ")
        said = "there is no such field" if reason == "field not declared in schema" else reason
        found.append(Cause(_path(field), said) if reason else Cause("", line.strip()))
    return [each for each in found if each.reason]


def _kind_of_mistake(text: str) -> str:
    if text.startswith("unknown field"):
        return "there is no such field"
    return "is given twice" if text.startswith("duplicate field") else text


def _path(field: str) -> str:
    return "" if field == "<nil>" else field.removeprefix(".")
