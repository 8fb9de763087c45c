"""What teams share, and what each has for itself: namespaces, queues for GPUs, and who may pass them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pulumi

from components.gpu_admission import GpuAdmission, GpuAdmissionArgs
from components.gpu_quota import GpuQuota, GpuQuotaArgs, QuotaPool, QuotaTeam, Share
from components.team_namespace import TEAM_LABEL, TeamNamespace, TeamNamespaceArgs
from environments.gpu_claims import DEVICE_CLASS, are_claimed
from environments.gpu_pools import GpuPool
from environments.gpu_shares import resource_of, selector_of
from environments.model import Environment
from environments.teams import Team
from stacks.cluster_stack import ClusterStack
from stacks.platform.charts import Charts
from stacks.pool_marks import taints_of

_WEIGHTS: Final = {"low": 1, "normal": 2, "high": 4}
"""Priority of a team -> its weight in fair sharing."""

ACCELERATORS: Final = ("nvidia.com/", "aws.amazon.com/neuron")
"""How the names begin of what pods ask for, whole or in slices."""

_COUNTED_ELSEWHERE: Final = ("cpu", "memory", "ephemeral-storage", "hugepages-", "vpc.amazonaws.com/")
"""What comes with a machine: a queue that counted it would need a quota of it as well."""

_FRAMEWORKS: Final = ("batch/job", "pod", "deployment", "statefulset")
"""What Kueue lets wait. Its others belong to operators that are not delivered."""


def team_namespaces(stack: ClusterStack) -> dict[str, TeamNamespace]:
    """By name: the namespace of every team."""
    return {
        team.name: TeamNamespace(
            stack.named(f"team-{team.name}"),
            TeamNamespaceArgs(
                origin=f"teams[{number}]",
                team=team.name,
                members=team.members,
                claimed=are_claimed(stack.environment.cluster),
            ),
            stack.opts,
        )
        for number, team in enumerate(stack.environment.teams)
    }


def gpu_quota(stack: ClusterStack, charts: Charts, spaces: Sequence[TeamNamespace]) -> None:
    """Queues for the GPUs of the region, and the rule that every pod with GPUs waits in one."""
    teams = stack.environment.teams
    if not teams:
        return
    kueue = charts.chart("kueue", _kueue_values(stack.environment), "teams")
    pools = [pool for pool in stack.environment.pools_in(stack.region) if _is_shared(pool, teams)]
    GpuQuota(
        stack.named("gpu-quota"),
        GpuQuotaArgs(
            origin="teams",
            pools=[_pool(pool) for pool in pools],
            teams=[_team(team, pools) for team in teams],
        ),
        pulumi.ResourceOptions.merge(
            stack.opts_of_kinds, pulumi.ResourceOptions(depends_on=[kueue, *spaces])
        ),
    )
    GpuAdmission(
        stack.named("gpu-admission"),
        GpuAdmissionArgs(origin="teams", prefixes=ACCELERATORS),
        stack.opts,
    )


def _is_shared(pool: GpuPool, teams: Sequence[Team]) -> bool:
    return any(pool.name in team.gpus for team in teams)


def _pool(pool: GpuPool) -> QuotaPool:
    # Machines of one's own have the taints that somebody gave them, and `taints` says which.
    own = None if pool.machine else pool.hardware.resource
    return QuotaPool(
        name=pool.name,
        resource=resource_of(pool),
        selector=selector_of(pool),
        taints=taints_of(pool),
        own_taint=own,
    )


def _team(team: Team, pools: Sequence[GpuPool]) -> QuotaTeam:
    return QuotaTeam(
        name=team.name,
        shares={
            pool.name: Share(guaranteed=share.guaranteed, borrow=share.borrow, lend=share.lend)
            for pool in pools
            if (share := team.gpus.get(pool.name))
        },
        weight=_WEIGHTS[team.priority],
    )


def _kueue_values(env: Environment) -> dict[str, Any]:
    resources: dict[str, Any] = {"excludeResourcePrefixes": list(_COUNTED_ELSEWHERE)}
    if are_claimed(env.cluster):
        # A claim counts as what other clusters ask for by name, so that quotas read alike.
        resources["deviceClassMappings"] = [{"name": "nvidia.com/gpu", "deviceClassNames": [DEVICE_CLASS]}]
    # The whole of it: the chart takes its configuration as one text, and JSON is YAML.
    config = {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": ":8081"},
        "metrics": {"bindAddress": ":8443", "enableClusterQueueResources": True},
        "webhook": {"port": 9443},
        "leaderElection": {"leaderElect": True, "resourceName": "c1f6bfd2.kueue.x-k8s.io"},
        "controller": {
            "groupKindConcurrency": {
                "Job.batch": 5,
                "Pod": 5,
                "Workload.kueue.x-k8s.io": 10,
                "LocalQueue.kueue.x-k8s.io": 5,
                "ClusterQueue.kueue.x-k8s.io": 5,
                "ResourceFlavor.kueue.x-k8s.io": 1,
            }
        },
        "clientConnection": {"qps": 300, "burst": 500},
        "integrations": {"frameworks": list(_FRAMEWORKS)},
        # Pods of other namespaces are left alone.
        "managedJobsNamespaceSelector": {"matchExpressions": [{"key": TEAM_LABEL, "operator": "Exists"}]},
        "fairSharing": {"preemptionStrategies": ["LessThanOrEqualToFinalShare", "LessThanInitialShare"]},
        "resources": resources,
    }
    return {"managerConfig": {"controllerManagerConfigYaml": json.dumps(config, indent=2)}}
