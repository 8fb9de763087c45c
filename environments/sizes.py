"""Sizes of disks and numbers of nodes, as an environment file writes them: `200Gi`, `2..20`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from environments.diagnostics import Problem
from environments.section import refused

_SIZE = re.compile(r"([1-9][0-9]{0,5})Gi")
_RANGE = re.compile(r"(0|[1-9][0-9]{0,3})\.\.(0|[1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """A size of storage."""

    gib: int

    def __str__(self) -> str:
        """The size as an environment file writes it: `200Gi`."""
        return f"{self.gib}Gi"


@dataclass(frozen=True, slots=True)
class NodeRange:
    """How few and how many nodes there may be, both included."""

    min: int
    max: int

    def __str__(self) -> str:
        """The range as an environment file writes it: `2..20`."""
        return f"{self.min}..{self.max}"


@dataclass(frozen=True, slots=True)
class Gibibytes:
    """Marks a `Size` within the bounds the cloud sets, written `200Gi`."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Reads `200Gi` or a `Size`; writes `200Gi`."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors see a string: JSON Schema cannot compare `200Gi` with a bound."""
        return {"type": "string", "pattern": f"^{_SIZE.pattern}$"}

    def __str__(self) -> str:
        """What may be written, in words."""
        return f"a size from {self.least}Gi to {self.most}Gi"

    def _read(self, value: object) -> Size:
        size = value if isinstance(value, Size) else _size(value)
        if size is None:
            raise refused(Problem.FORM, "A size is a whole number with its unit, `Gi`.", self._fix(value))
        if not self.least <= size.gib <= self.most:
            raise refused(Problem.LIMITS, f"`{size}` is not {self}.", self._fix(value))
        return size

    def _fix(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
            return f"write the unit: `{value}Gi`."
        return f"write {self}."


@dataclass(frozen=True, slots=True)
class Nodes:
    """Marks a `NodeRange`, written `2..20`, with at least `least` nodes at any time."""

    least: int = 0
    what: str = "node"
    """What is counted."""
    whose: str = "pool"
    """What would be nothing without any."""
    without: str = "the nodes that the cluster's own software runs on"
    """What is missing where there are fewer than `least`."""
    problem: Problem = Problem.RANGE
    """What is wrong with a range that cannot be used."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Reads `2..20` or a `NodeRange`; writes `2..20`."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors see a string: JSON Schema cannot compare the two numbers."""
        return {"type": "string", "pattern": f"^{_RANGE.pattern}$"}

    def __str__(self) -> str:
        """What may be written, in words."""
        more = f", `least` {self.least} or more" if self.least else ""
        return f"a number of {self.what}s, `least..most`{more}"

    def _read(self, value: object) -> NodeRange:
        nodes = value if isinstance(value, NodeRange) else _range(value)
        if nodes is None:
            detail = (
                f"A number of {self.what}s is a range, `least..most`: the autoscaler moves between the two."
            )
            raise refused(Problem.FORM, detail, self._fix(value))
        if nodes.min > nodes.max:
            detail = (
                f"`{nodes}` has more {self.what}s at the least, {nodes.min}, than at the most, {nodes.max}."
            )
            raise refused(self.problem, detail, f"write `{NodeRange(nodes.max, nodes.min)}`.")
        if nodes.max == 0:
            detail = f"`{nodes}` never has a {self.what}."
            fix = f"write at least `{self.least}..1`, or remove the {self.whose}."
            raise refused(self.problem, detail, fix)
        if nodes.min < self.least:
            detail = f"`{nodes}` may be without {self.without}."
            raise refused(self.problem, detail, f"write `{NodeRange(self.least, nodes.max)}`.")
        return nodes

    def _fix(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return f"write `{value}..{value}`, or a range in which it may grow."
        return "write, for example, `2..20`."


def _size(value: object) -> Size | None:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return Size(int(match[1])) if match else None


def _range(value: object) -> NodeRange | None:
    match = _RANGE.fullmatch(value) if isinstance(value, str) else None
    return NodeRange(int(match[1]), int(match[2])) if match else None
