"""How the objects of data services are listed: databases and what they need, file systems and their addresses."""

import contextlib


def _systems(cloud):
    return [each["FileSystemId"] for each in cloud.listed("efs", "describe_file_systems", "FileSystems")]


def _targets(cloud):
    for system in _systems(cloud):
        for target in cloud.listed("efs", "describe_mount_targets", "MountTargets", FileSystemId=system):
            yield f"{system} {target['MountTargetId']} {target['SubnetId']}"


def _backed_up(cloud):
    """A file system whose backups were ended has a policy still, which says so."""
    efs = cloud.client("efs")
    for system in _systems(cloud):
        with contextlib.suppress(efs.exceptions.PolicyNotFound):
            if efs.describe_backup_policy(FileSystemId=system)["BackupPolicy"]["Status"] != "DISABLED":
                yield system


def _restricted(cloud):
    efs = cloud.client("efs")
    for system in _systems(cloud):
        with contextlib.suppress(efs.exceptions.PolicyNotFound):
            yield efs.describe_file_system_policy(FileSystemId=system)["FileSystemId"]


CENSUS_DATA = {
    "aws:efs/fileSystem:FileSystem": _systems,
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _restricted,
    "aws:efs/accessPoint:AccessPoint": lambda cloud: [
        f"{each['FileSystemId']} {each['AccessPointId']}"
        for each in cloud.listed("efs", "describe_access_points", "AccessPoints")
    ],
    "aws:efs/mountTarget:MountTarget": _targets,
    "aws:efs/backupPolicy:BackupPolicy": _backed_up,
    "aws:rds/instance:Instance": lambda cloud: [
        f"{each['DBInstanceIdentifier']} {each['DbiResourceId']}"
        for each in cloud.listed("rds", "describe_db_instances", "DBInstances")
    ],
    # AWS makes one for each family that is used.
    "aws:rds/parameterGroup:ParameterGroup": lambda cloud: [
        each["DBParameterGroupName"]
        for each in cloud.listed("rds", "describe_db_parameter_groups", "DBParameterGroups")
        if not each["DBParameterGroupName"].startswith("default.")
    ],
    "aws:rds/subnetGroup:SubnetGroup": lambda cloud: [
        each["DBSubnetGroupName"]
        for each in cloud.listed("rds", "describe_db_subnet_groups", "DBSubnetGroups")
    ],
}
