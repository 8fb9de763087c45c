"""Which rules apply to an environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from policies.catalogue import BY_ID
from policies.model import Rule, Waivable
from policies.rules import (
    approvals,
    buckets,
    clusters,
    costs,
    data_stores,
    encryption_keys,
    endpoints,
    failover,
    firewalls,
    gap_charts,
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
    governance,
    gpu_nodes,
    gpu_pods,
    identities,
    kubernetes_access,
    load_balancers,
    logs,
    machines,
    namespaces,
    networks,
    pod_security,
    powers,
    quotas,
    region_parity,
    regions,
    registries,
    replicas,
    replication,
    secrets,
    serving,
    workloads,
)
from policies.scene import Facts

_WRITTEN: Final[tuple[Rule, ...]] = (
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
    *gap_charts.RULES,
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
    *regions.RULES,
    *region_parity.RULES,
    *replicas.RULES,
    *replication.RULES,
    *failover.RULES,
    *governance.RULES,
    *powers.RULES,
    *approvals.RULES,
    *gpu_nodes.RULES,
    *gpu_pods.RULES,
    *serving.RULES,
    *costs.RULES,
    *quotas.RULES,
)

RULES: Final = tuple(sorted(_WRITTEN, key=lambda rule: tuple(BY_ID).index(rule.id)))
"""All rules of ours, in the order of the catalogue."""

_ABSOLUTE: Final = frozenset({"BL-EKS-001", "BL-K8S-004", "BL-K8S-008", "BL-NET-004"})
"""Of the baseline, what nobody can allow an exception from in an air gap."""


def applying(facts: Facts) -> Iterator[Rule]:
    """The rules of the packs that an environment brings with it."""
    packs = {"baseline", "governance", "gpu", "cost"}
    if facts.is_airgapped:
        packs.add("airgapped")
    if len(facts.regions) > 1:
        packs.add("multiregion")
    for each in RULES:
        if each.entry.pack in packs:
            yield _without_exceptions(each) if facts.is_airgapped and each.id in _ABSOLUTE else each


def _without_exceptions(rule: Rule) -> Rule:
    return replace(rule, entry=replace(rule.entry, waivable=Waivable.NEVER))
