"""What joins regions, as text: each object below the provider of the region it is in."""

import pulumi_aws as aws
import pytest

from components.failover_dns import FailoverDns, FailoverDnsArgs
from components.image_replication import ImageReplication, ImageReplicationArgs
from components.key_policy import KeyUser
from components.location import Location
from components.model_replication import ModelReplication, ModelReplicationArgs, StoreAt
from components.peering import PeeredNetwork, Peering, PeeringArgs
from components.replica_key import ReplicaKey, ReplicaKeyArgs
from tests.support.recording import difference, record

HERE = Location(region="us-east-1", account_id="111122223333")


def network(region, cidr):
    return PeeredNetwork(
        region=region,
        cidr=cidr,
        vpc_id=f"vpc-{region}",
        route_tables={"a": f"rtb-{region}-a", "b": f"rtb-{region}-b"},
        provider=aws.Provider(f"aws-{region}", region=region),
    )


def store(region):
    return StoreAt(
        region=region, bucket=f"models-{region}", bucket_arn=f"arn:{region}", key_arn=f"key:{region}"
    )


def dns(*regions):
    def program():
        FailoverDns(
            "prod-dns",
            FailoverDnsArgs(
                origin="dns",
                zone="ml.example.internal",
                names=["serving"],
                networks={region: f"vpc-{region}" for region in regions},
                provider=aws.Provider("aws", region=regions[0]),
            ),
        )

    return program


PROGRAMS = {
    "peering": lambda: Peering(
        "prod-peering-us-east-1-eu-west-1",
        PeeringArgs(
            origin="replicas",
            asking=network("us-east-1", "10.0.0.0/16"),
            accepting=network("eu-west-1", "10.1.0.0/16"),
        ),
    ),
    "image_replication": lambda: ImageReplication(
        "prod-image-replication",
        ImageReplicationArgs(
            origin="replicas",
            account_id="111122223333",
            prefix="prod/",
            regions=["eu-west-1", "ap-southeast-1"],
            provider=aws.Provider("aws", region="us-east-1"),
        ),
    ),
    "model_replication": lambda: ModelReplication(
        "prod-model-replication-us-east-1",
        ModelReplicationArgs(
            origin="replicas",
            location=HERE,
            source=store("us-east-1"),
            copies=[store("eu-west-1"), store("ap-southeast-1")],
            provider=aws.Provider("aws", region="us-east-1"),
        ),
    ),
    "failover_between_two": dns("us-east-1", "eu-west-1"),
    "failover_between_three": dns("us-east-1", "eu-west-1", "ap-southeast-1"),
    "replica_key": lambda: ReplicaKey(
        "prod-models-key",
        ReplicaKeyArgs(
            origin="encryption.kms",
            location=Location(region="eu-west-1", account_id="111122223333"),
            alias="prod-models",
            description="Models of prod",
            used_by=KeyUser.S3,
            deletion_window_days=30,
            primary_key_arn="arn:primary",
        ),
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_graph(program, golden):
    golden(record(PROGRAMS[program]).graph() + "\n")


def test_every_object_of_a_side_goes_through_the_provider_of_its_region():
    recording = record(PROGRAMS["peering"])
    regions = {each.urn: each.inputs["region"] for each in recording.of_type("aws")}
    where = {each.name: regions[each.provider.rpartition("::")[0]] for each in recording.objects}
    assert where == {
        "prod-peering-us-east-1-eu-west-1": "us-east-1",
        "prod-peering-us-east-1-eu-west-1-accepted": "eu-west-1",
        "prod-peering-us-east-1-eu-west-1-us-east-1-names": "us-east-1",
        "prod-peering-us-east-1-eu-west-1-eu-west-1-names": "eu-west-1",
        "prod-peering-us-east-1-eu-west-1-us-east-1-a": "us-east-1",
        "prod-peering-us-east-1-eu-west-1-us-east-1-b": "us-east-1",
        "prod-peering-us-east-1-eu-west-1-eu-west-1-a": "eu-west-1",
        "prod-peering-us-east-1-eu-west-1-eu-west-1-b": "eu-west-1",
    }


def test_a_third_region_takes_over_after_the_second():
    two, three = (
        record(dns("us-east-1", "eu-west-1")),
        record(dns("us-east-1", "eu-west-1", "ap-southeast-1")),
    )
    assert sorted(difference(two, three).splitlines()) == [
        "+ HealthCheck prod-dns-ap-southeast-1",
        "+ Record prod-dns-serving-beyond-eu-west-1",
        "+ Record prod-dns-serving-eu-west-1",
        "+ ZoneAssociation prod-dns-ap-southeast-1",
        "~ Record prod-dns-serving-beyond-us-east-1  (records)",
    ]
