"""Rules about logs in CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import number, texts

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
CLUSTER: Final = "aws:eks/cluster:Cluster"

_AUDIT: Final = ("/aws/eks/", "/aws/cloudtrail/")
"""Where AWS logs who did what."""

_LEAST: Final = 30
_LEAST_OF_AUDIT: Final = 365
"""Days."""


@rule(
    "BL-LOG-001",
    LOG_GROUP,
    CLUSTER,
    fix="Write longer times in `cluster.logs` and `network.flow_logs`.",
    reads=("retentionInDays", "kmsKeyId", "name"),
)
def kept_and_sealed(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Logs are kept long enough, under a key of one's own, where the environment says."""
    if resource.type == CLUSTER:
        yield from _has_group(resource, scene)
    else:
        yield from every(_kept(resource, scene), _sealed(resource, scene))


def _has_group(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    # EKS writes to the group of this name, and makes one without key or end if there is none.
    name = f"/aws/eks/{cluster.get('name')}/cluster"
    logs = texts(cluster.get("enabledClusterLogTypes"))
    groups = (each for each in scene.of(LOG_GROUP) if each.region == cluster.region)
    if logs and not any(each.get("name") == name for each in groups):
        yield Finding(
            cluster, "", "AWS makes the group for the cluster's logs itself, without a key or an end."
        )


def _kept(group: Resource, scene: Scene) -> Iterator[Finding]:
    path = "retentionInDays"
    days = number(group.get(path))
    if days is None:
        yield Finding(group, path, "Nobody has said how long these logs are kept.")
    elif 0 < days < _least(group, scene):  # 0: for ever
        yield Finding(group, path, "These logs are not kept for long enough.")


def _least(group: Resource, scene: Scene) -> float:
    least = scene.facts.number("BL-LOG-001", "days", _LEAST)
    if scene.facts.is_hardened and str(group.get("name")).startswith(_AUDIT):
        return max(least, scene.facts.number("BL-LOG-001", "audit_days", _LEAST_OF_AUDIT))
    return least


def _sealed(group: Resource, scene: Scene) -> Iterator[Finding]:
    if not is_own_key(group, "kmsKeyId", scene):
        yield Finding(group, "kmsKeyId", "These logs are kept without a key of one's own.")


RULES = (kept_and_sealed,)
