"""What data services and image caches declare, as text."""

import pytest

from components.bucket_access import changing
from components.data_bucket import DataBucket, DataBucketArgs
from components.file_system import FileSystem, FileSystemArgs, mounting_to_read, mounting_to_write
from components.location import Location
from components.postgres import (
    DatabaseKeys,
    DatabaseSafety,
    DatabaseSize,
    Postgres,
    PostgresArgs,
    connecting,
)
from components.pull_through_cache import PullThroughCache, PullThroughCacheArgs
from components.workload_role import WorkloadRole, WorkloadRoleArgs
from tests.support.recording import difference, record

HERE = Location(region="eu-west-1", account_id="111122223333")


def database(*, version="17", disposable=False):
    args = PostgresArgs(
        origin="data_services[0]",
        size=DatabaseSize(
            instance_class="db.r7g.large", version=version, storage_gib=100, standby=True, backup_days=14
        ),
        safety=DatabaseSafety(protected=not disposable, disposable=disposable, log_days=90),
        keys=DatabaseKeys(data_key_arn="arn:data", password_key_arn="arn:data", logs_key_arn="arn:logs"),
        vpc_id="vpc-1",
        subnet_ids=["subnet-1", "subnet-2"],
        client_group_id="sg-nodes",
    )
    return lambda: Postgres("prod-db-features", args)


def files(*letters):
    args = FileSystemArgs(
        origin="data_services[1]",
        throughput="elastic",
        key_arn="arn:data",
        vpc_id="vpc-1",
        subnets={letter: f"subnet-{letter}" for letter in letters},
        client_group_id="sg-nodes",
    )
    return lambda: FileSystem("prod-files-scratch", args)


def workload(permissions):
    args = WorkloadRoleArgs(
        origin="data_services", location=HERE, description="What etl may use", permissions=permissions
    )
    return WorkloadRole("prod-workload-etl-eu-west-1", args)


PROGRAMS = {
    "postgres": database(),
    "disposable_postgres": database(disposable=True),
    "file_system": files("a", "b"),
    "data_bucket": lambda: DataBucket(
        "prod-datasets-eu-west-1",
        DataBucketArgs(
            origin="data_services[2]",
            keep_versions_days=30,
            force_destroy=False,
            log_prefix="datasets/",
            log_bucket="logs",
            key_arn="arn:data",
        ),
    ),
    "pull_through_cache": lambda: PullThroughCache(
        "prod-image-cache",
        PullThroughCacheArgs(
            origin="registry.pull_through",
            location=HERE,
            prefix="prod",
            upstreams=["ecr-public", "k8s"],
            keep_images=50,
            key_arn="arn:images",
            tags={"owner": "ml-platform@example.com"},
            puller_role_name="node",
        ),
    ),
    "role_that_changes_data": lambda: workload(changing("arn:bucket", "arn:key", HERE)),
    "role_that_mounts_to_read": lambda: workload(mounting_to_read(HERE, "arn:files")),
    "role_that_mounts_to_write": lambda: workload(mounting_to_write(HERE, "arn:files")),
    "role_that_connects": lambda: workload(connecting(HERE, "db-ABC", "etl")),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


def test_a_new_major_version_has_parameters_of_its_own_beside_the_old_ones():
    assert sorted(difference(record(database()), record(database(version="18"))).splitlines()) == [
        "+ ParameterGroup prod-db-features-18",
        "- ParameterGroup prod-db-features-17",
        "~ Instance prod-db-features  (engineVersion, parameterGroupName)",
    ]


def test_a_third_zone_only_adds_a_mount_target():
    assert difference(record(files("a", "b")), record(files("a", "b", "c"))) == (
        "+ MountTarget prod-files-scratch-c"
    )
