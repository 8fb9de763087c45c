"""Elastic File System: file systems, where and as whom they are mounted, who may, and their backups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import PASCAL, POLICY, SET, TAG_PAIRS, structure
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    NONCE,
    PUT,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Listed,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

_THIS = {"FileSystemId": ID}
_NO_SYSTEM = "FileSystemNotFound"
# A file system takes one change at a time.
_BUSY = ("IncorrectFileSystemLifeCycleState",)


def _system_problems(inputs: Properties) -> Iterator[Problem]:
    provisioned = inputs.get("throughputMode") == "provisioned"
    if provisioned != (inputs.get("provisionedThroughputInMibps") is not None):
        yield Problem("provisionedThroughputInMibps", "goes with `throughputMode: provisioned`")
    if inputs.get("kmsKeyId") is not None and inputs.get("encrypted") not in (True, UNKNOWN):
        yield Problem("encrypted", "has to be true where a key is given")


def _policies_sent(policies: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The policies as AWS takes them: one transition each."""
    return [
        {name[:1].upper() + name[1:].replace("Ia", "IA"): days}
        for policy in policies
        for name, days in policy.items()
        if days
    ]


def _policies_told(policies: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name[:1].lower() + name[1:].replace("IA", "Ia"): days for name, days in policy.items()}
        for policy in policies
    ]


_LIFECYCLE = Codec(
    encode=_policies_sent,
    decode=_policies_told,
    canonical=lambda policies: sorted(
        [name, days] for policy in policies for name, days in policy.items() if days
    ),
)

_TAGS = Tags(
    read="Tags",
    codec=TAG_PAIRS,
    add=Op("tag_resource", {"ResourceId": ID}),
    add_as="Tags",
    remove=Op("untag_resource", {"ResourceId": ID}),
    remove_as="TagKeys",
    create_as="Tags",
)

FILE_SYSTEM = ResourceSpec(
    type="aws:efs/fileSystem:FileSystem",
    service="efs",
    id="FileSystemId",
    # Without `creationToken` botocore makes one up, as pulumi-aws does.
    create=Op("create_file_system"),
    read=Op("describe_file_systems", answer="FileSystems", pick={"FileSystemId": ID}),
    also={
        "Policies": Op("describe_lifecycle_configuration", _THIS, answer="LifecyclePolicies"),
    },
    # Mount targets leave some seconds after they have been removed.
    delete=Op("delete_file_system", _THIS, again=("FileSystemInUse",)),
    absent=(_NO_SYSTEM,),
    gone="LifeCycleState == 'deleted'",
    vanishes_within=600,
    ready=Wait(until="LifeCycleState == 'available'", failed="LifeCycleState == 'error'"),
    find=Listed(Op("describe_file_systems", answer="FileSystems[].FileSystemId")),
    fields=(
        Field("creationToken", "CreationToken", REPLACE, computed=True),
        Field(
            "availabilityZoneName",
            "AvailabilityZoneName",
            REPLACE,
            read="AvailabilityZoneName || ''",
            computed=True,
        ),
        Field("encrypted", "Encrypted", REPLACE, read="Encrypted || `false`", computed=True),
        Field("kmsKeyId", "KmsKeyId", REPLACE, read="KmsKeyId || ''", computed=True),
        Field("performanceMode", "PerformanceMode", REPLACE, computed=True),
        Field(
            "throughputMode",
            "ThroughputMode",
            Whole(Op("update_file_system", _THIS, again=_BUSY)),
            reset="bursting",
            default="bursting",
        ),
        Field(
            "provisionedThroughputInMibps",
            "ProvisionedThroughputInMibps",
            Whole(Op("update_file_system", _THIS, again=_BUSY)),
        ),
        Field(
            "lifecyclePolicies",
            "LifecyclePolicies",
            Op("put_lifecycle_configuration", _THIS, again=_BUSY),
            _LIFECYCLE,
            reset=[],
            read="Policies",
            with_create=False,
        ),
        Field(
            "protection",
            "ReplicationOverwriteProtection",
            Op("update_file_system_protection", _THIS, again=_BUSY),
            Codec(
                encode=lambda protection: protection.get("replicationOverwrite"),
                decode=lambda protection: {"replicationOverwrite": protection},
            ),
            read="FileSystemProtection.ReplicationOverwriteProtection",
            with_create=False,
            computed=True,
        ),
    ),
    tags=_TAGS,
    unique=("creationToken",),
    outputs={
        "arn": "FileSystemArn",
        "availabilityZoneId": "AvailabilityZoneId || ''",
        "dnsName": Text("{id}.efs.{region}.{dnsSuffix}"),
        "name": Output("Name || ''", changes_with=("*",)),
        "numberOfMountTargets": Output("NumberOfMountTargets", changes_with=("*",)),
        "ownerId": "OwnerId",
        "sizeInBytes": Output(
            "[SizeInBytes.{value: Value, valueInIa: ValueInIA || `0`,"
            " valueInStandard: ValueInStandard || `0`}]",
            changes_with=("*",),
        ),
    },
    problems=_system_problems,
)

_TARGET = {"MountTargetId": ID}

