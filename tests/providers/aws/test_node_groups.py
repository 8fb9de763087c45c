"""Node groups follow their launch template, change labels by what comes and goes, and leave sizes to autoscalers."""

from dataclasses import replace

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.aws.catalog.eks_nodes import NODE_GROUP
from provisioner.providers.aws.special.node_group import NodeGroups
from provisioner.providers.interface import Identity, Object, Refused
from tests.support.aws_cases import ALL
from tests.support.aws_recorder import Recorder

PLAIN = next(case for case in ALL if case.file == "eks_node_group")
TEMPLATED = next(case for case in ALL if case.file == "eks_node_group_template")
TYPE = PLAIN.type
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

INPUTS = {
    "clusterName": "prod",
    "nodeGroupName": "gpu",
    "scalingConfig": {"minSize": 0, "desiredSize": 2, "maxSize": 4},
    "labels": {"pool": "gpu", "old": "x"},
    "taints": [{"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}],
}
OLD = Object("prod:gpu", INPUTS, {**INPUTS, "arn": "arn:gpu", "status": "ACTIVE", "region": "us-east-1"})


def eks(*, desired=2, **answers):
    """EKS with one group of so many nodes, where every change is done at once."""
    group = {
        "nodegroupName": "gpu",
        "clusterName": "prod",
        "status": "ACTIVE",
        "scalingConfig": {"minSize": 0, "desiredSize": desired, "maxSize": 4},
    }
    return Recorder(
        **{
            "describe_nodegroup": {"nodegroup": group},
            "update_nodegroup_config": {"update": {"id": "u-1"}},
            "update_nodegroup_version": {"update": {"id": "u-2"}},
            "describe_update": {"update": {"status": "Successful"}},
            **answers,
        }
    )


def sent(aws, op="update_nodegroup_config"):
    """What the first such call carried beside the name of the group."""
    [first, *_] = [given for name, given in aws.calls if name == op]
    return {name: value for name, value in first.items() if name not in ("clusterName", "nodegroupName")}


def update(aws, **changes):
    return NodeGroups(NODE_GROUP, aws.scope()).update(OLD, {**INPUTS, **changes})


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "expected"),
    [
        pytest.param(3, 0, 8, {"maxSize": 8}, id="what the autoscaler has chosen stays"),
        pytest.param(1, 3, 4, {"minSize": 3, "desiredSize": 3}, id="too few for the new minimum"),
        pytest.param(4, 0, 3, {"maxSize": 3, "desiredSize": 3}, id="too many for the new maximum"),
    ],
)
def test_the_number_of_nodes_is_left_alone_unless_the_program_changes_it(desired, minimum, maximum, expected):
    """With `ignoreChanges` on the desired size, the wanted one is the recorded one, which is long outdated."""
    aws = eks(desired=desired)
    update(aws, scalingConfig={"minSize": minimum, "desiredSize": 2, "maxSize": maximum})
    assert sent(aws) == {"scalingConfig": expected}


def test_a_number_of_nodes_that_the_program_changes_is_sent():
    aws = eks(desired=3)
    update(aws, scalingConfig={"minSize": 0, "desiredSize": 1, "maxSize": 4})
    assert sent(aws) == {"scalingConfig": {"desiredSize": 1}}


def test_labels_and_taints_are_changed_by_what_comes_and_what_goes():
    aws = eks()
    taints = [
        {"key": "nvidia.com/gpu", "value": "false", "effect": "NO_SCHEDULE"},
        {"key": "fabric", "effect": "NO_EXECUTE"},
    ]
    update(aws, labels={"pool": "gpu", "new": "y"}, taints=taints)
    assert sent(aws) == {
        "labels": {"removeLabels": ["old"], "addOrUpdateLabels": {"new": "y"}},
        "taints": {"addOrUpdateTaints": taints},
    }


def test_a_taint_with_another_effect_is_another_taint():
    aws = eks()
    other = {"key": "nvidia.com/gpu", "value": "true", "effect": "NO_EXECUTE"}
    update(aws, taints=[other])
    assert sent(aws) == {"taints": {"removeTaints": INPUTS["taints"], "addOrUpdateTaints": [other]}}


