"""Which rules apply to an environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Rule
from policies.rules import (
    buckets,
    clusters,
    data_stores,
    encryption_keys,
    endpoints,
    firewalls,
    gap_egress,
    gap_endpoints,
    gap_gateways,
    gap_images,
    gap_links,
    gap_names,
    gap_nodes,
    gap_routes,
    gap_settings,
    gap_tools,
    identities,
    kubernetes_access,
    load_balancers,
    logs,
    machines,
    namespaces,
    networks,
    pod_security,
    registries,
    secrets,
    workloads,
)
from policies.scene import Facts

RULES: Final[tuple[Rule, ...]] = (
    *buckets.RULES,
    *clusters.RULES,
    *data_stores.RULES,
    *encryption_keys.RULES,
    *endpoints.RULES,
    *firewalls.RULES,
    *gap_endpoints.RULES,
    *gap_gateways.RULES,
    *gap_links.RULES,
    *gap_nodes.RULES,
    *gap_images.RULES,
    *gap_egress.RULES,
    *gap_names.RULES,
    *gap_settings.RULES,
    *gap_tools.RULES,
    *gap_routes.RULES,
    *identities.RULES,
    *kubernetes_access.RULES,
    *load_balancers.RULES,
    *logs.RULES,
    *machines.RULES,
    *namespaces.RULES,
    *networks.RULES,
    *pod_security.RULES,
    *registries.RULES,
    *secrets.RULES,
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
