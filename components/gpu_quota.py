"""GPUs shared by teams: Kueue's queues, with what each team is sure of, may borrow, and lends.

Source: Kueue 0.19 documentation, "Cluster Queue", "Cohort", "Fair Sharing", "Workload Priority Class".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.node_marks import Taint
from components.team_namespace import TEAM_LABEL

QUEUE: Final = "gpus"
"""The local queue in the namespace of every team; a pod's node selector says which pool it waits for."""

QUEUE_LABEL: Final = "kueue.x-k8s.io/queue-name"
"""The label by which a pod, or what makes it, says in which queue it waits."""

PRIORITY_LABEL: Final = "kueue.x-k8s.io/priority-class"

PRIORITIES: Final[Mapping[str, tuple[int, str]]] = {
    "serving": (1000, "Answers requests: takes the place of all other work of its team."),
    "interactive": (500, "Somebody waits for it: takes the place of batch work of its team."),
    "batch": (100, "Can wait, and goes on where it stopped."),
}
"""Workload priority class -> its value, and what it is for."""

_COHORT: Final = "gpus"
_API: Final = "kueue.x-k8s.io/v1beta2"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPool:
    """One pool of GPU nodes, as pods see it."""

    name: str
    resource: str
    """What pods ask for: `nvidia.com/gpu`."""
    selector: Mapping[str, str]
    """Labels of its nodes."""
    taints: Sequence[Taint]
    """Those that only a pod that says so tolerates; the pool's own is tolerated for all that wait for it."""
    own_taint: str | None
    """Key of the taint that keeps pods without GPUs away; None: machines of one's own have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one team has of one pool."""

    guaranteed: int
    borrow: int | None
    """None: as many as others leave."""
    lend: int | None
    """None: all it leaves itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaTeam:
    """One team, whose namespace has its name."""

    name: str
    shares: Mapping[str, Share]
    """By the name of the pool."""
    weight: int
    """How much of what is idle it gets beside others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuQuotaArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    pools: Sequence[QuotaPool]
    teams: Sequence[QuotaTeam]


class GpuQuota(pulumi.ComponentResource):
    """One cohort of all teams with GPUs, each with a queue: what one leaves, others borrow meanwhile.

    Only GPUs are counted: processors and memory come with the machine, and Kueue is told to leave them out.
    """

    def __init__(self, name: str, args: GpuQuotaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:GpuQuota", name, {"origin": args.origin}, opts)
        flavors = [self._flavor(name, pool) for pool in args.pools]
        cohort = self._object(f"{name}-cohort", "Cohort", {"name": _COHORT}, {})
        for value in PRIORITIES:
            self._priority(name, value)
        for team in (each for each in args.teams if each.shares):
            self._queues(name, args, team, [*flavors, cohort])
        self.register_outputs({})

    def _flavor(self, name: str, pool: QuotaPool) -> pulumi.Resource:
        key = pool.own_taint
        own = {"key": key, "value": "true", "effect": "NoSchedule"}
        spec = {
            "nodeLabels": dict(pool.selector),
            "nodeTaints": [*([own] if key else []), *(_taint(each) for each in pool.taints)],
            "tolerations": [{"key": key, "operator": "Exists", "effect": "NoSchedule"}] if key else [],
        }
        known = {part: value for part, value in spec.items() if value}
        return self._object(f"{name}-pool-{pool.name}", "ResourceFlavor", {"name": pool.name}, known)

    def _priority(self, name: str, value: str) -> None:
        number, words = PRIORITIES[value]
        # Not as `CustomResource` of the SDK, which sends no more than a `spec`: this kind has none.
        pulumi.CustomResource(
            f"kubernetes:{_API}:WorkloadPriorityClass",
            f"{name}-priority-{value}",
            {
                "apiVersion": _API,
                "kind": "WorkloadPriorityClass",
                "metadata": {"name": value},
                "value": number,
                "description": words,
            },
            pulumi.ResourceOptions(parent=self),
        )

    def _queues(
        self, name: str, args: GpuQuotaArgs, team: QuotaTeam, after: Sequence[pulumi.Resource]
    ) -> None:
        spec = {
            "cohortName": _COHORT,
            "namespaceSelector": {"matchLabels": {TEAM_LABEL: team.name}},
            "queueingStrategy": "BestEffortFIFO",
            "resourceGroups": _groups(args.pools, team),
            # What it is guaranteed it gets back from whoever borrowed it; within the team, work of higher
            # priority goes first.
            "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
            "fairSharing": {"weight": str(team.weight)},
        }
        queue = self._object(f"{name}-team-{team.name}", "ClusterQueue", {"name": team.name}, spec, after)
        local = {"name": QUEUE, "namespace": team.name}
        spec = {"clusterQueue": team.name}
        self._object(f"{name}-queue-{team.name}", "LocalQueue", local, spec, [queue])

    def _object(
        self,
        name: str,
        kind: str,
        metadata: Mapping[str, str],
        spec: Mapping[str, Any],
        after: Sequence[pulumi.Resource] = (),
    ) -> pulumi.Resource:
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=_API,
            kind=kind,
            metadata=dict(metadata),
            spec=dict(spec),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _groups(pools: Sequence[QuotaPool], team: QuotaTeam) -> list[dict[str, Any]]:
    """One group for each resource: Kueue has every flavor in one group, and every resource as well."""
    resources = dict.fromkeys(pool.resource for pool in pools if pool.name in team.shares)
    return [
        {
            "coveredResources": [resource],
            "flavors": [
                {"name": pool.name, "resources": [_quota(resource, team.shares[pool.name])]}
                for pool in pools
                if pool.resource == resource and pool.name in team.shares
            ],
        }
        for resource in resources
    ]


def _quota(resource: str, share: Share) -> dict[str, Any]:
    limits = {"borrowingLimit": share.borrow, "lendingLimit": share.lend}
    return {
        "name": resource,
        "nominalQuota": str(share.guaranteed),
        **{name: str(value) for name, value in limits.items() if value is not None},
    }


def _taint(taint: Taint) -> dict[str, str]:
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}
