"""A Pulumi program for AWS as people write it: no provider of its own, its region from the configuration."""

import json

import pytest

from provisioner.backends.kms import KmsKey
from provisioner.engine.embedded.cloud_sealer import CloudSealer
from provisioner.plan.values import Secret
from provisioner.projects.running import Action, How, run_project
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Clients, Connection, Credentials, region_around
from provisioner.providers.interface import Refused
from tests.support.moto_server import moto_server

PROGRAM = """
import pulumi
import pulumi_aws as aws

zones = aws.get_availability_zones()
network = aws.ec2.Vpc("shop", cidr_block="10.30.0.0/16", tags={"Name": "shop"})
subnets = [
    aws.ec2.Subnet(f"shop-{n}", vpc_id=network.id, cidr_block=f"10.30.{n}.0/24", availability_zone=zone)
    for n, zone in enumerate(zones.names[:2])
]
pulumi.export("network", network.id)
pulumi.export("subnets", [subnet.id for subnet in subnets])
pulumi.export("tags", network.tags_all)
"""


@pytest.fixture(scope="module")
def cloud():
    with moto_server() as address:
        yield address


@pytest.fixture
def aws(shop, cloud, monkeypatch):
    """The project, with AWS around it as its own tools find it."""
    for name, value in (("ENDPOINT_URL", cloud), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    shop.write("Pulumi.yaml", "name: shop\nruntime: python\nconfig: {'aws:region': eu-central-1}\n")
    shop.write("Pulumi.dev.yaml", "config: {'aws:defaultTags': {tags: {owner: ann}}}\n")
    shop.program(PROGRAM)
    return shop


def done(shop, action, **how):
    """What is done with our own drivers."""
    ran = run_project(shop.folder, "dev", Action(action), How(**how))
    assert ran.failure is None
    return ran


def test_it_is_made_found_unchanged_and_removed(aws):
    made = done(aws, "up")
    assert made.applied.counts == {"create": 5}
    assert made.outputs["tags"] == {"Name": "shop", "owner": "ann"}
    urns = [record["urn"] for record in made.deployment["deployment"]["resources"]]
    assert "urn:pulumi:dev::shop::pulumi:providers:aws::default_7_51_1" in urns
    assert {op for op, _ in done(aws, "preview", refresh=True).steps} == {"same"}
    assert done(aws, "destroy").applied.counts == {"delete": 5}


def test_a_provider_without_a_region_is_where_the_surroundings_say(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    package = AwsPackage(Connection(), region_around)
    assert package.configure({}).scope.region == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert package.configure({}).scope.region == "eu-west-3"
    assert package.configure({"region": "eu-west-1"}).scope.region == "eu-west-1"


def test_nobody_guesses_a_region():
    with pytest.raises(Refused):
        AwsPackage(Connection(), region_around).configure({})


def test_configuration_sealed_under_a_key_of_aws_kms(aws, cloud):
    credentials = Credentials("x", "x")
    client = Clients(Connection(cloud, credentials)).client("kms", "eu-central-1")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    url = f"awskms://{key}?region=eu-central-1&endpoint={cloud}"
    sealer = CloudSealer(KmsKey(url, "dev", lambda: client), url)
    sealed = sealer.seal("s3cret")
    said = {
        "secretsprovider": url,
        "encryptedkey": sealer.state()["state"]["encryptedkey"],
        "config": {"shop:password": {"secure": sealed}},
    }
    aws.write("Pulumi.dev.yaml", json.dumps(said))
    aws.program("import pulumi\npulumi.export('password', pulumi.Config().require_secret('password'))\n")
    ran = done(aws, "up")
    assert ran.outputs == {"password": Secret("s3cret")}
    # The state's first secret is sealed under the key that the stack's own file names.
    assert ran.deployment["deployment"]["secrets_providers"] == sealer.state()
