"""Rules about what is paid for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.accelerators import NODE_GROUP, profiles
from policies.check import ENVIRONMENT
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene
from policies.values import fields, is_on, number, texts

BLOCK: Final = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
BUDGET: Final = "aws:budgets/budget:Budget"
REPOSITORY: Final = "aws:ecr/repository:Repository"
EXPIRY: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
BUCKET: Final = "aws:s3/bucket:Bucket"
LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VOLUME: Final = "aws:ebs/volume:Volume"
ATTACHMENT: Final = "aws:ec2/volumeAttachment:VolumeAttachment"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
DATABASE: Final = "aws:rds/instance:Instance"
LOGS: Final = "aws:cloudwatch/logGroup:LogGroup"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
NAT: Final = "aws:ec2/natGateway:NatGateway"


@rule(
    "CO-001",
    NODE_GROUP,
    BLOCK,
    fix="Write `nodes: 0..N` in `gpu_pools`, or agree to more: `policies.parameters: {CO-001: {least: 1}}`.",
    reads=("scalingConfig.minSize", "scalingConfig.maxSize"),
)
def spending_capped(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Outside production no GPU is paid for that nobody asks for; and nowhere more than is agreed.

    Parameters: `nodes`, the most a pool may have; and outside production `least`, how many may always run,
    `capacity_blocks`, how many may be bought, and `ttl`, the key of a tag that says when a pool is to go.
    """
    facts = scene.facts
    if resource.type == BLOCK:
        agreed = facts.number("CO-001", "capacity_blocks", 0)
        if not facts.is_hardened and len(list(scene.of(BLOCK))) > agreed:
            message = "A capacity block is paid for at once, whether it is used or not."
            yield Finding(resource, "", message)
        return
    if profiles(resource, scene):
        yield from every(_has_cap(resource, scene), *_is_temporary(resource, scene))


def _has_cap(group: Resource, scene: Scene) -> Iterator[Finding]:
    path, most = "scalingConfig.maxSize", scene.facts.number("CO-001", "nodes", math.inf)
    size = number(group.get(path))
    if size is None or size > most:
        yield Finding(group, path, "There may be more machines than the environment may have.")


def _is_temporary(group: Resource, scene: Scene) -> Iterator[Iterator[Finding]]:
    if not scene.facts.is_hardened and scene.facts.cloud != "local":  # on a desk nothing costs anything
        yield _rests(group, scene.facts.number("CO-001", "least", 0))
        for key in scene.facts.names("CO-001", "ttl"):
            yield _ends(group, key)


def _rests(group: Resource, most: float) -> Iterator[Finding]:
    path = "scalingConfig.minSize"
    size = number(group.get(path))
    if size is None or size > most:
        yield Finding(group, path, "Machines with GPUs run although nobody asks for them.")


def _ends(group: Resource, key: str) -> Iterator[Finding]:
    if not (group.get(f'tags["{key}"]') or group.get(f'tagsAll["{key}"]')):
        yield Finding(group, "tags", "Nothing says when these machines are no longer needed.")


@rule(
    "CO-002",
    ENVIRONMENT,
    fix="Make a budget that tells somebody, and agree to what the plan adds to each month.",
    reads=("limitAmount", "notifications"),
    needs=("prices",),
)
def within_budget(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """Somebody is told before more is spent than was agreed, and no plan adds more than it may.

    Given are `prices`: a month of each type of machine and database, of `natGateway`, and of `vpcEndpoint` in
    one zone. Parameter `monthly` is the most that a plan may add.
    """
    budgets = list(scene.of(BUDGET))
    if not any(each.get("limitAmount") and each.parts("notifications") for each in budgets):
        yield Finding(subject, "", "No budget tells anybody when too much is spent.")
    prices = fields(scene.facts.given.get("prices"))
    added = sum(_monthly(each, prices) for each in scene.resources if each.change == "create")
    saved = sum(_monthly(each, prices) for each in scene.leaving)
    if added - saved > scene.facts.number("CO-002", "monthly", math.inf):
        yield Finding(subject, "", "The plan adds more to each month than it may.")


def _monthly(resource: Resource, prices: Mapping[str, Any]) -> float:
    """What is paid for it each month at the least; 0 if nobody gave its price."""
    match resource.type:
        case "aws:eks/nodeGroup:NodeGroup":
            name = next(iter(texts(resource.get("instanceTypes"))), "")
            count = number(resource.get("scalingConfig.minSize")) or 0
        case "aws:rds/instance:Instance":
            name, count = str(resource.get("instanceClass")), 2 if is_on(resource.get("multiAz")) else 1
        case "aws:ec2/natGateway:NatGateway":
            name, count = "natGateway", 1
        case "aws:ec2/vpcEndpoint:VpcEndpoint" if resource.get("vpcEndpointType") == "Interface":
            subnets = resource.peek("subnetIds")
            name, count = "vpcEndpoint", len(cast("list[Any]", subnets)) if isinstance(subnets, list) else 1
        case _:
            return 0
    return (number(prices.get(name)) or 0) * count


@rule(
    "CO-003",
    REPOSITORY,
    BUCKET,
    VOLUME,
    TEMPLATE,
    DATABASE,
    LOGS,
    fix="Leave it to `registry.keep_images`, `keep_versions` and the times of logs how long things are kept.",
    reads=(
        "type",
        "storageType",
        "retentionInDays",
        "rules[].abortIncompleteMultipartUpload.daysAfterInitiation",
        "blockDeviceMappings[].ebs.volumeType",
    ),
)
def nothing_piles_up(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What nobody needs any more goes by itself, and disks are of the kind that costs less."""
    match resource.type:
        case "aws:ecr/repository:Repository":
            if not scene.referring(resource, "repository", EXPIRY):
                yield Finding(resource, "", "Images that nobody needs are kept for ever.")
        case "aws:s3/bucket:Bucket":
            yield from _cleans_up(resource, scene)
        case "aws:ebs/volume:Volume":
            yield from every(_is_cheap(Part(resource, ""), "type"), _is_used(resource, scene))
        case "aws:ec2/launchTemplate:LaunchTemplate":
            disks = resource.parts("blockDeviceMappings")
            yield from every(*(_is_cheap(each, "ebs.volumeType") for each in disks))
        case "aws:rds/instance:Instance":
            yield from _is_cheap(Part(resource, ""), "storageType")
        case _:
            if not number(resource.get("retentionInDays")):
                yield Finding(resource, "retentionInDays", "These logs are kept for ever.")


def _cleans_up(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    rules = [part for each in scene.referring(bucket, "bucket", LIFECYCLE) for part in each.parts("rules")]
    path = "abortIncompleteMultipartUpload.daysAfterInitiation"
    if not any(number(each.get(path)) and each.get("status") == "Enabled" for each in rules):
        yield Finding(bucket, "", "Uploads that were never finished are kept for ever.")


def _is_cheap(disk: Part, path: str) -> Iterator[Finding]:
    if disk.get(path) == "gp2":
        yield Finding(disk.resource, disk.at(path), "The newer kind of disk does the same for less.")


def _is_used(volume: Resource, scene: Scene) -> Iterator[Finding]:
    if not scene.referring(volume, "volumeId", ATTACHMENT):
        yield Finding(volume, "", "No machine has this disk.")


RULES = (spending_capped, within_budget, nothing_piles_up)
