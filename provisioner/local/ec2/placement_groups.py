"""Placement groups. No instances are placed in them, so that any of them can be deleted."""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.ec2.tagging import check_dry_run, forget, passes, tag_new, tags_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, random_id

FILTERS: Final = {
    "group-name": "GroupName",
    "group-arn": "GroupArn",
    "state": "State",
    "strategy": "Strategy",
    "spread-level": "SpreadLevel",
}
MOST_PARTITIONS: Final = 7


def create_placement_group(call: Call) -> Answer:
    """A new group; its name is its own in the account and region."""
    name: str = call.get("GroupName", "")
    strategy: str = call.get("Strategy", "cluster")
    groups = kept(call.backend, "placement_groups")
    if not name:
        raise Refusal("MissingParameter", "The request must contain the parameter groupName")
    if name in groups:
        raise Refusal("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
    _check(call, strategy)
    check_dry_run(call)
    identifier = random_id("pg")
    tag_new(call, "placement-group", identifier)
    groups[name] = {
        "GroupName": name,
        "GroupId": identifier,
        "GroupArn": call.arn("ec2", f"placement-group/{name}"),
        "State": "available",
        "Strategy": strategy,
        "PartitionCount": call.get("PartitionCount", 2) if strategy == "partition" else None,
        "SpreadLevel": call.get("SpreadLevel", "rack") if strategy == "spread" else None,
        "LinkedGroupId": call.get("LinkedGroupId"),
        "ParentGroupId": call.get("ParentGroupId"),
    }
    return {"PlacementGroup": _told(call, groups[name])}


def describe_placement_groups(call: Call) -> Answer:
    """The groups; an unknown name or id is refused."""
    groups = kept(call.backend, "placement_groups")
    by_id: dict[str, str] = {group["GroupId"]: name for name, group in groups.items()}
    ids: list[str] = call.parts("GroupIds")
    asked: list[str] = [*call.parts("GroupNames"), *(by_id.get(one, one) for one in ids)]
    unknown = next((name for name in asked if name not in groups), None)
    if unknown:
        raise _unknown(unknown)
    check_dry_run(call)
    told = [_told(call, groups[name]) for name in asked or list(groups)]
    return {"PlacementGroups": [group for group in told if passes(group, call.parts("Filters"), FILTERS)]}


def delete_placement_group(call: Call) -> Answer:
    """Nothing; the group is gone."""
    groups = kept(call.backend, "placement_groups")
    name: str = call["GroupName"]
    if name not in groups:
        raise _unknown(name)
    check_dry_run(call)
    forget(call, groups.pop(name)["GroupId"])
    return {}


def _check(call: Call, strategy: str) -> None:
    count = call.get("PartitionCount")
    if count is not None and strategy != "partition":
        text = "The parameter PartitionCount can only be used with the partition strategy."
        raise Refusal("InvalidParameterCombination", text)
    if count is not None and not 1 <= count <= MOST_PARTITIONS:
        text = f"The partition count {count} is not between 1 and {MOST_PARTITIONS}."
        raise Refusal("InvalidParameterValue", text)
    if call.get("SpreadLevel") and strategy != "spread":
        text = "The parameter SpreadLevel can only be used with the spread strategy."
        raise Refusal("InvalidParameterCombination", text)
    if call.get("SpreadLevel") == "host":
        raise Refusal("InvalidParameterValue", "The spread level host can only be used on an Outpost.")


def _unknown(name: str) -> Refusal:
    return Refusal("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")


def _told(call: Call, group: dict[str, Any]) -> dict[str, Any]:
    return {**group, "Tags": tags_of(call, group["GroupId"])}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_placement_group,
    describe_placement_groups,
    delete_placement_group,
)
