"""Database instances, where moto makes all of them alike or forgets what was asked of them.

Changes are made at once, whatever ApplyImmediately says; only the answers to the calls say otherwise.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from botocore import xform_name  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from moto.rds import models  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Answer, Call, Correction, Operation, Refusal
from provisioner.local.picking import picked

NEWEST_MINOR: Final = {"13": "13.23", "14": "14.20", "15": "15.15", "16": "16.11", "17": "17.7", "18": "18.1"}
"""Of Postgres: what an instance gets that asks for a major version. The local cloud's own, of AWS's form."""

TOLD_AS: Final = {
    "CACertificateIdentifier": "CACertificateIdentifier",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "DedicatedLogVolume": "DedicatedLogVolume",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "Iops": "Iops",
    "LicenseModel": "LicenseModel",
    "NetworkType": "NetworkType",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "StorageThroughput": "StorageThroughput",
}
"""Settings that moto does not keep or tell: the parameter, and the member of the answer."""

PLAIN: Final[Mapping[str, Any]] = {
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "CopyTagsToSnapshot": False,
    "DatabaseInsightsMode": "standard",
    "DedicatedLogVolume": False,
    "EnableIAMDatabaseAuthentication": False,
    "EnablePerformanceInsights": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "LicenseModel": "postgresql-license",
    "NetworkType": "IPV4",
    "PubliclyAccessible": False,
}
"""What Postgres gets where nothing is asked."""

GP3: Final[Mapping[str, Any]] = {"Iops": 3000, "StorageThroughput": 125}
"""The base line of gp3 volumes below 400 GiB."""

INSIGHTS_DAYS: Final = 7
OWN_KEY: Final = "alias/aws/rds"


def family_of(engine: str, version: str) -> str:
    """The family of parameter groups that fits a version; of Postgres it goes by the major version."""
    major, _, rest = version.partition(".")
    return f"{engine}{major}" if engine == "postgres" else f"{engine}{major}.{rest.partition('.')[0]}"


def _default_parameter_group(database: Any) -> tuple[str, str]:
    family = family_of(database.engine.lower(), database.engine_version)
    return family, f"default.{family}"


def create_db_instance(call: Call) -> Answer:
    """The instance, as creating; it is available when it is asked for."""
    _check_encryption(call)
    given: dict[str, Any] = dict(call.parameters)
    if given["Engine"] == "postgres" and not given.get("DBClusterIdentifier"):
        asked = given.get("EngineVersion", max(NEWEST_MINOR))
        given["EngineVersion"] = NEWEST_MINOR.get(asked, asked)
        given = {**PLAIN, **(GP3 if given.get("StorageType") == "gp3" else {}), **given}
    given["DBInstanceIdentifier"] = given["DBInstanceIdentifier"].lower()
    _drop_backups(call, given["DBInstanceIdentifier"])
    database = call.backend.create_db_instance(_snake_case(given))
    letters = string.ascii_uppercase + string.digits
    database.dbi_resource_id = "db-" + "".join(secrets.choice(letters) for _ in range(26))
    if database.engine == "postgres" and not given.get("OptionGroupName"):
        database.option_group_name = f"default:postgres-{database.engine_version.partition('.')[0]}"
    _keep(call, database, given)
    return {"DBInstance": picked("rds", "DBInstance", database) | {"DBInstanceStatus": "creating"}}


def modify_db_instance(call: Call) -> Answer:
    """The instance, as being modified; it is changed and available when it is asked for."""
    database = call.backend.describe_db_instances(call["DBInstanceIdentifier"])[0]
    given = dict(call.parameters)
    if database.engine == "postgres" and "EngineVersion" in given:
        asked: str = given["EngineVersion"]
        given["EngineVersion"] = NEWEST_MINOR.get(asked, asked)
        _check_upgrade(call, str(database.engine_version), asked)
    if database.manage_master_user_password and given.get("ManageMasterUserPassword"):
        _move_secret(database, given.pop("MasterUserSecretKmsKeyId", None))
        del given["ManageMasterUserPassword"]
    if given.get("DBPortNumber"):
        given["Port"] = given.pop("DBPortNumber")
    if "PreferredMaintenanceWindow" in given:
        given["PreferredMaintenanceWindow"] = given["PreferredMaintenanceWindow"].lower()
    logs = given.pop("CloudwatchLogsExportConfiguration", {})
    changed = call.backend.modify_db_instance(call["DBInstanceIdentifier"], _snake_case(given))
    kept = set(changed.enabled_cloudwatch_logs_exports) - set(logs.get("DisableLogTypes", ()))
    changed.enabled_cloudwatch_logs_exports = sorted(kept | set(logs.get("EnableLogTypes", ())))
    _keep(call, changed, given)
    return {"DBInstance": picked("rds", "DBInstance", changed) | {"DBInstanceStatus": "modifying"}}


def _keep(call: Call, database: Any, given: Mapping[str, Any]) -> None:
    """Put settings where moto's serializer looks first: under the name that they have in the answer."""
    for parameter, member in TOLD_AS.items():
        if parameter in given:
            setattr(database, member, given[parameter])
    if given.get("EnablePerformanceInsights"):
        given_days = getattr(database, "PerformanceInsightsRetentionPeriod", None)
        database.PerformanceInsightsRetentionPeriod = given_days or INSIGHTS_DAYS
        key = getattr(database, "PerformanceInsightsKMSKeyId", None)
        database.PerformanceInsightsKMSKeyId = key or call.backend_of("kms").describe_key(OWN_KEY).arn


def _drop_backups(call: Call, identifier: str) -> None:
    """Forget automated backups of an earlier instance of the name: new ones get the same names from moto."""
    snapshots = call.backend.database_snapshots
    for name in [name for name in snapshots if name.startswith(f"rds:{identifier}-")]:
        del snapshots[name]


def _check_encryption(call: Call) -> None:
    if call.get("KmsKeyId") and not call.get("StorageEncrypted"):
        text = "KmsKeyId can be specified only with StorageEncrypted."
        raise Refusal("InvalidParameterCombination", text)
    if call.get("ManageMasterUserPassword") and call.get("MasterUserPassword"):
        text = "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled."
        raise Refusal("InvalidParameterCombination", text)


def _check_upgrade(call: Call, old: str, new: str) -> None:
    same = family_of("postgres", old) == family_of("postgres", new)
    if not same and not call.get("AllowMajorVersionUpgrade"):
        text = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        raise Refusal("InvalidParameterCombination", text)


def _move_secret(database: Any, key: str | None) -> None:
    if key:
        database.master_user_secret.secret.kms_key_id = key


def _snake_case(given: Mapping[str, Any]) -> dict[str, Any]:
    return {xform_name(name): value for name, value in given.items()}


OPERATIONS: Final[tuple[Operation, ...]] = (create_db_instance, modify_db_instance)
CORRECTIONS: Final[tuple[Correction, ...]] = (
    (models.DBInstance, "default_db_parameter_group_details", _default_parameter_group),
)
