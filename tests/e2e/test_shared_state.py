"""Two engineers and a CI job on one environment: its state is in a bucket, its secrets under a key of KMS."""

import json
import shutil

import botocore.session
import pytest

from tests.e2e.census import Cloud
from tests.e2e.product import Product
from tests.e2e.test_right_account import small, variables
from tests.support.moto_server import moto_server
from tests.support.one_at_a_time import OneAtATime

STATE = 'state: {backend: "s3://example-state/ml-platform", secrets: "awskms://alias/shared-state"}\n'


@pytest.fixture(scope="session")
def aws():
    """A bucket and a key for states: made once, in an account of moto's that other modules of a worker share."""
    with moto_server(OneAtATime) as endpoint:
        cloud = Cloud(endpoint)
        keys = {"aws_access_key_id": "person", "aws_secret_access_key": "secret"}
        session = botocore.session.Session()
        s3 = session.create_client("s3", "us-east-1", endpoint_url=cloud.endpoint, **keys)
        s3.create_bucket(Bucket="example-state")
        kms = session.create_client("kms", "us-east-1", endpoint_url=cloud.endpoint, **keys)
        kms.create_alias(AliasName="alias/shared-state", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        cloud.s3 = s3
        yield cloud


@pytest.fixture
def checkout(aws, tmp_path):
    """Makes checkouts of one environment on machines of their own."""

    def made(name, environment="small"):
        product = Product(tmp_path / name)
        product.variables = variables(aws.endpoint) | {"USER": name, "LOGNAME": name}
        product.written(environment, small(aws).replace("name: small", f"name: {environment}") + STATE)
        return product

    return made


def test_what_one_applies_the_other_sees_and_of_two_at_once_one_wins(aws, checkout):
    ann, ben = checkout("ann"), checkout("ben")
    racing = [each.started("apply small --yes") for each in (ann, ben)]
    ran = [each.ended(process) for each, process in zip((ann, ben), racing, strict=True)]
    codes = sorted(each.code for each in ran)
    assert codes in ([0, 6], [0, 0]), [each.said for each in ran]  # one may be done before the other begins
    for each in ran:
        if each.code == 6:
            assert "is being changed by" in each.err
            assert ", process " in each.err
    for each in (ann, ben):
        each("plan small --detailed-exitcode")
        each("state verify small")
    assert not (ann.folder / ".provisioner/state").exists()
    history = ben("state history small --json").json
    foundation = next(each for each in history["stacks"] if each["layer"] == "foundation")
    assert [each["version"] for each in foundation["versions"]] == [1]
    kept = aws.s3.get_object(
        Bucket="example-state", Key="ml-platform/.pulumi/stacks/foundation/small.us-east-1.json"
    )
    assert json.loads(kept["Body"].read())["checkpoint"]["stack"] == "organization/foundation/small.us-east-1"
    checked = ann("secrets check small").out
    assert "the first one is sealed with `awskms://alias/shared-state?region=us-east-1`" in checked
    assert "not locked" in ann("state unlock small").out
    assert "nothing was kept here" in ann("state push small").out
    shutil.rmtree(ann.folder)  # the laptop is lost
    ben("destroy small --yes", code=4)


def test_what_one_plans_the_other_carries_out(checkout):
    """Another folder, another name, a clone that has seen nothing of the environment; and only once."""
    ann, ben = checkout("ann", "kept"), checkout("ben", "kept")
    planned = ann("plan kept --out kept.plan").out
    shutil.copy(ann.folder / "kept.plan", ben.folder / "the.plan")
    assert planned.splitlines()[0] in ben("show the.plan").out
    ben("apply the.plan --yes")
    for each in (ann, ben):
        each("plan kept --detailed-exitcode")
    assert "RUN-050" in ann("apply kept.plan --yes", code=10).err


def test_without_the_bucket_nothing_is_begun_and_the_message_says_what_to_do(checkout):
    ann = checkout("ann")
    ann.setting("example-state", "nobodys-state", file="small")
    ran = ann("plan small", code=1)
    assert "RUN-070" in ran.err
    assert "make the bucket, or correct `state.backend`" in ran.err
