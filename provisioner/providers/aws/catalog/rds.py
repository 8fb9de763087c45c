"""Relational databases: the instances. `special/database.py` has what does not fit a table.

There is no password anywhere: RDS makes one and keeps it in Secrets Manager.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.catalog.kms import KEY_ID
from provisioner.providers.aws.catalog.rds_groups import rds_tags
from provisioner.providers.aws.catalog.rds_spelling import WINDOW, pending
from provisioner.providers.aws.codecs import SET
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    REPLACE,
    SAME,
    Codec,
    Field,
    Listed,
    Members,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

# "Instance … is not currently in the available state": an earlier change is being made.
_MODIFY = Op(
    "modify_db_instance",
    {
        "DBInstanceIdentifier": Prop("identifier"),
        "ApplyImmediately": Prop("applyImmediately"),
        "AllowMajorVersionUpgrade": Prop("allowMajorVersionUpgrade"),
    },
    again=("InvalidDBInstanceState",),
)
# RDS wants to be told size, kind and speed together.
_STORAGE = Whole(_MODIFY)


def _set(prop: str, api: str, codec: Codec = SAME, **more: Any) -> Field:
    """A setting that is changed in place, perhaps in the next maintenance window."""
    return Field(prop, api, _MODIFY, codec, read=more.pop("read", pending(api)), **more)


def _chosen(prop: str, api: str, codec: Codec = SAME, **more: Any) -> Field:
    """The same, of which RDS chooses one if the program does not."""
    return _set(prop, api, codec, computed=True, **more)


def _flag(prop: str, api: str, **more: Any) -> Field:
    """The same, on or off."""
    told = f"not_null({more.pop('read', pending(api))}, `false`)"
    return _set(prop, api, read=told, reset=more.pop("reset", False), **more)


def _storage(prop: str, api: str) -> Field:
    return Field(prop, api, _STORAGE, read=pending(api, "`0`"), computed=True)


def _problems(inputs: Properties) -> Iterator[Problem]:
    if inputs.get("manageMasterUserPassword") not in (True, UNKNOWN):
        yield Problem("manageMasterUserPassword", "has to be true: RDS makes the password and keeps it")
    last = inputs.get("finalSnapshotIdentifier")
    if inputs.get("skipFinalSnapshot") is False and last is None:
        yield Problem("finalSnapshotIdentifier", "has to be given, unless `skipFinalSnapshot` is true")
    if inputs.get("kmsKeyId") is not None and inputs.get("storageEncrypted") not in (True, UNKNOWN):
        yield Problem("storageEncrypted", "has to be true where a key is given")


_MANAGED = "RDS makes the password and keeps it in Secrets Manager: `manageMasterUserPassword`"
_NO_DIRECTORY = "people sign in by IAM or by the managed password, not by a directory"
_NO_OTHER_ENGINE = "it is for Oracle and SQL Server"
_NO_COPY = "a database begins empty; what it is filled from is no setting of it"
_NO_OUTPOST = "AWS Outposts are not supported"

INSTANCE = ResourceSpec(
    type="aws:rds/instance:Instance",
    service="rds",
    # The identifier can be changed; this one stays. pulumi-aws imports by either.
    id="DbiResourceId",
    create=Op(
        "create_db_instance",
        answer="DBInstance",
        # A role that was made a moment ago cannot be used yet; a subnet group is not known everywhere.
        again=("DBSubnetGroupNotFoundFault", "InvalidVPCNetworkStateFault"),
    ),
    read=Op(
        "describe_db_instances",
        {"Filters": [{"Name": "dbi-resource-id", "Values": IDS}]},
        answer="DBInstances",
        pick={"DbiResourceId": ID},
    ),
    delete=Op(
        "delete_db_instance",
        {
            "DBInstanceIdentifier": Prop("identifier"),
            "SkipFinalSnapshot": Prop("skipFinalSnapshot"),
            "FinalDBSnapshotIdentifier": Prop("finalSnapshotIdentifier"),
            "DeleteAutomatedBackups": Prop("deleteAutomatedBackups"),
        },
        again=("InvalidDBInstanceState",),
    ),
    absent=("DBInstanceNotFound",),
    # The last snapshot is part of it: Terraform's provider allows an hour.
    vanishes_within=3600,
    ready=Wait(
        until=(
            "contains(['available', 'storage-optimization', 'storage-initialization'], DBInstanceStatus)"
            " && MasterUserSecret.SecretStatus != 'creating'"
        ),
        failed=(
            "(contains(['failed', 'insufficient-capacity', 'restore-error', 'storage-full',"
            " 'inaccessible-encryption-credentials'], DBInstanceStatus)"
            " || starts_with(DBInstanceStatus, 'incompatible-')) && DBInstanceStatus"
        ),
        # For a change of storage or version; Terraform's provider allows as long.
        seconds=4800,
    ),
    find=Listed(
        Op(
            "describe_db_instances",
            {"Filters": [{"Name": "db-instance-id", "Values": [Prop("identifier")]}]},
            answer="DBInstances[].DbiResourceId",
        )
    ),
    fields=(
        Field("engine", "Engine", REPLACE, required=True),
        Field("dbName", "DBName", REPLACE, read="DBName || ''", computed=True),
        Field("username", "MasterUsername", REPLACE, required=True),
        Field("availabilityZone", "AvailabilityZone", REPLACE, computed=True),
        Field("storageEncrypted", "StorageEncrypted", REPLACE, read="StorageEncrypted || `false`"),
        Field("kmsKeyId", "KmsKeyId", REPLACE, KEY_ID, read="KmsKeyId || ''", computed=True),
        Field(
            "engineLifecycleSupport",
            "EngineLifecycleSupport",
            REPLACE,
            read="EngineLifecycleSupport || 'open-source-rds-extended-support'",
            computed=True,
        ),
        Field(
            "identifier",
            "DBInstanceIdentifier",
            _MODIFY,
            update_as="NewDBInstanceIdentifier",
            required=True,
        ),
        _set("instanceClass", "DBInstanceClass", required=True),
        _chosen("engineVersion", "EngineVersion"),
        _storage("allocatedStorage", "AllocatedStorage"),
        Field("storageType", "StorageType", _STORAGE, read=pending("StorageType"), computed=True),
        _storage("iops", "Iops"),
        _storage("storageThroughput", "StorageThroughput"),
        _set("maxAllocatedStorage", "MaxAllocatedStorage", read="MaxAllocatedStorage"),
        Field(
            "manageMasterUserPassword",
            "ManageMasterUserPassword",
            _MODIFY,
            read="MasterUserSecret != `null`",
            required=True,
        ),
        Field(
            "masterUserSecretKmsKeyId",
            "MasterUserSecretKmsKeyId",
            _MODIFY,
            KEY_ID,
            read="MasterUserSecret.KmsKeyId",
            computed=True,
        ),
        _chosen("multiAz", "MultiAZ"),
        _chosen("backupRetentionPeriod", "BackupRetentionPeriod"),
        _chosen("backupWindow", "PreferredBackupWindow", read="PreferredBackupWindow"),
        _chosen("maintenanceWindow", "PreferredMaintenanceWindow", WINDOW, read="PreferredMaintenanceWindow"),
        _chosen("licenseModel", "LicenseModel"),
        _chosen("networkType", "NetworkType", read="NetworkType || 'IPV4'"),
        _chosen("caCertIdentifier", "CACertificateIdentifier"),
        _chosen(
            "port",
            "Port",
            read="not_null(PendingModifiedValues.Port, Endpoint.Port)",
            update_as="DBPortNumber",
        ),
        _chosen("dbSubnetGroupName", "DBSubnetGroupName", read="DBSubnetGroup.DBSubnetGroupName || ''"),
        _chosen(
            "parameterGroupName", "DBParameterGroupName", read="DBParameterGroups[0].DBParameterGroupName"
        ),
        _chosen("optionGroupName", "OptionGroupName", read="OptionGroupMemberships[0].OptionGroupName"),
        _chosen(
            "vpcSecurityGroupIds",
            "VpcSecurityGroupIds",
            SET,
            read="VpcSecurityGroups[].VpcSecurityGroupId",
        ),
        _flag(
            "autoMinorVersionUpgrade",
            "AutoMinorVersionUpgrade",
            read="AutoMinorVersionUpgrade",
            reset=True,
            default=True,
        ),
        _flag("copyTagsToSnapshot", "CopyTagsToSnapshot", default=False),
        _flag("publiclyAccessible", "PubliclyAccessible", default=False),
        _flag("deletionProtection", "DeletionProtection"),
        _flag("dedicatedLogVolume", "DedicatedLogVolume"),
        _flag(
            "iamDatabaseAuthenticationEnabled",
            "EnableIAMDatabaseAuthentication",
            read=pending("IAMDatabaseAuthenticationEnabled"),
        ),
        _flag(
            "performanceInsightsEnabled",
            "EnablePerformanceInsights",
            read="PerformanceInsightsEnabled",
            default=False,
        ),
        _chosen(
            "performanceInsightsKmsKeyId",
            "PerformanceInsightsKMSKeyId",
            KEY_ID,
            read="PerformanceInsightsKMSKeyId || ''",
        ),
        _chosen(
            "performanceInsightsRetentionPeriod",
            "PerformanceInsightsRetentionPeriod",
            read="PerformanceInsightsRetentionPeriod || `0`",
        ),
        _chosen("databaseInsightsMode", "DatabaseInsightsMode", read="DatabaseInsightsMode || 'standard'"),
        _set("monitoringInterval", "MonitoringInterval", reset=0, default=0),
        _chosen("monitoringRoleArn", "MonitoringRoleArn", read="MonitoringRoleArn || ''"),
        Field(
            "enabledCloudwatchLogsExports",
            "EnableCloudwatchLogsExports",
            Members(
                add=_MODIFY,
                remove=_MODIFY,
                add_as="CloudwatchLogsExportConfiguration.EnableLogTypes",
                remove_as="CloudwatchLogsExportConfiguration.DisableLogTypes",
            ),
            SET,
            read="EnabledCloudwatchLogsExports || `[]`",
        ),
        Field("applyImmediately", "", LOCAL),
        Field("allowMajorVersionUpgrade", "", LOCAL),
        Field("skipFinalSnapshot", "", LOCAL, default=False),
        Field("finalSnapshotIdentifier", "", LOCAL),
        Field("deleteAutomatedBackups", "", LOCAL, default=True),
    ),
    tags=rds_tags("TagList"),
    name=Name("identifier", 63, lower=True, given_prefix="identifierPrefix"),
    outputs={
        "arn": Output("DBInstanceArn", changes_with=("identifier",)),
        "resourceId": "DbiResourceId",
        "address": Output("Endpoint.Address", changes_with=("identifier",)),
        "endpoint": Output(
            "Endpoint && join(':', [Endpoint.Address, to_string(Endpoint.Port)])",
            changes_with=("identifier", "port"),
        ),
        "hostedZoneId": "Endpoint.HostedZoneId || ''",
        "engineVersionActual": Output("Running", changes_with=("*",)),
        "status": Output("DBInstanceStatus", changes_with=("*",)),
        "masterUserSecrets": Output(
            "[MasterUserSecret.{secretArn: SecretArn, secretStatus: SecretStatus, kmsKeyId: KmsKeyId}]",
            changes_with=("*",),
        ),
        "replicas": Output("ReadReplicaDBInstanceIdentifiers || `[]`", changes_with=("*",)),
        "listenerEndpoints": "`[]`",
        "upgradeRolloutOrder": "UpgradeRolloutOrder || ''",
        "backupTarget": "BackupTarget || 'region'",
        "characterSetName": "CharacterSetName || ''",
        "ncharCharacterSetName": "NcharCharacterSetName || ''",
        "timezone": "Timezone || ''",
        "domainFqdn": "''",
        "replicaMode": "''",
        "snapshotIdentifier": "''",
    },
    unsupported={
        "password": _MANAGED,
        "passwordWo": _MANAGED,
        "passwordWoVersion": _MANAGED,
        "domain": _NO_DIRECTORY,
        "domainAuthSecretArn": _NO_DIRECTORY,
        "domainDnsIps": _NO_DIRECTORY,
        "domainFqdn": _NO_DIRECTORY,
        "domainIamRoleName": _NO_DIRECTORY,
        "domainOu": _NO_DIRECTORY,
        "characterSetName": _NO_OTHER_ENGINE,
        "ncharCharacterSetName": _NO_OTHER_ENGINE,
        "timezone": _NO_OTHER_ENGINE,
        "replicaMode": _NO_OTHER_ENGINE,
        "customIamInstanceProfile": "RDS Custom is not supported",
        "replicateSourceDb": _NO_COPY,
        "restoreToPointInTime": _NO_COPY,
        "s3Import": _NO_COPY,
        "snapshotIdentifier": _NO_COPY,
        "upgradeStorageConfig": _NO_COPY,
        "blueGreenUpdate": "an update is made in place, in the maintenance window or at once",
        "backupTarget": _NO_OUTPOST,
        "customerOwnedIpEnabled": _NO_OUTPOST,
        "warningEventCategories": "what RDS reports belongs into an event subscription",
    },
    problems=_problems,
)

SPECS = (INSTANCE,)
