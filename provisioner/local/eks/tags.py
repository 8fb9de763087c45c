"""Tags of all that EKS has: clusters, node groups, Fargate profiles, add-ons, entries, associations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, kept

ITEMS: Final = {"addons": "addonArn", "access_entries": "accessEntryArn", "associations": "associationArn"}


def tag_resource(call: Call) -> Answer:
    """Nothing; the object has these tags beside those it had."""
    _tags(call).update(call["tags"])
    return {}


def untag_resource(call: Call) -> Answer:
    """Nothing; the object has lost these tags, if it had them."""
    tags = _tags(call)
    for key in call["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call) -> Answer:
    """The tags of one object."""
    return {"tags": dict(_tags(call))}


def _tags(call: Call) -> dict[str, str]:
    arn = call["resourceArn"]
    if not arn.startswith(f"arn:{call.partition}:eks:"):
        raise Refusal("BadRequestException", f"The ARN {arn} is not one of EKS")
    for cluster in call.backend.clusters.values():
        for name, tags in _tagged(cluster):
            if name == arn:
                return tags
    raise Refusal("NotFoundException", f"Resource was not found: {arn}")


def _tagged(cluster: Any) -> Iterator[tuple[str, dict[str, str]]]:
    yield cluster.arn, cluster.tags
    for group in cluster.nodegroups.values():
        yield group.arn, group.tags
    for profile in cluster.fargate_profiles.values():
        yield profile.fargate_profile_arn, profile.tags
    for kind, arn in ITEMS.items():
        for item in kept(cluster, kind).values():
            yield item.told[arn], item.told["tags"]


OPERATIONS: Final[tuple[Operation, ...]] = (tag_resource, untag_resource, list_tags_for_resource)
