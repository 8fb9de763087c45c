"""Tags and filters of EC2 objects. The tags are where moto keeps its own: CreateTags sees them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.ec2 import utils  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Call, Refusal

PREFIXES: Final = {"placement-group": "pg", "capacity-reservation": "cr"}
"""Types of ours, and how their ids begin; moto takes tags only for ids whose beginning it knows."""

utils.EC2_RESOURCE_TO_PREFIX.update(PREFIXES)
utils.EC2_PREFIX_TO_RESOURCE.update({prefix: word for word, prefix in PREFIXES.items()})


def check_dry_run(call: Call) -> None:
    """Refuse a request that is only a trial, as EC2 says that it would have worked."""
    if call.get("DryRun"):
        raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")


def tag_new(call: Call, object_type: str, identifier: str) -> None:
    """Put the tags of a creation's `TagSpecifications` on the new object."""
    for specification in call.parts("TagSpecifications"):
        if specification.get("ResourceType") != object_type:
            named = specification.get("ResourceType")
            text = f"'{named}' is not a valid taggable resource type for this operation."
            raise Refusal("InvalidParameterValue", text)
        tags = {tag["Key"]: tag.get("Value", "") for tag in specification.get("Tags") or ()}
        call.backend_of("ec2").create_tags([identifier], tags)


def tags_of(call: Call, identifier: str) -> list[dict[str, str]]:
    """The tags of an object, as EC2 tells them."""
    found: Mapping[str, str] = call.backend_of("ec2").tags.get(identifier) or {}
    return [{"Key": key, "Value": value} for key, value in found.items()]


def forget(call: Call, identifier: str) -> None:
    """Drop the tags of an object that is gone."""
    call.backend_of("ec2").tags.pop(identifier, None)


def passes(told: Mapping[str, Any], filters: Iterable[Mapping[str, Any]], members: Mapping[str, str]) -> bool:
    """Whether an object passes all filters. `members` has each filter's member of the object."""
    return all(_passes(told, found["Name"], found.get("Values") or [], members) for found in filters)


def _passes(told: Mapping[str, Any], name: str, wanted: list[str], members: Mapping[str, str]) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in told.get("Tags") or ()}
    if name.startswith("tag:"):
        values = [tags[name.removeprefix("tag:")]] if name.removeprefix("tag:") in tags else []
    elif name == "tag-key":
        values = list(tags)
    elif name in members:
        values = [_member(told, members[name])]
    else:
        raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
    return any(fnmatch.fnmatchcase(str(value), pattern) for value in values for pattern in wanted)


def _member(told: Mapping[str, Any], path: str) -> Any:
    value: Any = told
    for part in path.split("."):
        value = value.get(part, "")
    return str(value).lower() if isinstance(value, bool) else value
