"""Rules about pods that use GPUs, and about those that must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.accelerators import ASKED, NODE_GROUP, asking, asks, profiles
from policies.model import Finding, Part, Resource, every, rule
from policies.pods import PODS, containers, is_system, specs
from policies.scene import Scene
from policies.values import fields, is_on, texts

_DAEMON: Final = "kubernetes:apps/v1:DaemonSet"
_SHARING: Final = "mlplat/sharing"
_VISIBLE: Final = "NVIDIA_VISIBLE_DEVICES"
_DEVICES: Final = "/dev/nvidia"


@rule(
    "GPU-001",
    NODE_GROUP,
    *PODS,
    fix="Leave taints and labels of `gpu_pools` as they are; let a pod that asks for a GPU choose a pool.",
    reads=(
        "taints[].key",
        "taints[].effect",
        "labels.mlplat/accelerator",
        "spec.template.spec.nodeSelector",
        "spec.template.spec.tolerations[].key",
    ),
)
def tainted_and_claimed(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Machines with GPUs are for pods that ask for GPUs, and those say which machines.

    Parameter `labels` has the keys of which one has to be on such machines.
    """
    if resource.type == NODE_GROUP:
        yield from _keeps_others_away(resource, scene)
    elif resource.type != _DAEMON and not is_system(resource, scene, "GPU-001"):
        yield from every(*map(_claims, specs(resource)))


def _keeps_others_away(group: Resource, scene: Scene) -> Iterator[Finding]:
    found = profiles(group, scene)
    if not found:
        return
    kept = {str(each.get("key")) for each in group.parts("taints") if each.get("effect") in _EFFECTS}
    if not {each.resource for each in found} <= kept:
        yield Finding(group, "taints", "Pods that need no GPU may run on these machines.")
    labels = fields(group.get("labels"))
    wanted = scene.facts.names("GPU-001", "labels", ("mlplat/accelerator", "nvidia.com/gpu.product"))
    if not any(key in wanted for key in labels):
        yield Finding(group, "labels", "No label says which accelerators these machines have.")


_EFFECTS: Final = ("NO_SCHEDULE", "NO_EXECUTE")


def _claims(spec: Part) -> Iterator[Finding]:
    if asks(spec):
        if not spec.get("nodeSelector") and not spec.get("affinity.nodeAffinity"):
            message = "The pod takes any GPU there is: it does not say which machines."
            yield Finding(spec.resource, spec.at("nodeSelector"), message)
        for each, path, _ in asking(spec):
            limit = path.removeprefix(f"{each.path}.").replace("requests", "limits", 1)
            if each.get(limit) is None:
                yield Finding(spec.resource, path, "Kubernetes refuses a request for GPUs without a limit.")
        return
    for each in spec.parts("tolerations"):
        if str(each.get("key") or "").startswith(ASKED):
            message = "The pod may take the place of one that needs a GPU."
            yield Finding(spec.resource, each.at("key"), message)


@rule(
    "GPU-002",
    NODE_GROUP,
    *PODS,
    fix="Ask for GPUs in `resources.limits`; share them in `restricted` environments by `mig` only.",
    reads=(
        "labels.mlplat/sharing",
        "spec.template.spec.containers[].env[].name",
        "spec.template.spec.containers[].securityContext.privileged",
        "spec.template.spec.volumes[].hostPath.path",
    ),
)
def isolated(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """A pod gets the GPUs that it was given, and data that is restricted shares none without walls."""
    if resource.type == NODE_GROUP:
        yield from _has_walls(resource, scene)
    elif not is_system(resource, scene, "GPU-002"):
        yield from every(*(each for spec in specs(resource) for each in _isolated(spec)))


def _has_walls(group: Resource, scene: Scene) -> Iterator[Finding]:
    sharing = fields(group.get("labels")).get(_SHARING)
    if scene.facts.data_class == "restricted" and str(sharing).startswith(("time-slicing", "mps")):
        message = "Pods that share a GPU by turns are not kept from each other's memory by hardware."
        yield Finding(group, "labels", message)


def _isolated(spec: Part) -> Iterator[Iterator[Finding]]:
    for each in containers(spec):
        yield _takes_none(each)
        yield _is_not_privileged(each, spec)
    for each in spec.parts("volumes"):
        yield _mounts_none(each)


def _takes_none(container: Part) -> Iterator[Finding]:
    for each in container.parts("env"):
        if each.get("name") == _VISIBLE and each.get("value") not in ("void", "none"):
            message = "The container chooses its GPUs itself, also those of other pods."
            yield Finding(container.resource, each.at("name"), message)


def _is_not_privileged(container: Part, spec: Part) -> Iterator[Finding]:
    path = "securityContext.privileged"
    if is_on(container.get(path)) and asks(spec):
        message = "A privileged container sees every GPU of its machine."
        yield Finding(container.resource, container.at(path), message)


def _mounts_none(volume: Part) -> Iterator[Finding]:
    path = volume.get("hostPath.path")
    if any(each.startswith(_DEVICES) or each.rstrip("/") == "/dev" for each in texts(path)):
        message = "The pod takes GPUs past whoever hands them out."
        yield Finding(volume.resource, volume.at("hostPath.path"), message)


RULES = (tainted_and_claimed, isolated)
