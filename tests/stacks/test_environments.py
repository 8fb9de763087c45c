"""The environments that come with the project, with all their stacks: what they declare, and what holds for all of it."""

import json
import os
import re
import runpy
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from environments.load import find, load
from provisioner.providers.aws.inputs import checked
from provisioner.providers.aws.naming import Named
from provisioner.providers.aws.registry import CATALOG
from stacks.layers import LAYERS
from tests.support.environments import shipped
from tests.support.recording import record
from tests.support.renames import lost

ENVIRONMENTS = ["local", "dev", "prod", "prod-airgap", "prod-multi-region", "on-prem"]
NO_TAGS = {
    "AccessPolicyAssociation",
    "Alias",
    "BackupPolicy",
    "BucketLifecycleConfiguration",
    "BucketLogging",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketReplicationConfig",
    "BucketServerSideEncryptionConfiguration",
    "BucketVersioning",
    "EventTarget",
    "FileSystemPolicy",
    "LifecyclePolicy",
    "MountTarget",
    "PeeringConnectionOptions",
    "PullThroughCacheRule",
    "QueuePolicy",
    "Record",
    "ReplicationConfiguration",
    "RepositoryCreationTemplate",
    "RepositoryPolicy",
    "ResolverFirewallConfig",
    "ResolverFirewallRule",
    "RolePolicy",
    "RolePolicyAttachment",
    "Route",
    "RouteTableAssociation",
    "VpcBlockPublicAccessOptions",
    "ZoneAssociation",
}
"""Types that AWS gives no tags."""


@pytest.fixture(params=ENVIRONMENTS)
def environment(request):
    return request.param


def list_of(environment):
    return Path(__file__).with_suffix(".golden") / f"test_urns_are_for_good[{environment}].txt"


def test_nothing_stateful_is_renamed_without_an_alias(environment):
    """Such a rename deletes what it had: give the resource its old name with `pulumi.Alias`."""
    declared = [each for recording in shipped(environment).stacks.values() for each in recording.resources]
    assert lost(list_of(environment).read_text().splitlines(), declared) == []


def test_urns_are_for_good(environment, golden):
    """Whatever disappears from this list is deleted in every environment there is."""
    if os.environ.get("UPDATE_GOLDEN") and list_of(environment).exists():
        # The list may change, but not so that data goes.
        test_nothing_stateful_is_renamed_without_an_alias(environment)
    golden("".join(f"{urn}\n" for urn in shipped(environment).urns))


@pytest.mark.parametrize(
    ("opts", "gone"),
    [
        (None, ["urn:pulumi:test.us-east-1::foundation::aws:s3/bucket:Bucket::models"]),
        (pulumi.ResourceOptions(aliases=[pulumi.Alias(name="models")]), []),
    ],
    ids=["without an alias", "with one"],
)
def test_a_rename_is_seen(opts, gone):
    before = record(lambda: aws.s3.Bucket("models"))
    after = record(lambda: aws.s3.Bucket("weights", opts=opts))
    assert lost([each.urn for each in before.resources], after.resources) == gone


def test_an_object_without_data_may_go():
    assert lost(["urn:pulumi:x::x::aws:ec2/route:Route::out"], []) == []


def test_the_local_environment_shows_the_whole_breadth():
    objects = shipped("local").objects
    assert len(objects) >= 100
    assert len({each.type for each in objects}) >= 35


def test_everything_is_in_aws_or_in_a_cluster(environment):
    packages = {each.type.split(":")[0] for each in shipped(environment).objects}
    assert packages == ({"kubernetes"} if environment == "on-prem" else {"aws", "kubernetes"})


def test_our_drivers_take_what_is_declared(environment):
    """Without a cloud: the type is known, and so is each property."""
    specs = {spec.type: spec for spec in CATALOG}
    refused = []
    for each in shipped(environment).aws:
        named = Named(type=each.type, name=each.name, seed=bytes(32))
        problems = checked(specs[each.type], named, None, each.inputs, {}).problems
        refused += [f"{each.short_type} {each.name}: {problem}" for problem in problems]
    assert refused == []


def test_every_object_goes_through_a_provider_of_its_stack(environment):
    for recording in shipped(environment).stacks.values():
        providers = {each.urn for each in recording.of_type("aws") + recording.of_type("kubernetes")}
        strangers = [
            each.urn for each in recording.objects if each.provider.rpartition("::")[0] not in providers
        ]
        assert strangers == []
        assert [each.urn for each in recording.aws if "region" in each.inputs] == []