def test_the_version_is_changed_and_seen_through_before_anything_else():
    aws = eks(describe_update=[{"update": {"status": "InProgress"}}, {"update": {"status": "Successful"}}])
    update(aws, version="1.35", labels={})
    assert aws.names()[:5] == [
        "update_nodegroup_version",
        "describe_update",
        "describe_update",
        "update_nodegroup_config",
        "describe_update",
    ]
    assert sent(aws, "describe_update") == {"name": "prod", "updateId": "u-2"}


def test_an_update_that_fails_is_refused_with_its_reason():
    error = {"errorCode": "PodEvictionFailure", "errorMessage": "Reached max retries"}
    aws = eks(describe_update={"update": {"status": "Failed", "errors": [error]}})
    with pytest.raises(Refused, match="has failed: PodEvictionFailure: Reached max retries"):
        update(aws, version="1.35")


def test_a_group_that_could_not_be_made_is_recorded_as_it_is_and_made_anew():
    """No change gets it out of that state: the next plan says so."""
    issue = {"code": "NodeCreationFailure", "message": "Instances failed to join", "resourceIds": []}
    broken = {
        "nodegroupName": "gpu",
        "clusterName": "prod",
        "status": "CREATE_FAILED",
        "health": {"issues": [issue]},
    }
    aws = eks(
        create_nodegroup={"nodegroup": {"status": "CREATING"}}, describe_nodegroup={"nodegroup": broken}
    )
    driver = NodeGroups(NODE_GROUP, aws.scope())
    with pytest.raises(Refused, match="NodeCreationFailure: Instances failed to join") as refused:
        driver.create(INPUTS)
    made = refused.value.made
    assert made.id == "prod:gpu"
    diff = driver.diff(made, INPUTS)
    assert diff.replaces == ("status",)
    assert diff.delete_before_replace


def test_a_new_version_of_the_template_is_followed_in_place(provider, stage):
    made = stage.make(TEMPLATED)
    template = stage.made["template"]
    wanted = provider.check(TEMPLATE, "thing", template.inputs, {"instanceType": "p5.48xlarge"}, b"").inputs
    newer = stage.made["template"] = provider.update(
        TEMPLATE, template, {**wanted, "tagsAll": template.inputs["tagsAll"]}
    )
    reference = {"id": template.id, "version": str(newer.outputs["latestVersion"])}
    following = stage.inputs(TEMPLATED, made.inputs, launchTemplate=reference)
    assert provider.diff(TYPE, made, following).updates == ("launchTemplate",)
    changed = stage.made["it"] = provider.update(TYPE, made, following)
    assert changed.outputs["launchTemplate"] == {**reference, "name": template.outputs["name"]}
    assert not provider.diff(
        TYPE, provider.read(TYPE, Identity(made.id, following, changed.outputs)), following
    )


def test_a_version_of_the_template_that_is_not_known_yet_needs_no_new_group(kept):
    stage = kept(TEMPLATED)
    made = stage.made["it"]
    template = made.inputs["launchTemplate"]
    next_one = {**made.inputs, "launchTemplate": {**template, "version": UNKNOWN}}
    diff = stage.provider.diff(TYPE, made, next_one)
    assert (diff.replaces, diff.updates) == ((), ("launchTemplate",))


@pytest.mark.parametrize("other", [{"id": "lt-2", "version": "1"}, {"id": UNKNOWN, "version": UNKNOWN}, None])
def test_another_template_needs_a_new_group(kept, other):
    stage = kept(TEMPLATED)
    made = stage.made["it"]
    wanted = {name: value for name, value in made.inputs.items() if name != "launchTemplate"}
    if other:
        wanted["launchTemplate"] = other
    assert stage.provider.diff(TYPE, made, wanted).replaces == ("launchTemplate",)


def test_a_group_follows_its_cluster_to_a_new_version(provider, stage):
    needs = TEMPLATED.needs
    older = replace(needs["cluster"], inputs={**needs["cluster"].inputs, "version": "1.34"})
    case = replace(TEMPLATED, needs={**needs, "cluster": older})
    made = stage.make(case)
    cluster = stage.made["cluster"]
    newer = {**cluster.inputs, "version": "1.35"}
    stage.made["cluster"] = provider.update("aws:eks/cluster:Cluster", cluster, newer)
    following = stage.inputs(case, made.inputs, version="1.35")
    assert made.outputs["version"] == "1.34"
    assert provider.update(TYPE, made, following).outputs["version"] == "1.35"
