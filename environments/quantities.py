"""Sizes, times and counts as typed values: a number never stands alone where its unit matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic_core import CoreSchema, core_schema

from environments.diagnostics import Problem
from environments.section import Section, refused

_DAYS = re.compile(r"([1-9][0-9]{0,4})d")
_LENGTH = re.compile(r"([1-9][0-9]{0,5})([dhm])")
_UNITS = {"d": 86_400, "h": 3_600, "m": 60}
"""Unit -> seconds, the longest first."""
_FIVE_DIGITS = 99_999


def days(length: timedelta) -> str:
    """The length as an environment file writes it: `30d`, or what is no number of days: `36h`, `15m`."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit, each in _UNITS.items() if seconds % each == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


@dataclass(frozen=True, slots=True)
class Days:
    """Marks a `timedelta` of whole days, written `30d`, within the bounds the cloud sets."""

    least: int = 1
    most: int | None = None
    allowed: Sequence[int] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Reads `30d` or a `timedelta`; writes `30d`."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(days, when_used="json")
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors see a string: JSON Schema cannot compare `30d` with a bound."""
        if self.allowed:
            return {"type": "string", "enum": [f"{number}d" for number in self.allowed]}
        return {"type": "string", "pattern": f"^{_DAYS.pattern}$"}

    def __str__(self) -> str:
        """The bounds in words: `7d to 30d`."""
        if self.allowed:
            return "one of " + ", ".join(f"{number}d" for number in self.allowed)
        return f"{self.least}d to {self.most}d" if self.most else f"{self.least}d or more"

    def _read(self, value: object) -> timedelta:
        number = value.days if isinstance(value, timedelta) else _parsed(value)
        if number is None:
            raise refused(Problem.FORM, "A time is a whole number of days with its unit.", self._fix(value))
        if not self._fits(number):
            raise refused(
                Problem.LIMITS,
                f"`{number}d` is none of the times allowed: {self}.",
                self._fix(value, number),
            )
        return timedelta(days=number)

    def _fits(self, number: int) -> bool:
        inside = self.least <= number <= (self.most or _FIVE_DIGITS)
        return inside and (not self.allowed or number in self.allowed)

    def _fix(self, value: object, number: int | None = None) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and self._fits(value):
            return f"write the unit: `{value}d`."
        if self.allowed and number is not None:
            near = sorted(sorted(self.allowed, key=lambda each: abs(each - number))[:2])
            return f"write {' or '.join(f'`{number}d`' for number in near)}."
        return f"write a number of days, {self}."


@dataclass(frozen=True, slots=True)
class Lasting:
    """Marks a `timedelta` that may be less than a day, written `30d`, `72h` or `15m`."""

    least: timedelta
    most: timedelta

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Reads `72h` or a `timedelta`; writes the largest unit that fits."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(days, when_used="json")
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors see a string, as for whole days."""
        return {"type": "string", "pattern": f"^{_LENGTH.pattern}$"}

    def __str__(self) -> str:
        """The bounds in words: `5m to 30d`."""
        return f"{days(self.least)} to {days(self.most)}"

    def _read(self, value: object) -> timedelta:
        length = value if isinstance(value, timedelta) else _length(value)
        fix = f"write a time from {self}, for example `{days(self.least)}`."
        if length is None:
            detail = "A time is a whole number of days, hours or minutes with its unit."
            if isinstance(value, int) and not isinstance(value, bool):
                fix = f"write the unit: `{value}d`, `{value}h` or `{value}m`."
            raise refused(Problem.FORM, detail, fix)
        if not self.least <= length <= self.most:
            raise refused(Problem.LIMITS, f"`{days(length)}` is none of the times allowed: {self}.", fix)
        return length


def within(section: Section, own: str, bound: str, why: str = "") -> None:
    """Refuses a time of a section that is longer than another one of it; `why` ends the sentence."""
    length, most = getattr(section, own), days(getattr(section, bound))
    if length > getattr(section, bound):
        detail = f"`{own}: {days(length)}` is longer than `{bound}: {most}`{why}."
        fix = f"write `{own}: {most}` or less, or a longer `{bound}`."
        blamed = own if own in section.model_fields_set else bound
        raise refused(Problem.OUTLIVES, detail, fix, at=(blamed,), because=(own, bound))


def _length(value: object) -> timedelta | None:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else None


def _parsed(value: object) -> int | None:
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


Whole = Annotated[int, Strict()]
"""A whole number; `true` and `"3"` are not numbers."""
