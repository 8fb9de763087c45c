"""A file system on EFS that many pods mount at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow, anyone, deny, document

NFS: Final = 2049

_IDLE: Final = "AFTER_30_DAYS"
"""When a file nobody reads moves to cheaper storage; it comes back when somebody does."""


_OWNER: Final = 1000
"""User and group of every file: pods mount through an access point, so it does not matter who they run as."""

_MOUNT: Final = "elasticfilesystem:ClientMount"
_WRITE: Final = "elasticfilesystem:ClientWrite"
_ROOT: Final = "elasticfilesystem:ClientRootAccess"

# Source of the actions and conditions: Amazon EFS user guide, "Using IAM to control access to file systems".
_THROUGH_TARGET: Final = "elasticfilesystem:AccessedViaMountTarget"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSystemArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    throughput: Literal["elastic", "bursting"]
    key_arn: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnets: Mapping[str, pulumi.Input[str]]
    """By zone letter, or whatever else belongs to a subnet for good."""
    client_group_id: pulumi.Input[str]
    """The security group of those who may mount it."""


class FileSystem(pulumi.ComponentResource):
    """An encrypted file system with a mount target in each zone, and a backup every day.

    A file system without a policy lets everybody in who reaches it, as root. With one, it admits those whose
    own policies say so (`mounting_to_read`, `mounting_to_write`), over TLS, and nobody as root.
    """

    file_system_id: pulumi.Output[str]
    file_system_arn: pulumi.Output[str]
    access_point_id: pulumi.Output[str]
    """Through which pods mount it: a folder that its users may write to, since nobody is root."""

    def __init__(self, name: str, args: FileSystemArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:data:FileSystem", name, {"origin": args.origin}, opts)
        files = self._files(name, args)
        restricted = self._restrictions(name, files)
        self._backups(name, files)
        self._mount_targets(name, args, files, restricted)
        self.file_system_id = files.id
        self.file_system_arn = files.arn
        self.access_point_id = self._access_point(name, files).id
        self.register_outputs(
            {
                "fileSystemId": self.file_system_id,
                "fileSystemArn": self.file_system_arn,
                "accessPointId": self.access_point_id,
            }
        )

    def _files(self, name: str, args: FileSystemArgs) -> aws.efs.FileSystem:
        return aws.efs.FileSystem(
            name,
            encrypted=True,
            kms_key_id=args.key_arn,
            performance_mode="generalPurpose",
            throughput_mode=args.throughput,
            lifecycle_policies=[
                {"transition_to_ia": _IDLE},
                {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _restrictions(self, name: str, files: aws.efs.FileSystem) -> aws.efs.FileSystemPolicy:
        whoever, this = anyone(), [files.arn]
        insecurely = {"Bool": {"aws:SecureTransport": "false"}}
        elsewhere = {"Bool": {_THROUGH_TARGET: "false"}}
        return aws.efs.FileSystemPolicy(
            f"{name}-restrictions",
            file_system_id=files.id,
            policy=document(
                deny("WithoutTls", [_MOUNT, _WRITE, _ROOT], to=whoever, on=this, when=insecurely),
                deny("NotThroughATarget", [_MOUNT, _WRITE, _ROOT], to=whoever, on=this, when=elsewhere),
                deny("AsRoot", [_ROOT], to=whoever, on=this),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _access_point(self, name: str, files: aws.efs.FileSystem) -> aws.efs.AccessPoint:
        return aws.efs.AccessPoint(
            f"{name}-shared",
            file_system_id=files.id,
            posix_user={"uid": _OWNER, "gid": _OWNER},
            root_directory={
                "path": "/shared",
                "creation_info": {"owner_uid": _OWNER, "owner_gid": _OWNER, "permissions": "0770"},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _backups(self, name: str, files: aws.efs.FileSystem) -> None:
        aws.efs.BackupPolicy(
            f"{name}-backups",
            file_system_id=files.id,
            backup_policy={"status": "ENABLED"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _firewall(self, name: str, args: FileSystemArgs) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="The file system, for nodes and pods",
            vpc_id=args.vpc_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-group-clients",
            security_group_id=group.id,
            description="NFS from nodes and pods",
            ip_protocol="tcp",
            from_port=NFS,
            to_port=NFS,
            referenced_security_group_id=args.client_group_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return group

    def _mount_targets(
        self, name: str, args: FileSystemArgs, files: aws.efs.FileSystem, restricted: aws.efs.FileSystemPolicy
    ) -> None:
        group = self._firewall(name, args)
        for label, subnet in args.subnets.items():
            aws.efs.MountTarget(
                f"{name}-{label}",
                file_system_id=files.id,
                subnet_id=subnet,
                security_groups=[group.id],
                opts=pulumi.ResourceOptions(
                    parent=self,
                    # Nobody is to reach the files before they are restricted.
                    depends_on=[restricted],
                    # A file system has its targets in one network.
                    delete_before_replace=True,
                ),
            )


def mounting_to_read(location: Location, file_system_arn: pulumi.Input[str]) -> list[Statement]:
    """What a workload needs to mount the file system and read."""
    return [_mount("Mount", [_MOUNT], file_system_arn), *_looking(location)]


def mounting_to_write(location: Location, file_system_arn: pulumi.Input[str]) -> list[Statement]:
    """What a workload needs to mount the file system, read and write; not to change who owns what."""
    return [_mount("Mount", [_MOUNT, _WRITE], file_system_arn), *_looking(location)]


def _mount(sid: str, actions: list[str], file_system_arn: pulumi.Input[str]) -> Statement:
    # Through a mount target of the VPC: from nowhere else.
    return allow(sid, actions, on=[file_system_arn], when={"Bool": {_THROUGH_TARGET: "true"}})


def _looking(location: Location) -> list[Statement]:
    # The mount helper looks up the target of its zone.
    everything = location.arn("elasticfilesystem", "file-system/*")
    return [allow("FindTargets", ["elasticfilesystem:DescribeMountTargets"], on=[everything])]
