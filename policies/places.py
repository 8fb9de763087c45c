"""Where things are: regions, and values inside lists of lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Part, Resource
from policies.scene import Facts

PLACED: Final = ("foundation", "cluster")
"""Layers that each region has one of."""


def others(facts: Facts) -> tuple[str, ...]:
    """The regions beside the primary."""
    return facts.regions[1:]


def is_primary(resource: Resource, facts: Facts) -> bool:
    """Whether it is in the primary region."""
    return resource.region == facts.regions[0] if facts.regions else True


def each_part(where: Resource | Part, path: str) -> Iterator[Part]:
    """The parts that a path such as `rules[].destinations[]` leads to. Raises `Undecided`."""
    head, _, rest = path.partition("[]")
    for part in where.parts(head):
        if rest.lstrip("."):
            yield from each_part(part, rest.lstrip("."))
        else:
            yield part
