"""Which part of a cluster an address is in."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


def namespace_of(address: str) -> str | None:
    """The namespace of a Service by its address, `http://<service>.<namespace>…`; None: it is outside."""
    labels = (urlsplit(address).hostname or "").split(".")
    is_inside = len(labels) == 2 or labels[2:3] == ["svc"]  # noqa: PLR2004
    return labels[1] if is_inside else None


def port_of(address: str) -> int:
    """The port that an address names, or that its scheme stands for."""
    parts = urlsplit(address)
    return parts.port or _PORTS[parts.scheme]
