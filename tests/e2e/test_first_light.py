"""One environment file becomes applied infrastructure: the commands a newcomer types, and five changes."""

import json
import re

import pytest

from tests.e2e.product import AMBIENT, LAYERS, Product, counts

MOST_TIME_TO_REFUSE = 30
"""Seconds; a command that waited for an answer would take for ever."""


def changes(plan):
    """What a plan's document would change: (op, type without its package, name)."""
    return sorted(
        (step["op"], step["type"].rsplit(":", 1)[1], step["name"])
        for step in plan["steps"]
        if step["op"] != "same"
    )


def test_the_second_plan_is_empty(applied):
    """What the last apply left is what is wanted, in the records and in the cloud."""
    assert "No changes" in applied("plan local --detailed-exitcode").out
    assert "No changes" in applied("plan local --refresh --detailed-exitcode").out
    again = applied("apply local --yes").out
    assert "No changes" in again


def test_what_is_for_the_cluster_lies_in_a_folder_that_another_apply_leaves_as_it_is(applied):
    """On a desk no Kubernetes is behind a cluster; to the last byte, so that it can be committed anywhere."""
    rendered = applied.rendered()
    assert {path.split("/")[1] for path in rendered} >= {"platform", "serving"}
    applied("apply local --yes")
    assert applied.rendered() == rendered


def test_a_hundred_objects_of_thirty_five_types_exist(applied):
    """Counted in the cloud, and it is what the state says: components and providers do not count."""
    made = applied.made()
    assert sum(made.values()) >= 100
    assert len(made) >= 35
    assert made == applied.recorded("local")


def test_local_status_tells_programs_where_the_cloud_is(applied):
    """Enough to point any AWS client at it."""
    status = applied("local status --json").json
    assert status["schema"] == "provisioner/local/1"
    assert status["running"] is True
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", status["endpoint"])
    assert status["region"] == "us-east-1"
    assert applied.cloud.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_state_list_tells_programs_what_is_recorded(applied):
    """Every resource with its URN, type, id, parent, and whether it is a component."""
    document = applied("state list local --json").json
    assert document["schema"] == "provisioner/state/1"
    assert all({"urn", "type", "id", "parent", "custom"} <= set(one) for one in document["resources"])
    (vpc,) = [one for one in document["resources"] if one["type"] == "aws:ec2/vpc:Vpc"]
    assert vpc["urn"].startswith(
        "urn:pulumi:local.us-east-1::foundation::mlplat:network:PrivateNetwork$aws:ec2/vpc:Vpc::"
    )
    assert vpc["id"].startswith("vpc-")
    (network,) = [one for one in document["resources"] if one["urn"] == vpc["parent"]]
    assert (network["type"], network["custom"]) == ("mlplat:network:PrivateNetwork", False)


def test_a_plan_tells_programs_every_step(applied):
    """Of all layers, also the steps that change nothing, with Pulumi's words, and how many there are of each."""
    plan = applied("plan local --json").json
    assert plan["schema"] == "provisioner/plan/1"
    assert all({"op", "urn", "type", "layer", "region", "reasons"} <= set(step) for step in plan["steps"])
    assert {(step["layer"], step["region"]) for step in plan["steps"]} == {
        (layer, "us-east-1") for layer in LAYERS
    }
    # A later layer reads what an earlier one has.
    assert {step["type"] for step in plan["steps"] if step["op"] == "read"} == {
        "pulumi:pulumi:StackReference"
    }
    assert set(plan["summary"]) == {"same", "read"}
    assert plan["empty"] is True


def test_the_state_can_be_exported_and_verified(applied):
    """In Pulumi's deployment format, a document for each stack, and without a breach of its rules."""
    verified = applied("state verify local").out
    assert all(f"{layer} local.us-east-1" in verified for layer in LAYERS)
    exported = applied("state export local").documents
    assert [document["version"] for document in exported] == [3] * len(LAYERS)
    resources = sum(len(document["deployment"]["resources"]) for document in exported)
    assert resources == len(applied("state list local --json").json["resources"])


