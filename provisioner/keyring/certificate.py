"""What a certificate says of its own time."""

from __future__ import annotations

from datetime import datetime


def validity(pem: str) -> tuple[datetime | None, datetime | None]:
    """From when to when the first certificate in a text is good; None: there is none."""
    if "BEGIN CERTIFICATE" not in pem:
        return None, None
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - few environments issue any

    try:
        found = load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None, None
    return found.not_valid_before_utc, found.not_valid_after_utc
