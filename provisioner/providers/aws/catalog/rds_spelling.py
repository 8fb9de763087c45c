"""How RDS spells parameters and windows, and how it tells a value that is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.providers.aws.codecs import structure
from provisioner.providers.aws.spec import Codec

AT_ONCE = "immediate"
"""How a parameter is applied if the program does not say; one that needs a restart takes `pending-reboot`."""

_PARAMETER = structure({"name": "ParameterName", "value": "ParameterValue", "applyMethod": "ApplyMethod"})


def pending(name: str, otherwise: str = "`null`") -> str:
    """The path to a value of an instance: what it will be after its next window, or else what it is."""
    return f"not_null(PendingModifiedValues.{name}, {name}, {otherwise})"


def _sent(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {"ApplyMethod": AT_ONCE, **_PARAMETER.encode(parameter)}


def _in_order(parameters: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """The parameters as they are compared: by name, in small letters."""
    return sorted(
        (str(p.get("name", "")).lower(), str(p.get("value", "")), str(p.get("applyMethod") or AT_ONCE))
        for p in parameters
    )


PARAMETERS = Codec(
    encode=lambda parameters: [_sent(parameter) for parameter in parameters],
    decode=lambda answer: [_PARAMETER.decode(parameter) for parameter in answer],
    canonical=_in_order,
)

WINDOW = Codec(encode=str.lower, decode=str.lower, canonical=str.lower)
"""A weekly window: RDS writes the days in small letters."""
