"""A file system on EFS that many pods mount at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow

NFS: Final = 2049

_IDLE: Final = "AFTER_30_DAYS"
"""When a file nobody reads moves to cheaper storage; it comes back when somebody does."""


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
    """An encrypted file system with a mount target in each zone, and a backup every day."""

    file_system_id: pulumi.Output[str]
    file_system_arn: pulumi.Output[str]

    def __init__(self, name: str, args: FileSystemArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:data:FileSystem", name, {"origin": args.origin}, opts)
        files = self._files(name, args)
        self._backups(name, files)
        group = self._firewall(name, args)
        for label, subnet in args.subnets.items():
            self._mount_target(f"{name}-{label}", files, subnet, group)
        self.file_system_id = files.id
        self.file_system_arn = files.arn
        self.register_outputs({"fileSystemId": self.file_system_id, "fileSystemArn": self.file_system_arn})

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

    def _mount_target(
        self,
        name: str,
        files: aws.efs.FileSystem,
        subnet: pulumi.Input[str],
        group: aws.ec2.SecurityGroup,
    ) -> None:
        aws.efs.MountTarget(
            name,
            file_system_id=files.id,
            subnet_id=subnet,
            security_groups=[group.id],
            opts=pulumi.ResourceOptions(parent=self),
        )


def mounting_to_read(location: Location, file_system_arn: pulumi.Input[str]) -> list[Statement]:
    """What a workload needs to mount the file system and read."""
    return [_mount("Mount", ["elasticfilesystem:ClientMount"], file_system_arn), *_looking(location)]


def mounting_to_write(location: Location, file_system_arn: pulumi.Input[str]) -> list[Statement]:
    """What a workload needs to mount the file system, read and write; not to change who owns what."""
    actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    return [_mount("Mount", actions, file_system_arn), *_looking(location)]


def _mount(sid: str, actions: list[str], file_system_arn: pulumi.Input[str]) -> Statement:
    # Through a mount target of the VPC: from nowhere else.
    # Source: Amazon EFS user guide, "Using IAM to control access to file systems".
    through = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    return allow(sid, actions, on=[file_system_arn], when=through)


def _looking(location: Location) -> list[Statement]:
    # The mount helper looks up the target of its zone.
    everything = location.arn("elasticfilesystem", "file-system/*")
    return [allow("FindTargets", ["elasticfilesystem:DescribeMountTargets"], on=[everything])]