def test_a_stack_acts_in_its_own_region_and_links_in_all():
    regions = {
        key: sorted(each.inputs["region"] for each in recording.of_type("aws"))
        for key, recording in shipped("prod-multi-region").stacks.items()
    }
    assert regions == {
        "foundation/prod-multi-region.us-east-1": ["us-east-1"],
        "foundation/prod-multi-region.eu-west-1": ["eu-west-1"],
        "foundation/prod-multi-region.ap-southeast-1": ["ap-southeast-1"],
        "links/prod-multi-region.us-east-1": ["ap-southeast-1", "eu-west-1", "us-east-1"],
        "cluster/prod-multi-region.us-east-1": ["us-east-1"],
        "cluster/prod-multi-region.eu-west-1": ["eu-west-1"],
        "cluster/prod-multi-region.ap-southeast-1": ["ap-southeast-1"],
        # In clusters: through the provider of the cluster alone.
        "platform/prod-multi-region.us-east-1": [],
        "platform/prod-multi-region.eu-west-1": [],
        "platform/prod-multi-region.ap-southeast-1": [],
        # Beside it that of AWS, for the roles by which models are read from the store.
        "serving/prod-multi-region.us-east-1": ["us-east-1"],
        "serving/prod-multi-region.eu-west-1": ["eu-west-1"],
        "serving/prod-multi-region.ap-southeast-1": ["ap-southeast-1"],
    }


def test_every_object_that_can_has_its_name_as_tag(environment):
    objects = shipped(environment).aws
    nameless = [
        each.urn
        for each in objects
        if each.short_type not in NO_TAGS and each.inputs.get("tags", {}).get("Name") != each.name
    ]
    assert nameless == []
    assert [each.urn for each in objects if each.short_type in NO_TAGS and "tags" in each.inputs] == []


def test_no_two_objects_of_a_type_have_the_same_tags_in_one_stack(environment):
    for recording in shipped(environment).stacks.values():
        names = [(each.type, each.name) for each in recording.objects]
        assert len(set(names)) == len(names)


def test_names_that_are_global_carry_the_region_or_the_stack_that_has_all_of_them(environment):
    env = load(find(environment)).environment
    global_types = {"Role", "Policy", "InstanceProfile", "Bucket"}
    local_names = [
        each.name
        for each in shipped(environment).aws
        if each.short_type in global_types
        and not any(region in each.name for region in env.regions)
        # Too long for a role's name with what is appended to it: a hash stands for the rest.
        and not re.search(r"-[0-9a-f]{8}$", each.name)
    ]
    assert local_names == []


def test_physical_names_are_chosen_by_the_engine_except_where_people_or_other_objects_must_know_them(
    environment,
):
    chosen = {
        each.short_type: key
        for each in shipped(environment).aws
        for key in ("name", "namePrefix", "bucket", "bucketPrefix", "identifier", "nodeGroupName")
        if key in each.inputs and not str(each.inputs[key]).startswith(("Bucket(", "arn:", "s3"))
    }
    allowed = {
        "Alias": "name",
        "Cluster": "name",
        "Instance": "identifier",
        "LogGroup": "name",
        "Record": "name",
        "Repository": "name",
        "Zone": "name",
    }
    assert chosen.items() <= allowed.items()


def test_the_origin_of_every_component_is_a_setting(environment):
    settings = load(find(environment)).environment.model_dump(mode="json")
    components = [
        each
        for recording in shipped(environment).stacks.values()
        for each in recording.resources
        if each.is_component
    ]
    assert components
    for component in components:
        value = settings
        for key in re.findall(r"[a-z_]+|\d+", component.inputs["origin"]):
            value = value[int(key) if key.isdigit() else key]
        assert list(component.inputs) == ["origin"]


def test_nothing_in_aws_goes_with_its_data_and_locally_everything_does():
    guards = {
        environment: {
            (key, each.inputs.get(key))
            for each in shipped(environment).objects
            for type, key in (
                ("Bucket", "forceDestroy"),
                ("Cluster", "deletionProtection"),
                ("Instance", "deletionProtection"),
                ("Instance", "skipFinalSnapshot"),
                ("Repository", "forceDelete"),
            )
            if each.short_type == type
        }
        for environment in ("local", "prod")
    }
    assert guards == {
        "local": {
            ("forceDestroy", True),
            ("deletionProtection", False),
            ("skipFinalSnapshot", True),
            ("forceDelete", True),
        },
        "prod": {
            ("forceDestroy", False),
            ("deletionProtection", True),
            ("skipFinalSnapshot", False),
            ("forceDelete", False),
        },
    }


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_pulumi_up_runs_the_same_program(layer):
    """`pulumi up` executes the folder; both engines call `main`."""
    stack, environment = "prod-multi-region.us-east-1", shipped("prod-multi-region")
    executed = record(
        lambda: runpy.run_module(f"stacks.{layer.name}", run_name="__main__"),
        stack=stack,
        project=layer.name,
        upstream={name: each.outputs for name, each in environment.stacks.items()},
    )
    assert executed.graph() == environment.stacks[f"{layer.name}/{stack}"].graph()


def test_every_layer_hands_over_the_same_in_every_region():
    for layer in ("foundation", "cluster", "platform", "serving"):
        handed = [set(recording.outputs) for recording in shipped("prod-multi-region").layer(layer)]
        assert handed[0] == handed[1] == handed[2]


def test_stack_outputs(golden):
    """What later layers and people can ask for."""
    outputs = {key: recording.outputs for key, recording in shipped("prod").stacks.items()}
    golden(json.dumps(outputs, indent=2) + "\n")
