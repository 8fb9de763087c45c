"""Which Kubernetes version an environment may write, by the calendar of EKS."""

from __future__ import annotations

import re
from datetime import date

from environments.diagnostics import Problem
from environments.kubernetes_calendar import AS_OF, DEFAULT_VERSION, VERSIONS, Support, with_support
from environments.section import refused


def nearest(version: str) -> tuple[str, ...]:
    """Up to three versions of the calendar next to what was written; none if it is no version at all."""
    match = re.match(r"v?1\.(\d{1,3})\b", version)
    if not match:
        return ()
    minor = int(match[1])
    near = sorted(VERSIONS, key=lambda name: (abs(_minor(name) - minor), -_minor(name)))[:3]
    return tuple(sorted(near, key=_minor))


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def known_version(version: str) -> str:
    """The version itself; refuses one that is not in the calendar, with the nearest that are."""
    if version not in VERSIONS:
        detail = f"`{version}` is not among EKS's Kubernetes versions (calendar of {AS_OF})."
        names = ", ".join(f'"{name}"' for name in nearest(version) or (DEFAULT_VERSION,))
        raise refused(Problem.VERSION, detail, f"write one of {names}.")
    return version


def usable_version(version: str, on: date) -> str:
    """The version itself; refuses one that is not in the calendar, or that AWS does not support on that day.

    A version in extended support passes: whether its price is accepted is the environment's to say.
    """
    known = VERSIONS[known_version(version)]
    kind = known.support(on)
    if kind in (Support.STANDARD, Support.EXTENDED):
        return version
    if kind is Support.ENDED:
        detail = f"AWS's support for `{version}` on EKS ended on {known.extended_ends} (calendar of {AS_OF})."
    else:
        detail = f"It is not known that EKS offers `{version}` on {on} (calendar of {AS_OF})."
    names = ", ".join(f'"{name}"' for name in with_support(on, Support.STANDARD) or (DEFAULT_VERSION,))
    raise refused(Problem.VERSION, detail, f"write one in standard support: {names}.")
