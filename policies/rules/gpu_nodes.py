"""Rules about pools of machines with GPUs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from environments.gpu_catalogue import GpuProfile
from policies.accelerators import NODE_GROUP, TEMPLATE, profiles
from policies.model import Finding, Resource, every, rule
from policies.pods import CHARTS
from policies.scene import Scene
from policies.values import Unknown, fields, is_off, is_on

PLACEMENT: Final = "aws:ec2/placementGroup:PlacementGroup"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

_EFA: Final = ("efa", "efa-only")
_FABRIC: Final = "mlplat/fabric"
_OPERATOR: Final = "gpu-operator"
_ALL: Final = ("-1", "all")


@rule(
    "GPU-003",
    NODE_GROUP,
    *CHARTS,
    fix="Leave the machine image to `gpu_pools[].profile`, and drivers to the image.",
    reads=("amiType", "values.driver.enabled"),
)
def driver_fits(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """The image of a GPU machine has a driver that its GPU runs with, and nothing else installs another."""
    if resource.type == NODE_GROUP:
        for each in profiles(resource, scene):
            yield from _has_driver(resource, each)
    elif str(resource.get("chart")).rpartition("/")[2].partition(":")[0] == _OPERATOR:
        yield from _leaves_drivers(resource, scene)


def _has_driver(group: Resource, profile: GpuProfile) -> Iterator[Finding]:
    ami = group.get("amiType")
    if ami != "CUSTOM" and (profile.ami is None or not _same_make(ami, profile.ami)):
        yield Finding(group, "amiType", "The image has no driver for these accelerators.")


def _same_make(ami: Any, wanted: str) -> bool:
    """AL2023 or Bottlerocket, of the same processor and make."""
    words = str(ami).split("_", 1)
    return words[0] in ("AL2023", "BOTTLEROCKET") and words[-1] == wanted.split("_", 1)[1]


def _leaves_drivers(chart: Resource, scene: Scene) -> Iterator[Finding]:
    images = [str(each.get("amiType")) for each in scene.of(NODE_GROUP)]
    if any(each.endswith("_NVIDIA") for each in images):
        path = "values.driver.enabled"
        if not is_off(chart.get(path, default=True)):
            yield Finding(chart, path, "The machines' image has a driver, and this installs another.")


@rule(
    "GPU-004",
    NODE_GROUP,
    fix="Write `fabric: efa` in the pool, with one zone, and leave the rest to it.",
    reads=(
        "networkInterfaces[].interfaceType",
        "placement.groupName",
        "strategy",
        "ipProtocol",
        "labels.mlplat/fabric",
    ),
)
def fabric_whole(group: Resource, scene: Scene) -> Iterator[Finding]:
    """Machines that train together stand close, use all of their fast interfaces, and hear each other."""
    templates = scene.referred(group, "launchTemplate.id", TEMPLATE) if group.peek("launchTemplate") else ()
    wants = _label(group) == "efa"
    for template in templates:
        kinds = [each.get("interfaceType") for each in template.parts("networkInterfaces")]
        count = sum(kind in _EFA for kind in kinds)
        if count or wants:
            yield from every(
                _on_all(group, template, count, scene),
                _in_one_zone(group),
                _close(group, template, scene),
                *(_hear_each_other(each, scene) for each in _groups(template, scene)),
            )


def _label(group: Resource) -> Any:
    return fields(group.get("labels")).get(_FABRIC)


def _on_all(group: Resource, template: Resource, count: int, scene: Scene) -> Iterator[Finding]:
    if any(each.efa_interfaces != count for each in profiles(group, scene)):
        message = "The machines have another number of fast interfaces than this uses."
        yield Finding(template, "networkInterfaces", message)


def _in_one_zone(group: Resource) -> Iterator[Finding]:
    subnets = group.peek("subnetIds")
    if isinstance(subnets, Unknown):
        group.get("subnetIds")
    if isinstance(subnets, list) and len(cast("list[Any]", subnets)) > 1:
        yield Finding(group, "subnetIds", "Machines in different zones are too far from each other.")


def _close(group: Resource, template: Resource, scene: Scene) -> Iterator[Finding]:
    # What was reserved stands where it was reserved.
    if template.peek("capacityReservationSpecification") or group.get("capacityType") == "CAPACITY_BLOCK":
        return
    path = "placement.groupName"
    if template.peek(path) is None:
        yield Finding(template, path, "Nothing keeps the machines close to each other.")
        return
    for each in scene.referred(template, path, PLACEMENT):
        if each.get("strategy") != "cluster":
            yield Finding(each, "strategy", "This does not keep the machines close to each other.")


def _groups(template: Resource, scene: Scene) -> tuple[Resource, ...]:
    if template.peek("networkInterfaces"):
        return scene.referred(template, "networkInterfaces", GROUP)
    return scene.referred(template, "vpcSecurityGroupIds", GROUP)


def _hear_each_other(group: Resource, scene: Scene) -> Iterator[Finding]:
    for kind, path in ((INGRESS, "ingress"), (EGRESS, "egress")):
        if any(map(_is_inline, group.parts(path))):
            continue
        among = scene.referring(group, "referencedSecurityGroupId", kind)
        own = [each for each in scene.referring(group, "securityGroupId", kind) if each in among]
        if not any(map(_is_for_all, own)):
            yield Finding(group, path, "The fast interfaces need all traffic among the machines themselves.")


def _is_for_all(passage: Resource) -> bool:
    return str(passage.get("ipProtocol")) in _ALL


def _is_inline(passage: Any) -> bool:
    return is_on(passage.get("self")) and str(passage.get("protocol")) in _ALL


RULES = (driver_fits, fabric_whole)
