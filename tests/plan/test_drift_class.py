"""What kind of matter drift is: every type that a driver acts on is judged, property by property."""

import pytest

from provisioner.plan.diff import MISSING, Change
from provisioner.plan.drift_class import (
    JUDGED,
    OWNERSHIP_TAGS,
    UNLISTED,
    DriftClass,
    class_of,
    class_of_change,
    told_once,
    worst,
)
from provisioner.plan.model import Drift, DriftKind
from provisioner.plan.values import Secret
from provisioner.providers.aws.registry import CATALOG as AWS
from provisioner.providers.aws.spec import LOCAL
from provisioner.providers.vault.registry import CATALOG as VAULT
from provisioner.providers.vault.spec import LOCAL as OF_VAULT

CATALOG = (*AWS, *VAULT)

CLUSTER = "aws:eks/cluster:Cluster"
POOL = "aws:eks/nodeGroup:NodeGroup"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
VPC = "aws:ec2/vpc:Vpc"


def changed(type, *changes):
    return Drift(DriftKind.CHANGED, f"urn:pulumi:s::l::{type}::x", type, changes)


@pytest.mark.parametrize(
    ("type", "path", "old", "new", "grade"),
    [
        pytest.param(
            CLUSTER, "vpcConfig.endpointPublicAccess", False, True, "security", id="an open endpoint"
        ),
        pytest.param(CLUSTER, "version", "1.34", "1.35", "security", id="what nobody classed of a type"),
        pytest.param(POOL, "scalingConfig.maxSize", 4, 40, "cost", id="more nodes"),
        pytest.param(POOL, "labels.team", "a", "b", "benign", id="a label"),
        pytest.param(POOL, "nodeRoleArn", "a", "b", "security", id="another role for nodes"),
        pytest.param(LOGS, "retentionInDays", 365, 3653, "cost", id="logs for longer"),
        pytest.param(LOGS, "kmsKeyId", "a", MISSING, "security", id="logs in the open"),
        pytest.param(ROLE, "description", "a", "b", "benign", id="a description"),
        pytest.param(ROLE, "assumeRolePolicy", "{}", "[]", "security", id="who may be it"),
        pytest.param("aws:x/new:New", "size", 1, 2, "security", id="a type that nobody judged"),
        pytest.param(VPC, "tags.note", MISSING, "hi", "benign", id="a tag"),
        pytest.param(VPC, "tagsAll.owner", "ann", "eve", "security", id="the tag of the owner"),
        pytest.param(VPC, "tags", {"note": "a"}, MISSING, "benign", id="all tags, none of ours"),
        pytest.param(VPC, "tags", {"note": "a", "Name": "v"}, MISSING, "security", id="all tags, ours too"),
        pytest.param(VPC, "tags", {"Name": "v"}, {"Name": "v", "note": "a"}, "benign", id="ours stay"),
        pytest.param(VPC, "tags", Secret({"owner": "a"}), MISSING, "security", id="secret tags"),
    ],
)
def test_the_class_of_a_change(type, path, old, new, grade):
    assert class_of_change(type, Change(path, old, new)) == grade


def test_an_object_has_the_gravest_class_of_its_changes():
    tag, nodes = Change("tags.x", 1, 2), Change("scalingConfig.minSize", 1, 2)
    assert class_of(changed(POOL, tag)) is DriftClass.BENIGN
    assert class_of(changed(POOL, tag, nodes)) is DriftClass.COST
    assert class_of(changed(POOL, tag, nodes, Change("amiType", 1, 2))) is DriftClass.SECURITY
    assert worst([]) is DriftClass.BENIGN


def test_a_deleted_object_is_never_benign():
    gone = {type: class_of(Drift(DriftKind.GONE, "urn", type)) for type in (*JUDGED, "aws:x/new:New")}
    assert set(gone.values()) == {DriftClass.COST, DriftClass.SECURITY}
    assert gone[POOL] is DriftClass.COST
    assert gone[ROLE] is gone["aws:x/new:New"] is DriftClass.SECURITY


def test_what_tags_say_all_tags_need_not_repeat():
    changes = [Change(path, 1, 2) for path in ("tags.a", "tagsAll.a", "tagsAll.owner", "tagsAll")]
    assert [change.path for change in told_once(changes)] == ["tags.a", "tagsAll.owner", "tagsAll"]


def test_ownership_tags_are_those_that_every_object_gets():
    from types import SimpleNamespace

    from stacks.ownership import default_tags

    env = SimpleNamespace(owner="o", name="dev", data_class="c")
    given = default_tags(SimpleNamespace(environment=env, region="us-east-1"), "foundation")
    assert {*given, "Name"} == OWNERSHIP_TAGS


def test_every_type_of_the_catalogue_is_judged_and_no_other():
    assert sorted(JUDGED) == sorted(spec.type for spec in CATALOG)


def test_every_judged_property_is_one():
    for spec in CATALOG:
        judged = JUDGED.get(spec.type, UNLISTED)
        assert set(judged.of) <= {row.prop for row in spec.fields}, spec.type


def test_the_class_of_each_property(golden):
    """Read it when it changes: this is what wakes somebody at night, and what does not."""
    lines = []
    for spec in sorted(CATALOG, key=lambda spec: spec.type):
        judged = JUDGED.get(spec.type, UNLISTED)
        lines.append(f"{spec.type}: {judged.gone.value} when it is gone")
        for grade in reversed(DriftClass):
            props = [
                row.prop
                for row in spec.fields
                if row.on_change is not LOCAL and row.on_change is not OF_VAULT
            ]
            those = [prop for prop in props if class_of_change(spec.type, Change(prop, 1, 2)) is grade]
            lines += [f"  {grade.value}: {', '.join(those)}"] if those else []
    golden("\n".join(lines) + "\n")
