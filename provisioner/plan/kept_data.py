"""What holds data by its type, and keeps it all the same when the object goes. Pure.

Sources: Kubernetes documentation, "Persistent Volumes" (a volume that was made by hand is retained, one that
was made for a claim is deleted, unless they say otherwise), "Storage Classes" (reclaim policy `Delete`),
"StatefulSets" (claims stay unless `persistentVolumeClaimRetentionPolicy` says otherwise), "Volume Snapshots".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, cast

from provisioner.plan.model import Op, StackPlan, Step
from provisioner.plan.values import Properties

_VOLUME: Final = "kubernetes:core/v1:PersistentVolume"
_CLAIM: Final = "kubernetes:core/v1:PersistentVolumeClaim"
_SET: Final = "kubernetes:apps/v1:StatefulSet"
_SNAPSHOT_CONTENT: Final = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent"
_STORAGE_CLASS: Final = "kubernetes:storage.k8s.io/v1:StorageClass"
_KUBERNETES: Final = "kubernetes:"
_QUEUE: Final = "aws:sqs/queue:Queue"
_FOLDER: Final = "renderYamlToDirectory"
_RETAIN: Final = "Retain"

FORGOTTEN_WITHIN: Final = 300
"""Seconds: what a queue loses by itself so soon is no data. SQS keeps messages for a minute at least."""


def kept(plan: StackPlan) -> frozenset[str]:
    """URNs of steps that lose nothing, whatever the type of the object that goes holds.

    What is in a folder is a file: it holds nothing, and a commit brings it back. A queue that forgets within
    minutes is a bell: it keeps nothing for anybody.
    """
    folders = {step.urn for step in plan.steps if _there(step).get(_FOLDER)}
    there = [step for step in plan.steps if step.type.startswith(_KUBERNETES)]
    retained = {_name(step) for step in there if step.type == _VOLUME and _is_retained(step)}
    classes = {_name(step) for step in there if step.type == _STORAGE_CLASS and _retains(step)}
    fleeting = {step.urn for step in plan.steps if step.type == _QUEUE and _forgets(step)}
    return frozenset(fleeting).union(
        step.urn
        for step in there
        if step.provider in folders or _is_retained(step) or _is_kept(step, retained, classes)
    )


def _forgets(step: Step) -> bool:
    seconds = _there(step).get("messageRetentionSeconds")
    return isinstance(seconds, int | float) and seconds <= FORGOTTEN_WITHIN


def _is_retained(step: Step) -> bool:
    stays = _STAYS.get(step.type)
    return stays is not None and stays(_members(_there(step).get("spec")))


def _is_kept(step: Step, volumes: Collection[str], classes: Collection[str]) -> bool:
    """Whether a claim is one on a volume that stays."""
    if step.type != _CLAIM:
        return False
    spec = _members(_there(step).get("spec"))
    return spec.get("volumeName") in volumes or spec.get("storageClassName") in classes


def _retains(step: Step) -> bool:
    return _there(step).get("reclaimPolicy") == _RETAIN


def _set_keeps_claims(spec: Properties) -> bool:
    if not spec.get("volumeClaimTemplates"):
        return True
    policy = _members(spec.get("persistentVolumeClaimRetentionPolicy"))
    return policy.get("whenDeleted", _RETAIN) == _RETAIN


_STAYS: Final[Mapping[str, Callable[[Properties], bool]]] = {
    _VOLUME: lambda spec: spec.get("persistentVolumeReclaimPolicy", _RETAIN) == _RETAIN,
    _SET: _set_keeps_claims,
    _SNAPSHOT_CONTENT: lambda spec: spec.get("deletionPolicy") == _RETAIN,
}
"""What is said in the object itself; everything that is not known counts as gone."""


def _there(step: Step) -> Properties:
    """The inputs of the object that exists now, which is the one that goes."""
    return step.new if step.op is Op.CREATE else step.old


def _name(step: Step) -> str:
    return str(_members(_there(step).get("metadata")).get("name"))


def _members(value: Any) -> Properties:
    return cast("Properties", value) if isinstance(value, Mapping) else {}
