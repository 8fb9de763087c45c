"""How values are spelt: durations, sets, JSON documents, lists that Vault writes with commas, structures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from provisioner.providers.vault.spec import Codec, snake

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"(\d+)([smhd])")
"""Parts of a duration; source: Vault's `parseutil.ParseDurationSecond`."""


def seconds(value: Any) -> Any:
    """The seconds of `72h`, `1h30m`, `3600` or 3600; what is no duration is itself."""
    if not isinstance(value, str):
        return value
    if value.isdigit():
        return int(value)
    parts = _DURATION.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        return value
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _as_set(value: Any) -> Any:
    return sorted(cast("list[Any]", value), key=_order) if isinstance(value, list) else value


def _listed(value: Any) -> list[Any]:
    """A list that Vault may tell as one text with commas, or as nothing."""
    if isinstance(value, str):
        return [each.strip() for each in value.split(",") if each.strip()]
    return list(cast("list[Any]", value or []))


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


DURATION: Final = Codec(
    encode=lambda value: value,
    decode=lambda value: str(seconds(value)) if value else "",
    canonical=lambda value: seconds(value) or None,
)
"""A duration that Pulumi has as text, and Vault tells in seconds."""

SECONDS: Final = Codec(encode=lambda value: value, decode=seconds, canonical=seconds)
"""A duration that Pulumi has as a number of seconds, and Vault may tell as text (`1h0m0s`)."""

LIST: Final = Codec(encode=list, decode=_listed)
SET: Final = Codec(encode=list, decode=_listed, canonical=_as_set)
"""A list whose order does not matter."""

COMMAS: Final = Codec(encode=",".join, decode=_listed)
"""A list that Vault takes as one text with commas."""

TEXTS: Final = Codec(
    encode=dict,
    decode=lambda value: {name: _flat(each) for name, each in cast("Mapping[str, Any]", value or {}).items()},
    canonical=lambda value: {name: _flat(each) for name, each in value.items()},
)
"""A mapping of texts, which Vault may tell with numbers and truths in it."""

JSON: Final = Codec(encode=_parsed, decode=_json_text, canonical=_parsed)
"""A JSON text that is sent as what it says, and compared as JSON."""

JSON_TEXT: Final = Codec(encode=_json_text, decode=_json_text, canonical=_parsed)
"""A JSON text that is sent as it is, and compared as JSON."""

LINES: Final = Codec(
    encode=lambda value: value, decode=lambda value: value, canonical=lambda value: value.strip()
)
"""A text (a certificate, a policy) in which lines around it do not matter."""


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def claims(value: Any) -> Any:
    """Claims as texts with commas, as pulumi-vault has them; Vault tells lists."""
    found = cast("Mapping[str, Any]", value or {})
    return {
        name: ",".join(map(str, cast("list[Any]", each))) if isinstance(each, list) else _flat(each)
        for name, each in found.items()
    }


CLAIMS: Final = Codec(
    encode=lambda value: {name: _listed(each) for name, each in value.items()},
    decode=claims,
    canonical=lambda value: {name: sorted(_listed(each)) for name, each in value.items()},
)


def structure(*props: str) -> Codec:
    """A structure with these members in camelCase; what is None or unset stays out."""
    back = {snake(prop): prop for prop in props}

    def encode(value: Any) -> dict[str, Any]:
        return {snake(k): v for k, v in _members(value) if v is not None}

    def decode(value: Any) -> dict[str, Any]:
        return {back[k]: v for k, v in _members(value) if v not in (None, "") and k in back}

    def canonical(value: Any) -> dict[str, Any]:
        return {k: v for k, v in _members(value) if v not in (None, "", False, 0, [])}

    return Codec(encode, decode, canonical)


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    return cast("Mapping[str, Any]", value or {}).items()
