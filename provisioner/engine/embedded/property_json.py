"""Property values as Pulumi's state files spell them: secrets sealed, references and odd numbers marked.

Source: pulumi/pulumi, `SerializePropertyValue` in `pkg/resource/stack/deployment.go`.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any, cast

from provisioner.engine.embedded.secrets import Sealer
from provisioner.plan.marks import EXACT, FLOAT, REFERENCE, SECRET, SIGNATURE
from provisioner.plan.values import PLAIN, UNKNOWN, Reference, Secret

_FLOAT_DIGITS = 16
_AS_IT_IS = PLAIN - {float}
"""Types of values that JSON has, too. A float may be one that JSON lacks."""


class Malformed(ValueError):
    """A text is not JSON, or not of this format; says what is wrong with it."""


class _Plain:
    """Inside a sealed value nothing is sealed again."""

    def state(self) -> Mapping[str, Any] | None:
        return None

    def seal(self, plaintext: str) -> str:
        return plaintext

    def open(self, ciphertext: str) -> str:
        return ciphertext


_PLAIN = _Plain()


def compact(value: Any) -> str:
    """JSON without blanks, and without the numbers that JSON lacks."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def parsed(data: bytes | str) -> Any:
    """The value of a JSON text; raises `Malformed`."""
    try:
        return json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as wrong:
        raise Malformed(f"it is not JSON: {wrong}") from wrong


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")


def written(value: Any, sealer: Sealer) -> Any:
    """The value as JSON has it: keys sorted, secrets sealed, 30.0 as 30.

    Raises `TypeError` for what cannot be recorded, which includes everything that is not known yet.
    """
    some = value
    match value:
        case dict():
            # Most of all values are texts: they are not asked one by one.
            items = sorted(some.items())
            return {key: item if type(item) in _AS_IT_IS else written(item, sealer) for key, item in items}
        case str() | None | bool() | int():
            return value
        case float():
            return number(value)
        case Mapping():
            return written(dict(cast("Mapping[str, Any]", value)), sealer)
        case list() | tuple():
            return [item if type(item) in _AS_IT_IS else written(item, sealer) for item in some]
        case Secret() | Reference():
            return _marked(value, sealer)
        case _:
            raise TypeError(f"{_kind(value)} cannot be recorded")


def _marked(value: Secret | Reference, sealer: Sealer) -> dict[str, Any]:
    if isinstance(value, Reference):
        return _reference(value)
    return {SIGNATURE: SECRET, "ciphertext": sealer.seal(compact(written(value.value, _PLAIN)))}


def _kind(value: Any) -> str:
    """Never the value itself: it may be a secret."""
    return "what is not known yet" if value is UNKNOWN else f"a value of type {type(value).__name__}"


def number(value: float) -> Any:
    """An integer if it is one, and a mark with the bits for what JSON cannot say."""
    if not math.isfinite(value):
        return {SIGNATURE: FLOAT, "value": struct.pack(">d", value).hex()}
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def _reference(value: Reference) -> dict[str, Any]:
    if value.id is UNKNOWN:
        raise TypeError("a reference to an object whose id is not known yet cannot be recorded")
    known = {} if value.id is None else {"id": value.id}
    return {SIGNATURE: REFERENCE, **known, "packageVersion": value.version, "urn": value.urn}


def read(raw: Any, sealer: Sealer) -> Any:
    """The value of its JSON form; assets, archives and byte strings stay as they are. Raises `Malformed`."""
    some = raw
    match raw:
        case str():
            return raw
        case dict():
            items = {key: item if type(item) in PLAIN else read(item, sealer) for key, item in some.items()}
            return _unmarked(items, sealer) if SIGNATURE in items else items
        case list():
            return [item if type(item) in PLAIN else read(item, sealer) for item in some]
        case _:
            return raw


def _unmarked(items: dict[str, Any], sealer: Sealer) -> Any:
    match items[SIGNATURE], items:
        case mark, {"ciphertext": str(sealed)} if mark == SECRET:
            return Secret(read(parsed(sealer.open(sealed)), _PLAIN))
        case mark, {"plaintext": str(plain)} if mark == SECRET:
            return Secret(read(parsed(plain), _PLAIN))
        case mark, {"urn": str(urn)} if mark == REFERENCE:
            return Reference(urn, items.get("id"), items.get("packageVersion", ""))
        case mark, {"value": str(bits)} if mark == FLOAT:
            return _float(bits)
        case mark, _ if mark in (SECRET, REFERENCE, FLOAT):
            raise Malformed("a secret, a reference or a number in it lacks its value")
        case _:
            return items


def _float(bits: str) -> float:
    try:
        return struct.unpack(">d", bytes.fromhex(bits.rjust(_FLOAT_DIGITS, "0")))[0]
    except (ValueError, struct.error) as wrong:
        raise Malformed("the bits of a number in it are not 16 hexadecimal digits") from wrong
