"""CloudWatch Logs: groups get another key, and their tags go with them.

moto has no operations about keys, and gives the tags of a deleted group to the next one of that name.
"""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal


def delete_log_group(call: Call) -> Answer:
    """Nothing; the group is gone, with its tags."""
    group = call.backend.groups.get(call["logGroupName"])
    call.backend.delete_log_group(call["logGroupName"])
    call.backend.tagger.delete_all_tags_for_resource(group.arn)
    return {}


def associate_kms_key(call: Call) -> Answer:
    """Nothing; from now on the group is encrypted with this key."""
    _group(call).kms_key_id = call["kmsKeyId"]
    return {}


def disassociate_kms_key(call: Call) -> Answer:
    """Nothing; from now on the group is encrypted with a key of AWS's."""
    _group(call).kms_key_id = None
    return {}


def _group(call: Call) -> Any:
    if not call.has("logGroupName"):
        raise Refusal("InvalidParameterException", "Here a key is of a log group: logGroupName is required.")
    found = call.backend.groups.get(call["logGroupName"])
    if found is None:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    return found


OPERATIONS: Final[tuple[Operation, ...]] = (delete_log_group, associate_kms_key, disassociate_kms_key)
