"""Secrets that hold nothing secret: software that reads certificates often takes them from a Secret alone."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

_CERTIFICATES: Final = re.compile(
    r"(\s*-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+"
)
"""Source: RFC 7468, section 5. Nothing may stand around them."""


def holds_certificates_alone(secret: Mapping[str, Any]) -> bool:
    """Whether each value of a Secret is a list of certificates, for all to read; also if it has no value."""
    return all(_CERTIFICATES.fullmatch(value) for value in _values(secret))


def _values(secret: Mapping[str, Any]) -> Iterator[str]:
    for value in cast("Mapping[str, Any]", secret.get("stringData") or {}).values():
        yield str(value)
    for value in cast("Mapping[str, Any]", secret.get("data") or {}).values():
        try:
            yield b64decode(str(value), validate=True).decode("ascii", errors="replace")
        except binascii.Error:
            yield str(value)
