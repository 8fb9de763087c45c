"""The rule that regions are alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.model import Finding, Resource, every, rule
from policies.places import PLACED
from policies.scene import Facts, Scene
from policies.values import texts

_ONE: Final = {
    "aws:kms/replicaKey:ReplicaKey": "aws:kms/key:Key",
    "mlplat:security:ReplicaKey": "mlplat:security:EncryptionKey",
}
"""What a region has in place of what the primary has."""

_OWN: Final = ("pulumi:", "random:")

_ALIKE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/cluster:Cluster": ("version", "vpcConfig.endpointPublicAccess", "upgradePolicy.supportType"),
    "aws:eks/addon:Addon": ("addonName", "addonVersion", "configurationValues"),
    "aws:eks/nodeGroup:NodeGroup": ("version", "amiType", "capacityType"),
    "aws:rds/instance:Instance": ("engineVersion", "multiAz", "backupRetentionPeriod", "deletionProtection"),
}
"""What has to be the same of each, beside that it is there."""

Logical = tuple[str, str, str]


@rule(
    "MR-006",
    "*",
    fix="Leave the regions to one file; what only some have is said there, as in `gpu_pools[].regions`.",
    reads=(
        "version",
        "addonVersion",
        "amiType",
        "instanceTypes",
        "vpcConfig.endpointPublicAccess",
        "engineVersion",
    ),
)
def regions_alike(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Each region has what the primary has, in the same version and of the same family of machines.

    Parameter `only` has what else may be in some regions alone, by the beginnings of logical names.
    """
    facts = scene.facts
    if not (facts.is_whole and _is_regional(resource, facts)):
        return
    alike = scene.once(_by_logical_name)[_logical(resource)]
    for region in _regions(resource, facts):
        if region not in alike:
            yield Finding(resource, "", "Another region of the environment has nothing like it.")
    first = alike.get(facts.regions[0])
    if first is not None and first is not resource:
        yield from every(*(_differs(resource, first, path) for path in _ALIKE.get(resource.type, ())))
        yield from every(_other_machines(resource, first))


def _is_regional(resource: Resource, facts: Facts) -> bool:
    is_placed = resource.layer in PLACED and resource.region in facts.regions
    return is_placed and not resource.type.startswith(_OWN)


def _by_logical_name(scene: Scene) -> Mapping[Logical, Mapping[str, Resource]]:
    found: dict[Logical, dict[str, Resource]] = defaultdict(dict)
    for each in scene.resources:
        found[_logical(each)][each.region] = each
    return found


def _logical(resource: Resource) -> Logical:
    """What it is called in every region."""
    name = resource.name.replace(resource.region, "*") if resource.region else resource.name
    return resource.layer, _ONE.get(resource.type, resource.type), name


def _regions(resource: Resource, facts: Facts) -> tuple[str, ...]:
    """Where it has to be, beside where it is: nowhere, where only some regions have it."""
    for beginning, regions in facts.placed.items():
        if _begins(resource.name, beginning):
            return regions
    only = facts.names("MR-006", "only")
    return () if any(_begins(resource.name, each) for each in only) else facts.regions


def _begins(name: str, beginning: str) -> bool:
    return name == beginning or name.startswith(f"{beginning}-")


def _differs(resource: Resource, first: Resource, path: str) -> Iterator[Finding]:
    if resource.get(path) != first.get(path):
        yield Finding(resource, path, "This is not as in the first region.")


def _other_machines(resource: Resource, first: Resource) -> Iterator[Finding]:
    if _families(resource.get("instanceTypes")) != _families(first.get("instanceTypes")):
        message = "The machines are of another family than in the first region."
        yield Finding(resource, "instanceTypes", message)


def _families(types: Any) -> frozenset[str]:
    return frozenset(each.partition(".")[0] for each in texts(types))


RULES = (regions_alike,)
