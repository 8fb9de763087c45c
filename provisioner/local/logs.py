"""CloudWatch Logs: a group's tags go with it; moto would give them to the next group of that name."""

from __future__ import annotations

from typing import Final

from provisioner.local.operation import Answer, Call, Operation


def delete_log_group(call: Call) -> Answer:
    """Nothing; the group is gone, with its tags."""
    group = call.backend.groups.get(call["logGroupName"])
    call.backend.delete_log_group(call["logGroupName"])
    call.backend.tagger.delete_all_tags_for_resource(group.arn)
    return {}


OPERATIONS: Final[tuple[Operation, ...]] = (delete_log_group,)
