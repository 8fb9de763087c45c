"""What the service that holds a key says of it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One key as it is; times are in UTC, and None where there is none or nobody knows."""

    state: str = ""
    """`enabled`, `disabled`, `pending deletion` …; empty: nobody could be asked."""

    created: datetime | None = None
    rotated: datetime | None = None
    """When its material last changed; None: never, or nobody knows."""

    next_rotation: datetime | None = None
    deletion: datetime | None = None
    """When it is gone for good, if that is arranged; of an issuer, when its certificate ends."""

    versions: int | None = None
    """The number of its newest version."""

    minimum_version: int | None = None
    """The oldest version that still opens."""

    note: str = ""
    """Why this is only what is recorded; empty: it was asked just now."""
