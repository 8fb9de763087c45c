"""Sections that are imported where a file has them: to build what reads them takes longer than a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

_INSIDE: Final = "inside"
"""The type of the one error that stands for all those of a section."""


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Marks a setting whose annotation is `name` in `module`; the setting's own says nothing at run time."""

    module: str
    name: str

    @property
    def annotation(self) -> Any:
        """What the setting holds."""
        return getattr(import_module(self.module), self.name)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Reads the setting as its annotation does; its errors are told by `each_error`."""
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors see what the setting holds."""
        return handler(_adapter(self).core_schema)

    def _read(self, value: object, info: ValidationInfo) -> Any:
        try:
            return _adapter(self).validate_python(value, context=info.context)
        except ValidationError as refusal:
            errors = refusal.errors(include_url=False)
            raise PydanticCustomError(_INSIDE, "{title}", {"title": self.name, "errors": errors}) from None


@cache
def _adapter(setting: OnDemand) -> TypeAdapter[Any]:
    return TypeAdapter(setting.annotation)


def each_error(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors, with those of such sections one by one, each with its whole path."""
    for error in errors:
        if error["type"] != _INSIDE:
            yield error
            continue
        for inner in each_error(error.get("ctx", {})["errors"]):
            yield {**inner, "loc": (*error["loc"], *inner["loc"])}
