"""The foundation of an environment: its provider, what its settings leave in and out, and somebody else's network."""

import functools
import json
import re

from environments.load import find
from stacks.layers import LAYERS
from tests.support.recording import record

(FOUNDATION,) = [layer for layer in LAYERS if layer.name == "foundation"]


@functools.cache
def foundation(environment):
    return record(FOUNDATION.program(), stack=f"{environment}.us-east-1")


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


def test_further_keys_are_those_that_the_file_names(tmp_path):
    def keys(further):
        file = tmp_path / "here.yaml"
        settings = f"extends: {find('local').resolve()}\nname: local\n"
        file.write_text(f"{settings}encryption: {{kms: {{further: {further}}}}}\n")
        recording = record(
            FOUNDATION.program(), stack="local.us-east-1", config={"provisioner:file": str(file)}
        )
        return {*recording.outputs["keyArns"]}

    assert keys("[datasets, secrets, state]") - keys("[]") == {"datasets", "secrets", "state"}
    assert "state" not in keys("[datasets]")
