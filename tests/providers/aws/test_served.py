"""AWS drivers served over Pulumi's provider protocol: what the engine records is what it is told the next time."""

import json

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.aws.package import check_account
from provisioner.providers.protocol.serving import served
from tests.providers.aws.conftest import DEFAULT_TAGS, PROVIDER
from tests.support.protocol_client import Recorded, connected

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
        ],
    }
)
REPOSITORY = "aws:ecr/repository:Repository"
OBJECTS = {
    "aws:ec2/vpc:Vpc": {"cidrBlock": "10.77.0.0/16", "tags": {"Name": "served"}},
    "aws:iam/role:Role": {"assumeRolePolicy": TRUST},
    REPOSITORY: {"imageScanningConfiguration": {"scanOnPush": True}},
}


@pytest.fixture(scope="module")
def port(package):
    with served(package, check_account) as port:
        yield port


@pytest.fixture
def client(port):
    with connected(port, **PROVIDER) as client:
        client.name = "served"
        yield client


@pytest.mark.parametrize("type", OBJECTS)
def test_after_it_is_made_nothing_is_to_do(client, type):
    client.type = type
    made = client.made(OBJECTS[type])
    try:
        again, _ = client.check(OBJECTS[type], olds=made.inputs)
        assert again == made.inputs
        assert client.diff(made, again).changes == pb.DiffResponse.DIFF_NONE
        assert client.read(made) == made
        assert made.outputs["tagsAll"].items() >= DEFAULT_TAGS.items()
    finally:
        client.delete(made)
    assert client.read(made) is None


def test_what_a_preview_knows_is_what_comes(client):
    client.type = REPOSITORY
    inputs, _ = client.check({})
    planned = client.create(inputs, preview=True)
    made = client.create(inputs)
    try:
        assert planned.outputs["repositoryUrl"] is UNKNOWN
        known = {name: value for name, value in planned.outputs.items() if value is not UNKNOWN}
        assert {name: made.outputs[name] for name in known} == known
    finally:
        client.delete(made)


def test_a_secret_tag_stays_secret_wherever_it_shows(client):
    client.type = REPOSITORY
    made = client.made({"tags": {"pw": Secret("correct horse"), "a": "b"}})
    try:
        assert made.inputs["tags"] == {"pw": Secret("correct horse"), "a": "b"}
        assert made.outputs["tagsAll"] == Secret({**DEFAULT_TAGS, "pw": "correct horse", "a": "b"})
        assert client.read(made) == made
    finally:
        client.delete(made)


def test_an_import_and_the_program_that_leaves_the_name_open(client):
    client.type = REPOSITORY
    made = client.made({"name": "somebody-elses"})
    try:
        imported = client.read(Recorded(made.id, {}, {}))
        checked, _ = client.check({}, olds=imported.inputs)
        assert (checked["name"], imported.outputs) == ("somebody-elses", made.outputs)
    finally:
        client.delete(made)


def test_the_provider_of_another_account_does_not_act(port):
    with connected(port) as client, pytest.raises(grpc.RpcError) as refused:
        client.configure(region="us-east-1", allowedAccountIds='["999999999999"]')
    assert refused.value.details() == (
        "the credentials belong to account 123456789012, and the provider allows only 999999999999"
    )
