"""The rule about what AWS lets an account have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from policies.accelerators import NODE_GROUP, profiles
from policies.check import ENVIRONMENT
from policies.model import Finding, Resource, rule
from policies.scene import Scene
from policies.values import fields, number

_COUNTED: Final = {
    "aws:ec2/eip:Eip": "elastic_ips",
    "aws:ec2/vpc:Vpc": "vpcs",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc_endpoints",
    "aws:eks/nodeGroup:NodeGroup": "node_groups",
    "aws:lb/loadBalancer:LoadBalancer": "load_balancers",
    "aws:rds/instance:Instance": "databases",
}
_ROOM: Final = 0.8
_MONTH: Final = timedelta(days=30)


@rule(
    "MR-010",
    ENVIRONMENT,
    fix="Ask AWS for a higher quota in the region, or plan fewer.",
    reads=("scalingConfig.maxSize", "instanceTypes"),
    needs=("quotas",),
)
def room_to_grow(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """What is planned at the most stays well below what AWS lets the account have in that region.

    Given are `quotas`: `date`, the day they were asked, and `regions`, of each region `elastic_ips`, `vpcs`,
    `vpc_endpoints`, `node_groups`, `load_balancers`, `databases`, and vCPUs as `vcpus:<purchase>:<letter>`
    such as `vcpus:on_demand:p`. Parameter `room` is the part that may be used; `days` how old they may be.
    """
    quotas = fields(scene.facts.given.get("quotas"))
    if _is_old(quotas.get("date"), scene):
        yield Finding(subject, "quotas.date", "What AWS allows was asked too long ago.")
    limits = fields(quotas.get("regions"))
    room = scene.facts.number("MR-010", "room", _ROOM)
    for (region, name), count in sorted(_planned(scene).items()):
        limit = number(fields(limits.get(region)).get(name))
        if limit is not None and count > limit * room:
            message = "More is planned here than leaves room below what AWS allows."
            yield Finding(subject, f'quotas.regions.{region}["{name}"]', message)


def _is_old(asked: Any, scene: Scene) -> bool:
    days = scene.facts.number("MR-010", "days", _MONTH.days)
    try:
        day = date.fromisoformat(str(asked))
    except ValueError:
        return True
    return day + timedelta(days=days) < scene.facts.today


def _planned(scene: Scene) -> Counter[tuple[str, str]]:
    """How many there are at the most, by region and quota."""
    found: Counter[tuple[str, str]] = Counter()
    for token, name in _COUNTED.items():
        for each in scene.of(token):
            found[each.region, name] += 1
    for group in scene.of(NODE_GROUP):
        for name, count in _vcpus(group, scene):
            found[group.region, name] += count
    return found


def _vcpus(group: Resource, scene: Scene) -> Iterator[tuple[str, int]]:
    machines = int(number(group.get("scalingConfig.maxSize")) or 0)
    kind = "spot" if group.get("capacityType") == "SPOT" else "on_demand"
    largest: dict[str, int] = {}
    for each in profiles(group, scene):
        largest[each.family[0]] = max(each.vcpus, largest.get(each.family[0], 0))
    for letter, vcpus in largest.items():
        yield f"vcpus:{kind}:{letter}", vcpus * machines


RULES = (room_to_grow,)