MOUNT_TARGET = ResourceSpec(
    type="aws:efs/mountTarget:MountTarget",
    service="efs",
    id="MountTargetId",
    # The file system may not be ready for use yet. All its targets are in one network: where they move to
    # another one, the first to arrive waits until the last has left.
    create=Op("create_mount_target", again=(_NO_SYSTEM, "MountTargetConflict", *_BUSY)),
    read=Op("describe_mount_targets", _TARGET, answer="MountTargets[0]"),
    also={
        "Groups": Op("describe_mount_target_security_groups", _TARGET, answer="SecurityGroups"),
    },
    delete=Op("delete_mount_target", _TARGET),
    absent=("MountTargetNotFound", _NO_SYSTEM),
    gone="LifeCycleState == 'deleted'",
    vanishes_within=600,
    ready=Wait(until="LifeCycleState == 'available'", failed="LifeCycleState == 'error'", seconds=1800),
    find=Listed(
        Op(
            "describe_mount_targets",
            {"FileSystemId": Prop("fileSystemId")},
            answer="MountTargets[].MountTargetId",
        )
    ),
    fields=(
        Field("fileSystemId", "FileSystemId", REPLACE, required=True),
        Field("subnetId", "SubnetId", REPLACE, required=True),
        Field("ipAddress", "IpAddress", REPLACE, computed=True),
        Field(
            "securityGroups",
            "SecurityGroups",
            Op("modify_mount_target_security_groups", _TARGET),
            SET,
            read="Groups",
            computed=True,
        ),
    ),
    # A file system has one target in a zone, and a subnet lies in one.
    unique=("fileSystemId", "subnetId"),
    outputs={
        "availabilityZoneId": "AvailabilityZoneId",
        "availabilityZoneName": "AvailabilityZoneName",
        "dnsName": Text("{fileSystemId}.efs.{region}.{dnsSuffix}"),
        "mountTargetDnsName": Text("{availabilityZoneName}.{fileSystemId}.efs.{region}.{dnsSuffix}"),
        "fileSystemArn": Text(
            "arn:{partition}:elasticfilesystem:{region}:{ownerId}:file-system/{fileSystemId}"
        ),
        "networkInterfaceId": "NetworkInterfaceId",
        "ownerId": "OwnerId",
        "ipAddressType": "IpAddressType || 'IPV4_ONLY'",
        "ipv6Address": "Ipv6Address || ''",
    },
    unsupported={
        "ipAddressType": "the platform's networks have IPv4 addresses only",
        "ipv6Address": "the platform's networks have IPv4 addresses only",
    },
)

_STATUS = structure({"status": "Status"})

BACKUP_POLICY = ResourceSpec(
    type="aws:efs/backupPolicy:BackupPolicy",
    service="efs",
    id=Text("{fileSystemId}"),
    create=Op("put_backup_policy", again=_BUSY),
    read=Op("describe_backup_policy", _THIS, answer="BackupPolicy"),
    delete=Op("put_backup_policy", {**_THIS, "BackupPolicy": {"Status": "DISABLED"}}),
    absent=("PolicyNotFound", _NO_SYSTEM),
    # A file system without backups has no policy worth the name.
    gone="contains(['DISABLED', 'DISABLING'], Status)",
    ready=Wait(until="Status != 'ENABLING'"),
    find=ByInputs(),
    fields=(
        Field("fileSystemId", "FileSystemId", REPLACE, read=None, required=True),
        Field("backupPolicy", "BackupPolicy", PUT, _STATUS, read="@", required=True),
    ),
    outputs={},
)

SYSTEM_POLICY = ResourceSpec(
    type="aws:efs/fileSystemPolicy:FileSystemPolicy",
    service="efs",
    id=Text("{fileSystemId}"),
    # A role that the policy names may not be known everywhere yet.
    create=Op("put_file_system_policy", again=(*_BUSY, "InvalidPolicyException")),
    read=Op("describe_file_system_policy", _THIS),
    delete=Op("delete_file_system_policy", _THIS, again=_BUSY),
    absent=("PolicyNotFound", _NO_SYSTEM),
    find=ByInputs(),
    fields=(
        Field("fileSystemId", "FileSystemId", REPLACE, required=True),
        Field("policy", "Policy", PUT, POLICY, required=True),
        Field("bypassPolicyLockoutSafetyCheck", "BypassPolicyLockoutSafetyCheck", LOCAL),
    ),
    outputs={},
)

_POINT = {"AccessPointId": ID}

ACCESS_POINT = ResourceSpec(
    type="aws:efs/accessPoint:AccessPoint",
    service="efs",
    id="AccessPointId",
    create=Op("create_access_point", {"ClientToken": NONCE}, again=_BUSY),
    read=Op("describe_access_points", _POINT, answer="AccessPoints[0]"),
    delete=Op("delete_access_point", _POINT),
    absent=("AccessPointNotFound", _NO_SYSTEM),
    gone="LifeCycleState == 'deleted'",
    vanishes_within=300,
    ready=Wait(until="LifeCycleState == 'available'", failed="LifeCycleState == 'error'"),
    find=Listed(
        Op(
            "describe_access_points",
            {"FileSystemId": Prop("fileSystemId")},
            answer="AccessPoints[].AccessPointId",
        )
    ),
    fields=(
        Field("fileSystemId", "FileSystemId", REPLACE, required=True),
        Field("posixUser", "PosixUser", REPLACE, PASCAL),
        Field("rootDirectory", "RootDirectory", REPLACE, PASCAL, computed=True),
    ),
    tags=_TAGS,
    outputs={
        "arn": "AccessPointArn",
        "fileSystemArn": Text(
            "arn:{partition}:elasticfilesystem:{region}:{ownerId}:file-system/{fileSystemId}"
        ),
        "ownerId": "OwnerId",
    },
)

SPECS = (FILE_SYSTEM, SYSTEM_POLICY, ACCESS_POINT, MOUNT_TARGET, BACKUP_POLICY)
