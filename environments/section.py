"""What all sections of an environment file have in common, and how one of their checks refuses a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem

Entry = TypeVar("Entry", int, str)


class Section(BaseModel):
    """Settings are read once and never change; a misspelt setting is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True)
class Form:
    """Says in words what the pattern of a setting allows; for messages and for the reference."""

    words: str


def refused(
    problem: Problem,
    detail: str,
    fix: str,
    *,
    at: tuple[str | int, ...] = (),
    because: tuple[str, ...] = (),
    blame: Literal["value", "name", "whole"] = "value",
) -> PydanticCustomError:
    """The error a check raises; `explain.py` turns it into a diagnostic.

    `detail` and `fix` are sentences for the person at the keyboard. `at` leads from the checked value to the
    part that is to blame. `because` names the other settings that the check looked at, `replicas.0.region`,
    from the root or from the section around: where one of those is wrong itself, nothing is said here.
    `blame` tells whether the value of that part is wrong, or its name, or all that was checked, so that
    nothing more can be said about it.
    """
    return PydanticCustomError(
        "refused",
        "{detail}",
        {
            "problem": problem,
            "detail": detail,
            "fix": fix,
            "at": at,
            "because": because,
            "blame": blame,
        },
    )


def distinct(names: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The names or numbers, none of which is listed twice."""
    for number, name in enumerate(names):
        if name in names[:number]:
            detail = f"`{name}` is listed more than once."
            raise refused(Problem.LISTED_TWICE, detail, "list each once.", at=(number,))
    return names


def named_twice(names: Sequence[str], detail: str) -> Iterator[PydanticCustomError]:
    """Each entry of a list that has the name of one before it; `{}` in the detail is for the name."""
    for number, name in enumerate(names):
        if name in names[:number]:
            because = (f"{number}.name", f"{names.index(name)}.name")
            fix = "give each its own name."
            yield refused(
                Problem.LISTED_TWICE, detail.format(f"`{name}`"), fix, at=(number, "name"), because=because
            )
