"""A PostgreSQL database on RDS, reachable from nodes and pods only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow

PORT: Final = 5432

_LOGS: Final = ("postgresql", "upgrade")
"""All that RDS exports of PostgreSQL: user guide, "Publishing PostgreSQL logs to Amazon CloudWatch Logs"."""

ADMINISTRATOR: Final = "administrator"
"""The user that RDS makes with the database; PostgreSQL and RDS keep `postgres`, `admin` and others back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSize:
    """How large, how many, and for how long one can go back."""

    instance_class: str
    version: str
    """The major version; RDS keeps the minor one up to date."""
    storage_gib: int
    standby: bool
    """Whether a second one in another zone takes over when the first fails."""
    backup_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSafety:
    """What keeps the data when somebody deletes the database, and for how long its logs are kept."""

    protected: bool
    """Whether RDS refuses to delete the database until this is taken back."""
    disposable: bool
    """Whether the database may go without a last snapshot."""
    log_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseKeys:
    """What the data, the administrator's password and the logs are encrypted with."""

    data_key_arn: pulumi.Input[str]
    password_key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    size: DatabaseSize
    safety: DatabaseSafety
    keys: DatabaseKeys
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    client_group_id: pulumi.Input[str]
    """The security group of those who may open connections."""


class Postgres(pulumi.ComponentResource):
    """A database that speaks TLS only, with a password that AWS keeps and renews, and users that IAM lets in.

    Its identifier is the component's name: its logs' groups are named for it before it exists.
    """

    endpoint: pulumi.Output[str]
    """Host and port."""
    resource_id: pulumi.Output[str]
    """What IAM calls the database: it stays when the database is renamed."""
    secret_arn: pulumi.Output[str]
    """The administrator's password in Secrets Manager."""

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:data:Postgres", name, {"origin": args.origin}, opts)
        group = self._firewall(name, args)
        logs = self._logs(name, args)
        database = self._database(name, args, group, logs)
        self.endpoint = database.endpoint
        self.resource_id = database.resource_id
        self.secret_arn = database.master_user_secrets[0].secret_arn
        self.register_outputs(
            {"endpoint": self.endpoint, "resourceId": self.resource_id, "secretArn": self.secret_arn}
        )

    def _firewall(self, name: str, args: PostgresArgs) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="The database, for nodes and pods",
            vpc_id=args.vpc_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # No rule lets the database open a connection: it only answers.
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-group-clients",
            security_group_id=group.id,
            description="PostgreSQL from nodes and pods",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            referenced_security_group_id=args.client_group_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return group

    def _logs(self, name: str, args: PostgresArgs) -> list[aws.cloudwatch.LogGroup]:
        return [
            aws.cloudwatch.LogGroup(
                f"{name}-logs-{kind}",
                # RDS writes to the group of this name, and makes one without key or end if there is none.
                name=f"/aws/rds/instance/{name}/{kind}",
                retention_in_days=args.safety.log_days,
                kms_key_id=args.keys.logs_key_arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for kind in _LOGS
        ]

    def _place(self, name: str, args: PostgresArgs) -> aws.rds.SubnetGroup:
        return aws.rds.SubnetGroup(
            name,
            description="Private subnets",
            subnet_ids=args.subnet_ids,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _parameters(self, name: str, args: PostgresArgs) -> aws.rds.ParameterGroup:
        return aws.rds.ParameterGroup(
            # The family belongs to the major version: another one is another group, beside the first.
            f"{name}-{args.size.version}",
            family=f"postgres{args.size.version}",
            description="TLS only; connections are logged",
            parameters=[
                {"name": "log_connections", "value": "1"},
                {"name": "log_disconnections", "value": "1"},
                {"name": "rds.force_ssl", "value": "1"},
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _database(
        self,
        name: str,
        args: PostgresArgs,
        group: aws.ec2.SecurityGroup,
        logs: Sequence[aws.cloudwatch.LogGroup],
    ) -> aws.rds.Instance:
        return aws.rds.Instance(
            name,
            identifier=name,
            engine="postgres",
            engine_version=args.size.version,
            auto_minor_version_upgrade=True,
            # Without it RDS refuses the major version that a person has written down.
            allow_major_version_upgrade=True,
            instance_class=args.size.instance_class,
            multi_az=args.size.standby,
            storage_type="gp3",
            allocated_storage=args.size.storage_gib,
            storage_encrypted=True,
            kms_key_id=args.keys.data_key_arn,
            username=ADMINISTRATOR,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=args.keys.password_key_arn,
            iam_database_authentication_enabled=True,
            db_subnet_group_name=self._place(name, args).name,
            parameter_group_name=self._parameters(name, args).name,
            vpc_security_group_ids=[group.id],
            publicly_accessible=False,
            backup_retention_period=args.size.backup_days,
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=list(_LOGS),
            # What a plan says happens when it is applied, not in some night that follows.
            apply_immediately=True,
            deletion_protection=args.safety.protected,
            skip_final_snapshot=args.safety.disposable,
            final_snapshot_identifier=None if args.safety.disposable else f"{name}-final",
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(logs)),
        )


def connecting(location: Location, resource_id: pulumi.Input[str], user: str) -> list[Statement]:
    """What a workload needs to log in as one user; what the user may do, the database decides."""
    users = pulumi.Output.concat(location.arn("rds-db", "dbuser:"), resource_id, f"/{user}")
    return [allow("Connect", ["rds-db:connect"], on=[users])]
