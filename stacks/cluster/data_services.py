"""Databases, file systems and buckets, and the workloads that may use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never

import pulumi

from components import file_system, postgres
from components.bucket_access import changing, reading
from components.cluster import EksCluster
from components.data_bucket import DataBucket, DataBucketArgs
from components.node_firewall import NodeFirewall
from components.policy_document import Statement
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from environments.cluster import EksCluster as EksSettings
from environments.data_services import Bucket, DataService, FileSystem, Postgres
from stacks.cluster.foundation import Foundation
from stacks.stack import Stack

if TYPE_CHECKING:
    from stacks.cluster.vault import Databases


@dataclass(frozen=True, slots=True)
class _Grant:
    """What one workload may do with one service."""

    workload: str
    service: str
    statements: list[Statement]


def data_services(
    stack: Stack, settings: EksSettings, ground: Foundation, cluster: EksCluster, firewall: NodeFirewall
) -> None:
    """Makes them, hands over how they are reached, and gives each workload a role for all it may use."""
    vault = _vault(stack)
    grants: list[_Grant] = []
    reached: dict[str, Mapping[str, pulumi.Output[str]]] = {}
    for number, service in enumerate(stack.environment.data_services):
        made = _Made(stack, settings, ground, firewall, f"data_services[{number}]")
        reached[service.name], granted = made.by_kind(service)
        grants += granted
        if vault and isinstance(service, Postgres):
            vault.known(service, reached[service.name]["endpoint"])
    if reached:
        pulumi.export("dataServices", reached)
        pulumi.export("workloadRoleArns", _identities(stack, cluster, grants))


def _vault(stack: Stack) -> Databases | None:
    """What makes databases known to Vault, where it is to make accounts in them."""
    settings = stack.environment.encryption.vault
    if not settings or not settings.databases:
        return None
    # `pulumi_vault` takes a part of a second, and only who has such leases pays for it.
    from stacks.cluster.vault import Databases  # noqa: PLC0415

    return Databases(stack)


@dataclass(frozen=True, slots=True)
class _Made:
    """One service, and who uses it."""

    stack: Stack
    settings: EksSettings
    ground: Foundation
    firewall: NodeFirewall
    origin: str

    def by_kind(self, service: DataService) -> tuple[Mapping[str, pulumi.Output[str]], list[_Grant]]:
        """How it is reached, and what its readers and writers may do."""
        match service:
            case Postgres():
                return self._postgres(service)
            case FileSystem():
                return self._file_system(service)
            case Bucket():
                return self._bucket(service)
            case _:
                assert_never(service)

    def _postgres(self, wanted: Postgres) -> tuple[Mapping[str, pulumi.Output[str]], list[_Grant]]:
        made = postgres.Postgres(
            self.stack.named(f"db-{wanted.name}"),
            postgres.PostgresArgs(
                origin=self.origin,
                size=postgres.DatabaseSize(
                    instance_class=wanted.size,
                    version=wanted.version,
                    storage_gib=wanted.storage.gib,
                    standby=wanted.multi_az,
                    backup_days=wanted.backups.days,
                ),
                safety=postgres.DatabaseSafety(
                    protected=self.stack.environment.is_protected,
                    disposable=self.stack.is_disposable,
                    log_days=self.settings.logs.days,
                ),
                keys=postgres.DatabaseKeys(
                    data_key_arn=self.ground.key_arn("data"),
                    password_key_arn=self.ground.key_arn(self._key_of("secrets")),
                    logs_key_arn=self.ground.key_arn("logs"),
                ),
                vpc_id=self.ground.vpc_id,
                subnet_ids=self.ground.subnet_ids,
                client_group_id=self.firewall.group_id,
            ),
            self.stack.opts,
        )
        # Whether a user may write is decided in the database, where tables and their owners are.
        users = (*wanted.readers, *wanted.writers)
        location = self.stack.location
        return {"endpoint": made.endpoint, "secretArn": made.secret_arn}, [
            _Grant(user, wanted.name, postgres.connecting(location, made.resource_id, user)) for user in users
        ]

    def _key_of(self, purpose: Literal["datasets", "secrets"]) -> str:
        """Its own key, where the environment has one for it; else that of all data services."""
        return purpose if purpose in self.stack.environment.encryption.kms.further else "data"

    def _file_system(self, wanted: FileSystem) -> tuple[Mapping[str, pulumi.Output[str]], list[_Grant]]:
        made = file_system.FileSystem(
            self.stack.named(f"files-{wanted.name}"),
            file_system.FileSystemArgs(
                origin=self.origin,
                throughput=wanted.throughput,
                key_arn=self.ground.key_arn("data"),
                vpc_id=self.ground.vpc_id,
                subnets=self.ground.subnets,
                client_group_id=self.firewall.group_id,
            ),
            self.stack.opts,
        )
        what = (self.stack.location, made.file_system_arn)
        return {"fileSystemId": made.file_system_id, "accessPointId": made.access_point_id}, [
            *(_Grant(each, wanted.name, file_system.mounting_to_read(*what)) for each in wanted.readers),
            *(_Grant(each, wanted.name, file_system.mounting_to_write(*what)) for each in wanted.writers),
        ]

    def _bucket(self, wanted: Bucket) -> tuple[Mapping[str, pulumi.Output[str]], list[_Grant]]:
        key_arn = self.ground.key_arn(self._key_of("datasets"))
        made = DataBucket(
            self.stack.regional(wanted.name),
            DataBucketArgs(
                origin=self.origin,
                keep_versions_days=wanted.keep_versions.days,
                force_destroy=self.stack.is_disposable,
                log_prefix=f"{wanted.name}/",
                log_bucket=self.ground.access_logs_bucket,
                key_arn=key_arn,
            ),
            self.stack.opts,
        )
        what = (made.bucket_arn, key_arn, self.stack.location)
        return {"bucket": made.bucket}, [
            *(_Grant(each, wanted.name, reading(*what)) for each in wanted.readers),
            *(_Grant(each, wanted.name, changing(*what)) for each in wanted.writers),
        ]


def _identities(stack: Stack, cluster: EksCluster, grants: list[_Grant]) -> Mapping[str, pulumi.Output[str]]:
    """The role of each workload: its pods are in a namespace of its name, under an account of its name."""
    workloads = sorted({grant.workload for grant in grants})
    return {
        workload: WorkloadIdentity(
            stack.regional(f"workload-{workload}"),
            WorkloadIdentityArgs(
                origin="data_services",
                location=stack.location,
                description=f"What {workload} may use",
                namespace=workload,
                service_account=workload,
                permissions=[
                    _of_service(grant.service, statement)
                    for grant in grants
                    if grant.workload == workload
                    for statement in grant.statements
                ],
                cluster_name=cluster.cluster_name,
            ),
            stack.opts,
        ).role_arn
        for workload in workloads
    }


def _of_service(service: str, statement: Statement) -> Statement:
    # In one document no two statements have the same name.
    label = "".join(word.capitalize() for word in service.split("-"))
    return {**statement, "Sid": f"{label}{statement['Sid']}"}
