"""Which rules apply to an environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Rule
from policies.rules import (
    clusters,
    encryption_keys,
    endpoints,
    firewalls,
    kubernetes_access,
    load_balancers,
    machines,
    namespaces,
    networks,
    pod_security,
    registries,
    workloads,
)
from policies.scene import Facts

RULES: Final[tuple[Rule, ...]] = (
    *clusters.RULES,
    *encryption_keys.RULES,
    *endpoints.RULES,
    *firewalls.RULES,
    *kubernetes_access.RULES,
    *load_balancers.RULES,
    *machines.RULES,
    *namespaces.RULES,
    *networks.RULES,
    *pod_security.RULES,
    *registries.RULES,
    *workloads.RULES,
)
"""All rules of ours."""


def applying(facts: Facts) -> Iterator[Rule]:
    """The rules of the packs that an environment brings with it."""
    packs = {"baseline", "governance", "gpu", "cost"}
    if facts.is_airgapped:
        packs.add("airgapped")
    if len(facts.regions) > 1:
        packs.add("multiregion")
    yield from (each for each in RULES if each.entry.pack in packs)
