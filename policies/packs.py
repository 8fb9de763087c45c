"""Which rules apply to an environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Rule
from policies.rules import clusters
from policies.scene import Facts

RULES: Final[tuple[Rule, ...]] = (*clusters.RULES,)
"""All rules of ours."""


def applying(facts: Facts) -> Iterator[Rule]:
    """The rules of the packs that an environment brings with it."""
    packs = {"baseline", "governance", "gpu", "cost"}
    if facts.is_airgapped:
        packs.add("airgapped")
    if len(facts.regions) > 1:
        packs.add("multiregion")
    yield from (each for each in RULES if each.entry.pack in packs)
