"""Which part of an environment a plan is about. Pure.

What is named is a URN, a pattern in which `*`, `?` and `[…]` stand for what they do in a shell (a `*` also
stands for `::`), or a logical name, which has to be that of one resource. Whoever names a component means
everything in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may change. Without targets that is everything, but for what is excluded."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    """What gets a new object even if nothing about it differs."""

    target_dependents: bool = False
    """Whether what depends on a target is a target, too."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.targets and not self.excludes

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said at all."""
        return self == WHOLE

    @property
    def patterns(self) -> tuple[str, ...]:
        """Everything that was named."""
        return (*self.targets, *self.excludes, *self.replaces)

    def replaces_by_name(self, urn: str) -> bool:
        """Whether this resource is named to get a new object."""
        return is_named(urn, self.replaces)

    def covers(self, urn: str, around: Iterable[str], needs: Collection[str]) -> bool:
        """Whether a resource may change.

        `around` are the URNs of the components it is in, `needs` those among its dependencies that are
        targets, or depend on one.
        """
        names = (urn, *around)
        if any(is_named(name, self.excludes) for name in names):
            return False
        if not self.targets or any(is_named(name, self.targets) for name in names):
            return True
        return self.target_dependents and bool(needs)


WHOLE: Final = Scope()


def matches(urn: str, patterns: Iterable[str]) -> bool:
    """Whether some pattern names the URN; a text that is the URN always does, whatever signs are in it."""
    return any(urn == pattern or fnmatchcase(urn, pattern) for pattern in patterns)


def is_named(urn: str, patterns: Collection[str]) -> bool:
    """The same for a scope, in which a resource may be called by its logical name, too."""
    return name_of(urn) in patterns or matches(urn, patterns)


def name_of(urn: str) -> str:
    """The logical name."""
    return urn.rpartition("::")[2]


def meant_by(pattern: str, urns: Collection[str]) -> tuple[str, ...]:
    """The URNs of a logical name, if these are several and it cannot be told which one is meant; else none.

    A component and parts of it that have its name are one.
    """
    if any(matches(urn, (pattern,)) for urn in urns):
        return ()
    found = sorted((urn for urn in urns if name_of(urn) == pattern), key=len)
    return () if _is_one(found) else tuple(sorted(found))


def unmatched(patterns: Iterable[str], urns: Collection[str]) -> Iterator[str]:
    """The patterns that name nothing: most likely they are misspelt."""
    return (pattern for pattern in patterns if not any(is_named(urn, (pattern,)) for urn in urns))


def nearest(pattern: str, urns: Iterable[str]) -> str:
    """The URN that was probably meant by what names nothing; empty if none is like it, or several are.

    Of a component, and parts of it that have its name, it is that of the component.
    """
    by_name: dict[str, list[str]] = {}
    for urn in urns:
        by_name.setdefault(name_of(urn), []).append(urn)
    alike = difflib.get_close_matches(pattern.rpartition("::")[2].strip("*"), by_name, n=1)
    found = sorted(by_name[alike[0]], key=len) if alike else []
    return found[0] if found and _is_one(found) else ""


def _is_one(found: Sequence[str]) -> bool:
    """Whether URNs, the shortest first, are of one component and of parts of it, or there are no two."""
    whole = found[0].rpartition("::")[0] if found else ""
    return all(urn.startswith(f"{whole}$") for urn in found[1:])


def around(urn: str, parent_of: Callable[[str], str]) -> Iterator[str]:
    """The URNs of the components a resource is in, from the inside out."""
    seen = {urn}
    while (urn := parent_of(urn)) and urn not in seen:
        seen.add(urn)
        yield urn
