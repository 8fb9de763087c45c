"""The foundation of the environments that come with the project: what it declares, and what holds for all of it."""

import functools
import json
import re
import runpy

import pytest

from environments.load import find, load
from stacks.layers import LAYERS
from tests.support.recording import record

ENVIRONMENTS = ["local", "dev"]
NO_TAGS = {
    "Alias",
    "BucketLifecycleConfiguration",
    "BucketLogging",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketServerSideEncryptionConfiguration",
    "BucketVersioning",
    "LifecyclePolicy",
    "RepositoryPolicy",
    "RolePolicy",
    "RolePolicyAttachment",
    "Route",
    "RouteTableAssociation",
}
"""Types that AWS gives no tags."""
(FOUNDATION,) = [layer for layer in LAYERS if layer.name == "foundation"]


@functools.cache
def foundation(environment):
    return record(FOUNDATION.program(), stack=f"{environment}.us-east-1")


@pytest.fixture(params=ENVIRONMENTS)
def recording(request):
    return foundation(request.param)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_urns_are_for_good(environment, golden):
    """A URN that changes here deletes and creates an object in every environment: it takes an alias."""
    golden("".join(f"{each.urn}\n" for each in foundation(environment).resources))


def test_stack_outputs(golden):
    golden(json.dumps(foundation("local").outputs, indent=2) + "\n")


def test_the_local_environment_shows_the_whole_breadth():
    objects = foundation("local").objects
    assert len(objects) >= 60
    assert len({each.type for each in objects}) >= 20


def test_there_is_no_provider_but_awss(recording):
    packages = {each.type.split(":")[0] for each in recording.objects}
    assert packages == {"aws"}


def test_every_object_goes_through_the_provider_of_its_region(recording):
    (provider,) = [each for each in recording.resources if each.type == "pulumi:providers:aws"]
    assert provider.inputs["region"] == "us-east-1"
    strangers = [each.urn for each in recording.objects if not each.provider.startswith(f"{provider.urn}::")]
    assert strangers == []
    assert [each.urn for each in recording.objects if "region" in each.inputs] == []


def test_the_provider_holds_nothing_of_a_machine():
    (provider,) = foundation("dev").of_type("aws")
    assert provider.inputs == {
        "allowedAccountIds": '["111122223333"]',
        "defaultTags": json.dumps(
            {
                "tags": {
                    "owner": "ml-platform@example.com",
                    "environment": "dev",
                    "data-class": "internal",
                    "layer": "foundation",
                    "managed-by": "provisioner",
                    "provisioner:stack": "dev.us-east-1",
                }
            }
        ),
        "region": "us-east-1",
        "skipCredentialsValidation": "false",
        "skipRegionValidation": "true",
    }


def test_the_named_role_is_assumed(tmp_path):
    file = tmp_path / "dev.yaml"
    role = "arn:aws:iam::111122223333:role/provisioner"
    file.write_text(
        f"extends: {find('dev').resolve()}\nname: dev\naccount: {{id: '111122223333', assume_role: '{role}'}}\n"
    )
    recording = record(FOUNDATION.program(), stack="dev.us-east-1", config={"provisioner:file": str(file)})
    (provider,) = recording.of_type("aws")
    assert json.loads(provider.inputs["assumeRoles"]) == [{"roleArn": role}]


def test_every_object_that_can_has_its_name_as_tag(recording):
    nameless = [
        each.urn
        for each in recording.objects
        if each.short_type not in NO_TAGS and each.inputs.get("tags", {}).get("Name") != each.name
    ]
    assert nameless == []
    assert [
        each.urn for each in recording.objects if each.short_type in NO_TAGS and "tags" in each.inputs
    ] == []


def test_no_two_objects_of_a_type_have_the_same_tags(recording):
    names = [(each.type, each.name) for each in recording.objects]
    assert len(set(names)) == len(names)


def test_names_in_the_cloud_are_chosen_by_the_engine_except_where_people_type_them(recording):
    chosen = {
        each.short_type: key
        for each in recording.objects
        for key in ("name", "namePrefix", "bucket", "bucketPrefix")
        if key in each.inputs and not str(each.inputs[key]).startswith("Bucket(")
    }
    assert chosen == {"Alias": "name", "Repository": "name"}


def test_names_that_are_global_carry_the_region(recording):
    global_types = {"Role", "Policy", "InstanceProfile", "Bucket"}
    local_names = [
        each.name
        for each in recording.objects
        if each.short_type in global_types and "us-east-1" not in each.name
    ]
    assert local_names == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_origin_of_every_component_is_a_setting(environment):
    settings = load(find(environment)).environment.model_dump(mode="json")
    components = [each for each in foundation(environment).resources if each.is_component]
    assert components
    for component in components:
        value = settings
        for key in re.findall(r"[a-z_]+|\d+", component.inputs["origin"]):
            value = value[int(key) if key.isdigit() else key]
        assert list(component.inputs) == ["origin"]


def test_nothing_in_aws_goes_with_its_objects_and_locally_everything_does():
    force = {
        environment: {
            each.inputs.get(key)
            for each in foundation(environment).objects
            for type, key in (("Bucket", "forceDestroy"), ("Repository", "forceDelete"))
            if each.short_type == type
        }
        for environment in ENVIRONMENTS
    }
    assert force == {"local": {True}, "dev": {False}}


def test_an_existing_network_is_read_and_left_alone(tmp_path):
    file = tmp_path / "here.yaml"
    text = find("local").read_text().replace("base.yaml", str(find("base").resolve()))
    text = re.sub(
        r"network: .*",
        "network: {vpc: vpc-0a1b2c3d, private_subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]}",
        text,
    )
    file.write_text(text)
    recording = record(
        FOUNDATION.program(),
        stack="local.us-east-1",
        config={"provisioner:file": str(file)},
        answers=lambda type: {"cidrBlock": "10.0.0.0/16"} if type == "aws:ec2/vpc:Vpc" else {},
    )
    read = [(each.short_type, each.read_id, each.inputs) for each in recording.resources if each.read_id]
    assert read == [
        ("Subnet", "subnet-0a1b2c3d", {}),
        ("Subnet", "subnet-4e5f6a7b", {}),
        ("Vpc", "vpc-0a1b2c3d", {}),
    ]
    assert [each.urn for each in recording.objects if each.type.startswith(("aws:ec2/", "aws:vpc/"))] == []
    assert recording.outputs["vpcId"] == "vpc-0a1b2c3d"
    assert recording.outputs["vpcCidr"] == "10.0.0.0/16"
    assert recording.outputs["privateSubnetIds"] == ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]


def test_pulumi_up_runs_the_same_program():
    """`pulumi up` executes the folder; both engines call `main`."""
    executed = record(
        lambda: runpy.run_module("stacks.foundation", run_name="__main__"), stack="local.us-east-1"
    )
    assert executed.graph() == foundation("local").graph()
