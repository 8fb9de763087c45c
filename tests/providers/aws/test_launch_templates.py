"""Launch templates are never changed: another version follows, and may become the default."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.aws.catalog.ec2_template_spelling import BLOCK_DEVICES, NETWORK_INTERFACES
from tests.support.aws_cases import ALL, Case

CASE = next(case for case in ALL if case.file == "ec2_launch_template_gpu")
TYPE = CASE.type
STILL = Case(TYPE, {"instanceType": "m7i.large", "tags": {"team": "search"}})


def test_a_change_makes_another_version_and_the_default_stays(provider, stage):
    made = stage.make(STILL)
    assert (made.outputs["latestVersion"], made.outputs["defaultVersion"]) == (1, 1)
    wanted = stage.inputs(STILL, made.inputs, instanceType="m7i.xlarge")
    planned = provider.planned(TYPE, made, wanted)
    assert (planned["latestVersion"], planned["defaultVersion"]) == (UNKNOWN, 1)
    changed = provider.update(TYPE, made, wanted)
    assert (changed.outputs["latestVersion"], changed.outputs["defaultVersion"]) == (2, 1)


def test_the_default_follows_the_newest_version_if_the_program_says_so(provider, stage):
    made = stage.make(CASE)
    wanted = stage.inputs(CASE, made.inputs, instanceType="p5en.48xlarge")
    assert provider.planned(TYPE, made, wanted)["defaultVersion"] is UNKNOWN
    changed = provider.update(TYPE, made, wanted)
    assert (changed.outputs["latestVersion"], changed.outputs["defaultVersion"]) == (2, 2)


def test_an_older_version_becomes_the_default_again(provider, stage):
    made = stage.make(STILL)
    newer = stage.inputs(STILL, made.inputs, instanceType="m7i.xlarge", defaultVersion=2)
    made = provider.update(TYPE, made, newer)
    assert made.outputs["defaultVersion"] == 2
    back = stage.inputs(STILL, newer, instanceType="m7i.xlarge", defaultVersion=1)
    assert provider.diff(TYPE, made, back).updates == ("defaultVersion",)
    made = provider.update(TYPE, made, back)
    assert (made.outputs["latestVersion"], made.outputs["defaultVersion"]) == (2, 1)


def test_tags_alone_make_no_version(provider, stage):
    made = stage.make(STILL)
    changed = provider.update(TYPE, made, stage.inputs(STILL, made.inputs, tags={"team": "serving"}))
    assert changed.outputs["latestVersion"] == 1


@pytest.mark.parametrize(
    ("inputs", "property", "reason"),
    [
        (
            {"defaultVersion": 1, "updateDefaultVersion": True},
            "defaultVersion",
            "cannot be given with `updateDefaultVersion`, which follows the newest",
        ),
        (
            {"networkInterfaces": [{"deviceIndex": 0}], "vpcSecurityGroupIds": ["sg-1"]},
            "vpcSecurityGroupIds",
            "belong to the `networkInterfaces` where there are any",
        ),
        (
            {"networkInterfaces": [{"ipv6AddressCount": 1}]},
            "networkInterfaces",
            "`ipv6AddressCount` is not supported here: AWS chooses addresses",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(provider, inputs, property, reason):
    [problem] = provider.check(TYPE, "thing", None, inputs, b"seed").problems
    assert (problem.property, problem.reason) == (property, reason)


def test_interfaces_are_spelt_as_ec2_wants_them():
    """Truth values are texts to Pulumi; a first index says no more than none does."""
    ours = [
        {"deviceIndex": 0, "networkCardIndex": 1, "securityGroups": ["b", "a"], "deleteOnTermination": "true"}
    ]
    theirs = [{"DeviceIndex": 0, "NetworkCardIndex": 1, "Groups": ["b", "a"], "DeleteOnTermination": True}]
    assert NETWORK_INTERFACES.encode(ours) == theirs
    assert NETWORK_INTERFACES.decode(theirs) == ours
    short = [{"networkCardIndex": 1, "securityGroups": ["a", "b"], "deleteOnTermination": True}]
    assert NETWORK_INTERFACES.canonical(ours) == NETWORK_INTERFACES.canonical(short)


def test_a_disk_that_stays_is_not_one_that_nobody_spoke_of():
    stays = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 80, "deleteOnTermination": "false"}}]
    left = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 80}}]
    assert BLOCK_DEVICES.canonical(stays) != BLOCK_DEVICES.canonical(left)
    assert BLOCK_DEVICES.encode(stays) == [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 80, "DeleteOnTermination": False}}
    ]
