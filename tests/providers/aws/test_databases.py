"""Databases: renamed in place, versions in short, protected, and kept in a last snapshot."""

import re

import pytest

from provisioner.providers.aws.catalog.rds import INSTANCE
from provisioner.providers.aws.special.database import Databases
from provisioner.providers.interface import Identity, Object, Refused
from tests.support.aws_cases import Case
from tests.support.aws_recorder import Recorder

DATABASE = Case(
    "aws:rds/instance:Instance",
    {
        "engine": "postgres",
        "engineVersion": "17",
        "instanceClass": "db.t4g.micro",
        "allocatedStorage": 20,
        "username": "platform",
        "manageMasterUserPassword": True,
        "skipFinalSnapshot": True,
    },
    name="features",
)
PRESENT = {
    "DbiResourceId": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DBInstanceIdentifier": "features",
    "DBInstanceStatus": "available",
    "EngineVersion": "17.6",
    "AllocatedStorage": 20,
    "MasterUserSecret": {"SecretStatus": "active"},
    "TagList": [],
}


def database(**changes):
    """The driver on a recorded cloud that has one database; `changes` are what it says of it."""
    cloud = Recorder(describe_db_instances={"DBInstances": [{**PRESENT, **changes}]})
    return cloud, Databases(INSTANCE, cloud.scope())


def recorded(**inputs):
    return Object(PRESENT["DbiResourceId"], {"identifier": "features", **inputs}, {"identifier": "features"})


def sent(cloud, op):
    return [send for name, send in cloud.calls if name == op]


def test_a_database_has_no_password(provider):
    """Not even one that is unknown: RDS makes it."""
    inputs = {**DATABASE.inputs, "manageMasterUserPassword": False, "password": "hunter2"}
    problems = provider.check(DATABASE.type, "features", None, inputs, b"").problems
    assert [problem.property for problem in problems] == ["password", "manageMasterUserPassword"]


def test_a_last_snapshot_has_a_name_or_is_skipped(provider):
    inputs = {key: value for key, value in DATABASE.inputs.items() if key != "skipFinalSnapshot"}
    (problem,) = provider.check(DATABASE.type, "features", None, inputs, b"").problems
    assert problem.property == "finalSnapshotIdentifier"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (
            {"skipFinalSnapshot": False, "finalSnapshotIdentifier": "features-at-the-end"},
            {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": "features-at-the-end"},
        ),
        (
            {"skipFinalSnapshot": True, "finalSnapshotIdentifier": "features-at-the-end"},
            {"SkipFinalSnapshot": True},
        ),
    ],
    ids=["kept", "skipped"],
)
def test_the_last_snapshot_is_made_or_skipped(inputs, expected):
    cloud, databases = database()
    cloud.answers["describe_db_instances"] = [{"DBInstances": [PRESENT]}, {"DBInstances": []}]
    databases.delete(recorded(**inputs))
    assert sent(cloud, "delete_db_instance") == [{"DBInstanceIdentifier": "features", **expected}]


def test_the_last_snapshot_of_a_second_database_of_a_name_has_the_time_in_its_name(provider, client):
    """The first one's stays: it is all that is left of that database."""
    rds, last = client("rds"), "twice-final"
    inputs = {
        **DATABASE.inputs,
        "identifier": "twice",
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": last,
    }
    for _ in range(2):
        used = provider.check(DATABASE.type, "twice", None, inputs, b"").inputs
        provider.delete(DATABASE.type, provider.create(DATABASE.type, used))
    snapshots = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    names = sorted(each["DBSnapshotIdentifier"] for each in snapshots)
    for name in names:
        rds.delete_db_snapshot(DBSnapshotIdentifier=name)
    first, second = names
    assert first == last
    assert re.fullmatch(r"twice-final-\d{8}-\d{6}", second)


def test_another_refusal_of_the_deletion_is_not_tried_again():
    cloud, databases = database()
    cloud.answers["delete_db_instance"] = "SnapshotQuotaExceeded"
    with pytest.raises(Refused):
        databases.delete(recorded(finalSnapshotIdentifier="features-final"))
    assert len(sent(cloud, "delete_db_instance")) == 1


def test_a_major_version_is_refused_without_leave(provider, stage):
    """The local cloud refuses it as RDS does."""
    made = stage.make(DATABASE)
    newer = {**made.inputs, "engineVersion": "18"}
    with pytest.raises(Refused, match="AllowMajorVersionUpgrade"):
        provider.update(DATABASE.type, made, newer)
    changed = provider.update(DATABASE.type, made, {**newer, "allowMajorVersionUpgrade": True})
    assert changed.outputs["engineVersionActual"].startswith("18.")


