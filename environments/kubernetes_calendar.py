"""Kubernetes versions on EKS: when each came, and until when AWS supports it.

As of 2026-11-21. Source: EKS user guide, "Kubernetes version lifecycle", whose calendar endoflife.date
repeats (`products/amazon-eks.md`, 2026-08-22; 1.36 from there). AWS's rule is 14 months of standard support
from the release on EKS, then 12 months of extended support, which costs extra and is switched on unless the
cluster says otherwise. 1.37 is released upstream and named by Bottlerocket 1.68; whether and since when EKS
offers it is not in these sources.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

AS_OF: Final = date(2026, 11, 21)

DEFAULT_VERSION: Final = "1.35"


class Support(enum.Enum):
    """What AWS does for a version on a certain day."""

    UNKNOWN = "unknown"
    """Not released on EKS by then, or nobody has said when."""
    STANDARD = "standard"
    EXTENDED = "extended"
    """At extra cost."""
    ENDED = "ended"
    """New clusters are refused, old ones upgraded by AWS."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version on EKS; None: not known."""

    name: str
    released: date | None
    standard_ends: date | None
    """The last day of standard support."""
    extended_ends: date | None
    """The last day of extended support."""

    def support(self, on: date) -> Support:
        """What AWS does for it on that day."""
        if not (self.released and self.standard_ends and self.extended_ends) or on < self.released:
            return Support.UNKNOWN
        if on <= self.standard_ends:
            return Support.STANDARD
        return Support.EXTENDED if on <= self.extended_ends else Support.ENDED


_CALENDAR: Final = """
# version  on EKS since  standard ends  extended ends
1.28       2023-09-26    2024-11-26     2025-11-26
1.29       2024-01-23    2025-03-23     2026-03-23
1.30       2024-05-23    2025-07-23     2026-07-23
1.31       2024-09-26    2025-11-26     2026-11-26
1.32       2025-01-23    2026-03-23     2027-03-23
1.33       2025-05-29    2026-07-29     2027-07-29
1.34       2025-10-02    2026-12-02     2027-12-02
1.35       2026-01-27    2027-03-27     2028-03-27
1.36       2026-06-02    2027-08-02     2028-08-02
1.37       -             -              -
"""


def _version(line: str) -> Version:
    name, *days = line.split()
    released, standard_ends, extended_ends = (None if day == "-" else date.fromisoformat(day) for day in days)
    return Version(name, released, standard_ends, extended_ends)


VERSIONS: Final[Mapping[str, Version]] = MappingProxyType(
    {
        version.name: version
        for version in (_version(line) for line in _CALENDAR.splitlines() if line and line[0] != "#")
    }
)
"""Every version of the calendar by its name, from old to new."""


def support(version: str, on: date) -> Support:
    """What AWS does for the version on that day; `KeyError` for one that is not in the calendar."""
    return VERSIONS[version].support(on)


def with_support(on: date, *kinds: Support) -> tuple[str, ...]:
    """The versions with one of these kinds of support on that day, from old to new."""
    return tuple(name for name, version in VERSIONS.items() if version.support(on) in kinds)
