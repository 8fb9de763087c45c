"""A moto server in this process with our additions, and clients that hold each answer against botocore's model."""

import itertools

import boto3
import pytest

from provisioner.local.conformity import breaches
from tests.support.moto_server import moto_server

NUMBERS = itertools.count(1)


class Cloud:
    """One account of the local cloud; what is called is noted in `called` as (service, operation)."""

    clients = {}

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.account = f"{next(NUMBERS):012d}"
        self.called = set()

    def client(self, service, region="us-east-1"):
        """A client of a service, in this account."""
        client = self.clients.get((self.endpoint, service, region))
        if client is None:
            keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
            client = boto3.client(service, region, endpoint_url=self.endpoint, **keys)
            self.clients[self.endpoint, service, region] = client
            client.meta.events.register("before-call", lambda **told: client.cloud.before(**told))
            client.meta.events.register("after-call", lambda **told: client.cloud.after(**told))
        client.cloud = self
        return client

    def before(self, model, params, **_):
        params["headers"]["x-moto-account-id"] = self.account

    def after(self, model, parsed, http_response, **_):
        self.called.add((model.service_model.service_name, model.name))
        if http_response.status_code < 300 and model.output_shape:
            told = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            assert not breaches(told, model.output_shape)

    def network(self, region="us-east-1", block="10.0"):
        """A network with two subnets in two zones: its id, and theirs."""
        ec2 = self.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock=f"{block}.0.0/16")["Vpc"]["VpcId"]
        places = [(f"{block}.{number}.0/24", f"{region}{zone}") for number, zone in enumerate("ab")]
        made = [ec2.create_subnet(VpcId=vpc, CidrBlock=at, AvailabilityZone=zone) for at, zone in places]
        return vpc, [one["Subnet"]["SubnetId"] for one in made]

    def role(self, name="node"):
        """The name of a role of the account; it need not exist."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    def cluster(self, name="one", region="us-east-1", **settings):
        """A new cluster in a network of its own: its description."""
        vpc, subnets = self.network(region)
        settings = {"accessConfig": {"authenticationMode": "API"}, **settings}
        network = {"subnetIds": subnets, **settings.pop("resourcesVpcConfig", {})}
        eks = self.client("eks", region)
        eks.create_cluster(name=name, roleArn=self.role("cluster"), resourcesVpcConfig=network, **settings)
        return eks.describe_cluster(name=name)["cluster"]


def code_of(call, **parameters):
    """The code with which a call is refused."""
    with pytest.raises(Exception) as refusal:
        call(**parameters)
    return refusal.value.response["Error"]["Code"]


@pytest.fixture
def refusal():
    """What tells the code with which a call is refused."""
    return code_of


@pytest.fixture(scope="session")
def moto_endpoint():
    """The address of a server that lives as long as the tests."""
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def cloud(moto_endpoint):
    """An account in which nothing exists."""
    return Cloud(moto_endpoint)