def test_a_protected_database_is_not_deleted():
    cloud, databases = database(DeletionProtection=True)
    with pytest.raises(Refused) as refusal:
        databases.delete(recorded(skipFinalSnapshot=True))
    assert refusal.value.reason == (
        "the database features is protected: set `deletionProtection` to false and apply, then try again"
    )
    assert sent(cloud, "delete_db_instance") == []


def test_a_database_that_is_going_already_is_waited_for():
    cloud, databases = database(DBInstanceStatus="deleting")
    going = cloud.answers["describe_db_instances"]
    cloud.answers["describe_db_instances"] = [going, going, going, {"DBInstances": []}]
    databases.delete(recorded(skipFinalSnapshot=True))
    assert sent(cloud, "delete_db_instance") == []


def test_a_database_is_renamed_before_anything_else_is_changed():
    cloud, databases = database()
    old = recorded(backupRetentionPeriod=7)
    databases.update(old, {"identifier": "labels", "backupRetentionPeriod": 14})
    rename, change = sent(cloud, "modify_db_instance")
    assert rename == {
        "DBInstanceIdentifier": "features",
        "NewDBInstanceIdentifier": "labels",
        "ApplyImmediately": True,
    }
    assert change == {"DBInstanceIdentifier": "labels", "BackupRetentionPeriod": 14}


def test_storage_that_no_longer_may_grow_is_told_its_size():
    cloud, databases = database(MaxAllocatedStorage=100)
    old = recorded(allocatedStorage=20, maxAllocatedStorage=100)
    databases.update(old, {"identifier": "features", "allocatedStorage": 20})
    assert sent(cloud, "modify_db_instance") == [
        {"DBInstanceIdentifier": "features", "MaxAllocatedStorage": 20}
    ]


@pytest.mark.parametrize(
    ("asked", "told", "seen"),
    [
        ({"engineVersion": "17"}, {"EngineVersion": "17.6"}, {"engineVersion": "17"}),
        ({"engineVersion": "17.6"}, {"EngineVersion": "17.6"}, {"engineVersion": "17.6"}),
        ({"engineVersion": "17.5"}, {"EngineVersion": "17.6"}, {"engineVersion": "17.6"}),
        ({"engineVersion": "1"}, {"EngineVersion": "17.6"}, {"engineVersion": "17.6"}),
        (
            {"allocatedStorage": 20, "maxAllocatedStorage": 100},
            {"AllocatedStorage": 40, "MaxAllocatedStorage": 100},
            {"allocatedStorage": 20, "maxAllocatedStorage": 100},
        ),
        ({"allocatedStorage": 20}, {"AllocatedStorage": 40}, {"allocatedStorage": 40}),
        (
            {"instanceClass": "db.r7g.large"},
            {"DBInstanceClass": "db.t4g.micro", "PendingModifiedValues": {"DBInstanceClass": "db.r7g.large"}},
            {"instanceClass": "db.r7g.large"},
        ),
    ],
    ids=["a major version", "a version", "an older version", "no prefix", "grown", "enlarged", "on its way"],
)
def test_a_database_is_seen_in_the_words_of_the_program(asked, told, seen):
    """A version in short, storage that grew by itself, and what the next window brings are no drift."""
    _, databases = database(**told)
    inputs = {"identifier": "features", **asked}
    found = databases.read(Identity(PRESENT["DbiResourceId"], inputs, {"identifier": "features"}))
    assert {prop: found.outputs[prop] for prop in seen} == seen
    assert found.outputs["engineVersionActual"] == told.get("EngineVersion", "17.6")


def test_a_database_is_imported_by_its_identifier_too(provider, stage):
    made = stage.make(DATABASE)
    for id in (made.id, made.outputs["identifier"]):
        assert provider.read(DATABASE.type, Identity(id)).id == made.id
    assert provider.read(DATABASE.type, Identity("nobody")) is None


def test_a_database_that_cannot_work_is_refused_and_recorded():
    cloud, databases = database(DBInstanceStatus="incompatible-parameters")
    cloud.answers["create_db_instance"] = {"DBInstance": PRESENT}
    with pytest.raises(Refused) as refusal:
        databases.create({"identifier": "features"})
    assert refusal.value.reason.endswith("cannot be used: incompatible-parameters")
    assert refusal.value.made.id == PRESENT["DbiResourceId"]


def test_many_parameters_are_set_in_several_calls(provider, stage, client):
    """RDS takes twenty at a time."""
    many = [{"name": f"extra.setting_{n}", "value": str(n), "applyMethod": "immediate"} for n in range(45)]
    group = Case("aws:rds/parameterGroup:ParameterGroup", {"family": "postgres17", "parameters": many})
    made = stage.make(group)
    assert len(made.outputs["parameters"]) == 45
