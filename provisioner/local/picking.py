"""An object of moto's as an answer: the members of its shape, found as moto's own serializer finds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from moto.core.serialize import (  # pyright: ignore[reportMissingTypeStubs]
    AttributePickerContext,
    XFormedAttributePicker,
)
from moto.core.utils import get_service_model  # pyright: ignore[reportMissingTypeStubs]

SCALARS: Final[Mapping[str, Any]] = {
    "integer": int,
    "long": int,
    "string": str,
    "float": float,
    "double": float,
}


def picked(service: str, shape_name: str, source: Any) -> dict[str, Any]:
    """The members of the named shape that the object has a value for."""
    model: Any = get_service_model(service)
    return _Walk(model).value(source, model.shape_for(shape_name), shape_name)


class _Walk:
    def __init__(self, model: Any) -> None:
        self._model = model
        self._pick: Any = XFormedAttributePicker()

    def value(self, source: Any, shape: Any, path: str) -> Any:
        match shape.type_name:
            case "structure":
                found = {name: self._member(source, name, shape, path) for name in shape.members}
                return {name: value for name, value in found.items() if value is not None}
            case "list":
                return [self.value(one, shape.member, path) for one in source]
            case "map":
                pairs = cast("Mapping[str, Any]", source).items()
                return {key: self.value(one, shape.value, path) for key, one in pairs}
            case "boolean":
                return str(source).lower() == "true"
            case kind:
                return SCALARS[kind](source) if kind in SCALARS else source

    def _member(self, source: Any, name: str, shape: Any, path: str) -> Any:
        member = shape.members[name]
        context = AttributePickerContext(source, name, member, None, self._model, path)
        found = self._pick(context)
        return None if found is None else self.value(found, member, f"{path}.{name}")
