"""On `cloud: aws` the account is checked before anything else, and `--yes` never agrees to the loss of data.

AWS is moto here: the address is given as a person would give one, in a variable, and so are the credentials.
"""

import pytest

from tests.e2e.product import Product

ACCOUNT = "123456789012"
"""moto's."""

ENVIRONMENT = """\
extends: base.yaml
name: small
cloud: aws
account: {{id: "{account}"}}
region: us-east-1
network: {{vpc: {vpc}, private_subnets: [{subnets}]}}
registry: {{repositories: [serving, training]}}
"""


def small(cloud, account=ACCOUNT):
    """An environment in the network that every account has."""
    subnets = [subnet for subnet in cloud.ec2("describe_subnets", "Subnets") if subnet["DefaultForAz"]][:2]
    ids = ", ".join(subnet["SubnetId"] for subnet in subnets)
    return ENVIRONMENT.format(account=account, vpc=subnets[0]["VpcId"], subnets=ids)


@pytest.fixture
def calls(cloud, product):
    """What the cloud was asked while the test ran; commands are sent to it."""
    product.variables = variables(cloud.endpoint)
    product.written("small", small(cloud))
    cloud.calls.clear()
    return cloud.calls


def variables(endpoint):
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "person", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.mark.parametrize("command", ["plan", "plan --refresh", "apply --yes", "destroy --yes"])
def test_credentials_of_another_account_stop_before_the_first_call(command, product, cloud, calls):
    """Nothing is asked but whose the credentials are."""
    product.written("small", small(cloud, account="999999999999"))
    calls.clear()
    verb, _, options = command.partition(" ")
    ran = product(f"{verb} small {options}", code=5)
    assert "account 999999999999, and your credentials belong to 123456789012" in ran.err
    assert calls == ["GetCallerIdentity"]
    assert not (product.folder / ".provisioner/state").exists()


def test_the_account_is_the_first_question(product, calls):
    """Of a plan with the right credentials, which then changes nothing."""
    product("plan small --detailed-exitcode", code=2)
    assert calls[0] == "GetCallerIdentity"
    assert all(call.startswith(("Get", "Describe", "List")) for call in calls)


def test_without_credentials_a_plan_says_what_was_not_checked(product, calls):
    """An apply goes no further."""
    product.variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true"}
    ran = product("apply small --yes", code=5)
    assert "RUN-023" in ran.err
    assert calls == []


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """An environment on `cloud: aws` that was applied, in a cloud of its own."""
    product = Product(tmp_path_factory.mktemp("small") / "checkout")
    try:
        product("local start")
        cloud = product.cloud
        product.variables = variables(cloud.endpoint)
        product.written("small", small(cloud))
        product("apply small --yes")
        yield product, cloud
    finally:
        product.close()


def test_what_was_applied_is_there(settled):
    """By the person's own credentials, at the endpoint that the person has set."""
    product, cloud = settled
    product("plan small --detailed-exitcode")
    product("plan small --refresh --detailed-exitcode")
    assert cloud.objects("aws:ecr/repository:Repository") == ["small/serving", "small/training"]


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_yes_does_not_agree_to_the_loss_of_data(command, settled):
    """A repository less, or all of it: nothing has changed afterwards, not even what could go."""
    product, cloud = settled
    product.written("small", small(cloud).replace("[serving, training]", "[serving]"))
    before = cloud.census()
    ran = product(f"{command} small --yes", code=4)
    assert "aws:ecr:Repository small-images-training: its images" in ran.err
    assert "aws:ecr:Repository small-images-training" in ran.out
    assert cloud.census() == before
    product.written("small", small(cloud))
    product("plan small --refresh --detailed-exitcode")
