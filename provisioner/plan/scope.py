"""Which part of an environment a plan is about. Pure.

What is named is a URN, or a pattern in which `*`, `?` and `[…]` stand for what they do in a shell; a `*` also
stands for `::`. Whoever names a component means everything in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
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
        return matches(urn, self.replaces)

    def covers(self, urn: str, around: Iterable[str], needs: Collection[str]) -> bool:
        """Whether a resource may change.

        `around` are the URNs of the components it is in, `needs` those among its dependencies that are
        targets, or depend on one.
        """
        names = (urn, *around)
        if any(matches(name, self.excludes) for name in names):
            return False
        if not self.targets or any(matches(name, self.targets) for name in names):
            return True
        return self.target_dependents and bool(needs)


WHOLE: Final = Scope()


def matches(urn: str, patterns: Iterable[str]) -> bool:
    """Whether some pattern names the URN; a text that is the URN always does, whatever signs are in it."""
    return any(urn == pattern or fnmatchcase(urn, pattern) for pattern in patterns)


def unmatched(patterns: Iterable[str], urns: Collection[str]) -> Iterator[str]:
    """The patterns that name nothing: most likely they are misspelt."""
    return (pattern for pattern in patterns if not any(matches(urn, (pattern,)) for urn in urns))


def around(urn: str, parent_of: Callable[[str], str]) -> Iterator[str]:
    """The URNs of the components a resource is in, from the inside out."""
    seen = {urn}
    while (urn := parent_of(urn)) and urn not in seen:
        seen.add(urn)
        yield urn
