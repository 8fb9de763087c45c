"""Sections that may be written as one word: `capacity: spot` is `capacity: {kind: spot}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Short:
    """Marks a section, or alternatives, of which one word is the value of `setting`."""

    setting: str
    words: tuple[str, ...]
    """The words that are enough, and with others something is missing; none: every word is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Spells the word out; everything else is read as it stands."""
        return core_schema.no_info_before_validator_function(self._spelt_out, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors offer the words beside the section."""
        word = {"type": "string", "enum": list(self.words)} if self.words else {"type": "string"}
        return {"anyOf": [word, handler(schema)]}

    def _spelt_out(self, value: object) -> object:
        return {self.setting: value} if isinstance(value, str) and value else value