def test_outputs_are_values_that_exist(applied):
    """What later layers and other tools are given."""
    (vpc,) = [vpc["VpcId"] for vpc in applied.cloud.ec2("describe_vpcs", "Vpcs") if not vpc["IsDefault"]]
    assert applied("output local vpcId").out == f"{vpc}\n"
    assert applied("output local --json").json["outputs"]["vpcId"] == vpc


@pytest.mark.parametrize("command", ["apply local", "destroy local"])
def test_without_a_terminal_and_without_yes_nothing_happens(command, product):
    """It refuses at once, before it starts a cloud or writes a file."""
    process = product.started(command)
    out, err = process.communicate(timeout=MOST_TIME_TO_REFUSE)
    assert process.returncode == 1
    assert out == ""
    assert f"provisioner {command} --yes" in err
    assert not (product.folder / ".provisioner").exists()


class Story:
    """An applied environment in a shell in which nothing about AWS is right, and what is said about changes."""

    def __init__(self, product):
        self.product = product
        product("apply small --yes")
        self.cloud = product.cloud
        self.whole = counts(self.cloud.census())

    def planned(self, options=""):
        """There is something to do; the plan's document."""
        return self.product(f"plan small --json --detailed-exitcode {options}", code=2).json

    def applied(self, plan, options=""):
        """What is said on the way: the same plan, and afterwards there is nothing left to do and as much as before."""
        said = self.product(f"apply small --yes {options}").out
        counted = [plan["summary"].get(op, 0) for op in ("create", "update", "replace", "delete")]
        assert "Plan: {} to create, {} to update, {} to replace, {} to delete.".format(*counted) in said
        self.product("plan small --refresh --detailed-exitcode")
        assert counts(self.cloud.census()) == self.whole
        return said


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The one story of this module: it takes a while to begin."""
    product = Product(tmp_path_factory.mktemp("story") / "checkout", AMBIENT)
    try:
        yield Story(product)
    finally:
        product.close()


@pytest.fixture
def story(told):
    """The environment as its file came; what a test changes is taken back."""
    file = told.product.folder / "environments/small.yaml"
    text = file.read_text()
    yield told
    file.write_text(text)
    told.product("apply small --refresh --yes")


def test_a_setting_that_changes_in_place(story):
    """`keep_images` is part of the lifecycle policy of each repository."""
    (before,) = {_kept(story.cloud, name) for name in _repositories(story.cloud)}
    story.product.setting("network:", f"registry: {{keep_images: {before - 1}}}\nnetwork:")
    plan = story.planned()
    names = [f"small-images-{name}-lifecycle" for name in ("notebooks", "serving", "training")]
    assert changes(plan) == [("update", "LifecyclePolicy", name) for name in names]
    assert {tuple(step["reasons"]) for step in plan["steps"] if step["op"] == "update"} == {("policy",)}
    text = story.product("plan small").out
    said = story.applied(plan)
    assert f"countNumber: {before} → {before - 1}" in text
    assert said.startswith(text)
    assert "3 updated" in said
    assert {_kept(story.cloud, name) for name in _repositories(story.cloud)} == {before - 1}


def test_a_setting_that_replaces(story):
    """Another address block needs another VPC, with everything in it; what only one can have goes first."""
    story.product.setting("10.10.0.0/16", "10.11.0.0/16")
    plan = story.planned()
    replaced = [step for step in plan["steps"] if step["op"] == "replace"]
    steps = {step["name"]: step for step in replaced}
    assert steps["small-network-vpc"]["reasons"] == ["cidrBlock"]
    assert {step["op"] for step in plan["steps"]} == {"same", "replace"}
    # In AWS a gateway cannot leave a network in which NAT gateways still are.
    assert not steps["small-network-internet"]["delete_first"]
    before = _vpcs(story.cloud)
    said = story.applied(plan)
    assert 'cidrBlock: "10.10.0.0/16" → "10.11.0.0/16"  (forces a new object)' in said
    assert f"{len(replaced)} replaced" in said
    # An elastic IP address serves one NAT gateway at a time, so the old gateway goes first; a VPC can wait.
    assert steps["small-network-nat-a"]["delete_first"]
    assert _order(said, "small-network-nat-a") == ["the old object", "the new object"]
    assert _order(said, "small-network-vpc") == ["the new object", "the old object"]
    after = _vpcs(story.cloud)
    assert set(after.values()) == {"10.11.0.0/16"}
    assert not before.keys() & after.keys()


def test_a_renamed_repository(story):
    """A repository with another name is another one: the new one is made, and the old one goes."""
    story.product.setting("network:", "registry: {repositories: [serving, training, books]}\nnetwork:")
    plan = story.planned()
    assert ("create", "Repository", "small-images-books") in changes(plan)
    assert ("delete", "Repository", "small-images-notebooks") in changes(plan)
    assert plan["summary"]["create"] == plan["summary"]["delete"]
    story.applied(plan)
    assert _repositories(story.cloud) == ["small/books", "small/serving", "small/training"]


def test_what_somebody_else_changed_is_seen_and_mended(story):
    """By boto3: a field changed, a tag removed, an object deleted."""
    (vpc,) = _vpcs(story.cloud)
    kept = _kept(story.cloud, "small/training")
    ecr, ec2 = story.cloud.client("ecr"), story.cloud.client("ec2")
    ecr.put_image_scanning_configuration(
        repositoryName="small/serving", imageScanningConfiguration={"scanOnPush": False}
    )
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "owner"}])
    ecr.delete_lifecycle_policy(repositoryName="small/training")
    story.product("plan small --detailed-exitcode")  # compares with the records, in which nothing has changed
    plan = story.planned("--refresh")
    assert changes(plan) == [
        ("create", "LifecyclePolicy", "small-images-training-lifecycle"),
        ("update", "Repository", "small-images-serving"),
        ("update", "Vpc", "small-network-vpc"),
    ]
    assert sorted((drift["kind"], drift["type"]) for drift in plan["drift"]) == [
        ("changed", "aws:ec2/vpc:Vpc"),
        ("changed", "aws:ecr/repository:Repository"),
        ("gone", "aws:ecr/lifecyclePolicy:LifecyclePolicy"),
    ]
    said = story.applied(plan, "--refresh")
    assert "scanOnPush: false → true" in said
    assert "1 created, 2 updated" in said
    (repository,) = ecr.describe_repositories(repositoryNames=["small/serving"])["repositories"]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    (seen,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert {"Key": "owner", "Value": "ml-platform@example.com"} in seen["Tags"]
    assert _kept(story.cloud, "small/training") == kept


def test_an_object_on_which_others_depend_is_gone(story):
    """Its successor is made, and what named the old one follows."""
    (group,) = story.cloud.objects("aws:cloudwatch/logGroup:LogGroup")
    story.cloud.client("logs").delete_log_group(logGroupName=group)
    plan = story.planned("--refresh")
    assert ("create", "LogGroup", "small-flow-logs-us-east-1") in changes(plan)
    assert "1 created" in story.applied(plan, "--refresh")
    assert story.cloud.objects("aws:cloudwatch/logGroup:LogGroup") == [group]


def _repositories(cloud):
    return cloud.objects("aws:ecr/repository:Repository")


def _kept(cloud, repository):
    """How many images the lifecycle policy of a repository keeps."""
    policy = cloud.client("ecr").get_lifecycle_policy(repositoryName=repository)["lifecyclePolicyText"]
    choices = [rule["selection"] for rule in json.loads(policy)["rules"]]
    return next(choice["countNumber"] for choice in choices if choice["countType"] == "imageCountMoreThan")


def _vpcs(cloud):
    """Id -> address block of each VPC but the one every account has."""
    vpcs = cloud.ec2("describe_vpcs", "Vpcs")
    return {vpc["VpcId"]: vpc["CidrBlock"] for vpc in vpcs if not vpc["IsDefault"]}


def _order(said, name):
    """Which half of a replacement came when."""
    return re.findall(rf"{re.escape(name)}  replaced \((.*?)\)", said)
