"""EFS: what can be changed about a file system, which moto only sets at its creation, and its policy."""

from __future__ import annotations

import json
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal

PROTECTION: Final = "ENABLED"
"""Of a new file system against being overwritten by a replication."""


def describe_file_systems(call: Call) -> Answer:
    """The file systems with their protection."""
    backend = call.backend
    token, found = backend.describe_file_systems(
        marker=call.get("Marker"),
        max_items=call.get("MaxItems", 100),
        creation_token=call.get("CreationToken"),
        file_system_id=call.get("FileSystemId"),
    )
    return {"FileSystems": [_told(one) for one in found], "NextMarker": token, "Marker": call.get("Marker")}


def update_file_system(call: Call) -> Answer:
    """The file system with another throughput."""
    found = _file_system(call)
    mode = call.get("ThroughputMode", found.throughput_mode)
    provisioned = call.get("ProvisionedThroughputInMibps")
    if (mode == "provisioned") != bool(provisioned or (mode == found.throughput_mode == "provisioned")):
        text = "A provisioned throughput is given with the throughput mode provisioned, and only with it."
        raise Refusal("BadRequest", text, ErrorCode="BadRequest")
    found.throughput_mode = mode
    if mode != "provisioned":
        found.provisioned_throughput_in_mibps = None
    elif provisioned:
        found.provisioned_throughput_in_mibps = provisioned
    return _told(found)


def update_file_system_protection(call: Call) -> Answer:
    """The protection that the file system has now."""
    found = _file_system(call)
    found.file_system_protection = call.get("ReplicationOverwriteProtection", PROTECTION)
    return {"ReplicationOverwriteProtection": found.file_system_protection}


def put_backup_policy(call: Call) -> Answer:
    """The policy; it is done with at once."""
    found = _file_system(call)
    status = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}.get(call["BackupPolicy"]["Status"])
    found.backup_status = status or call["BackupPolicy"]["Status"]
    return {"BackupPolicy": {"Status": found.backup_status}}


def describe_backup_policy(call: Call) -> Answer:
    """The policy; a file system that was made without backups has one that says so only after it was set."""
    found = _file_system(call)
    status = getattr(found, "backup_status", found.backup_policy and found.backup_policy["Status"])
    if status is None:
        text = "No backup policy exists for the specified file system."
        raise Refusal("PolicyNotFound", text, ErrorCode="PolicyNotFound")
    return {"BackupPolicy": {"Status": status}}


def put_file_system_policy(call: Call) -> Answer:
    """The policy. Whom it names is not looked up, and nobody is held to it: nothing can be mounted."""
    found = _file_system(call)
    try:
        stated = json.loads(call["Policy"])["Statement"]
    except (ValueError, KeyError, TypeError):
        stated = None
    if not stated:
        text = "The policy is not a policy document, or has no statement."
        raise Refusal("InvalidPolicyException", text, ErrorCode="InvalidPolicyException")
    found.file_system_policy = call["Policy"]
    return _policy(found)


def describe_file_system_policy(call: Call) -> Answer:
    """The policy that was put; there is none to begin with, and everybody who gets through may do all."""
    found = _file_system(call)
    if found.file_system_policy is None:
        text = f"No policy exists for file system '{found.file_system_id}'."
        raise Refusal("PolicyNotFound", text, ErrorCode="PolicyNotFound")
    return _policy(found)


def delete_file_system_policy(call: Call) -> Answer:
    """Nothing; nor is it an error if there was no policy."""
    _file_system(call).file_system_policy = None
    return {}


def _policy(found: Any) -> Answer:
    return {"FileSystemId": found.file_system_id, "Policy": found.file_system_policy}


def _file_system(call: Call) -> Any:
    found = call.backend.file_systems_by_id.get(call["FileSystemId"])
    if found is None:
        text = f"File system '{call['FileSystemId']}' does not exist."
        raise Refusal("FileSystemNotFound", text, ErrorCode="FileSystemNotFound")
    return found


def _told(found: Any) -> dict[str, Any]:
    tags = found._context.list_tags_for_resource(found.file_system_id)  # noqa: SLF001  # as moto's own info_json
    names = {tag["Key"]: tag["Value"] for tag in tags}
    return {
        "OwnerId": found.owner_id,
        "CreationToken": found.creation_token,
        "FileSystemId": found.file_system_id,
        "FileSystemArn": found.file_system_arn,
        "CreationTime": found.creation_time,
        "LifeCycleState": found.life_cycle_state,
        "Name": names.get("Name"),
        "NumberOfMountTargets": found.number_of_mount_targets,
        "SizeInBytes": found.size_in_bytes,
        "PerformanceMode": found.performance_mode,
        "Encrypted": found.encrypted,
        "KmsKeyId": found.kms_key_id,
        "ThroughputMode": found.throughput_mode,
        "ProvisionedThroughputInMibps": found.provisioned_throughput_in_mibps or None,
        "AvailabilityZoneName": found.availability_zone_name,
        "AvailabilityZoneId": found.availability_zone_id,
        "Tags": tags,
        "FileSystemProtection": {
            "ReplicationOverwriteProtection": getattr(found, "file_system_protection", PROTECTION)
        },
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    describe_file_systems,
    update_file_system,
    update_file_system_protection,
    put_backup_policy,
    describe_backup_policy,
    put_file_system_policy,
    describe_file_system_policy,
    delete_file_system_policy,
)
