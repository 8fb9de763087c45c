"""What needs two regions: peering from one to the other, a key that is at home in both."""

from provisioner.providers.interface import Identity
from tests.support.aws_cases import Case, Ref

HERE = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.20.0.0/16"})
THERE = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.21.0.0/16", "region": "eu-west-1"})
REQUEST = Case(
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    {"vpcId": Ref("here"), "peerVpcId": Ref("there"), "peerRegion": "eu-west-1", "tags": {"Name": "request"}},
    needs={"here": HERE, "there": THERE},
)
ACCEPTANCE = Case(
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
    {
        "vpcPeeringConnectionId": Ref("request"),
        "autoAccept": True,
        "region": "eu-west-1",
        "tags": {"Name": "accepted"},
    },
    needs={"request": REQUEST},
)
PRIMARY = Case(
    "aws:kms/key:Key", {"multiRegion": True, "deletionWindowInDays": 7, "tags": {"Name": "models"}}
)
REPLICA = Case(
    "aws:kms/replicaKey:ReplicaKey",
    {"primaryKeyArn": Ref("primary", "arn"), "region": "eu-west-1", "deletionWindowInDays": 7},
    needs={"primary": PRIMARY},
)


def test_a_request_waits_and_the_other_region_accepts_it(provider, stage):
    """Before that the acceptance is not there; after it the request is active on both sides."""
    request = stage.make(REQUEST, "request")
    assert request.outputs["acceptStatus"] == "pending-acceptance"
    inputs = stage.inputs(Case(ACCEPTANCE.type, ACCEPTANCE.inputs))
    assert provider.find(ACCEPTANCE.type, inputs, ()) == []
    accepted = stage.make(Case(ACCEPTANCE.type, ACCEPTANCE.inputs), "accepted")
    assert accepted.outputs["acceptStatus"] == "active"
    assert provider.find(ACCEPTANCE.type, inputs, ()) == [request.id]
    seen = provider.read(REQUEST.type, Identity(request.id, request.inputs, request.outputs))
    assert seen.outputs["acceptStatus"] == "active"
    assert not provider.diff(REQUEST.type, seen, request.inputs)


def test_each_side_of_a_connection_has_tags_of_its_own(provider, stage):
    accepted = stage.make(ACCEPTANCE)
    request = stage.made["request"]
    seen = provider.read(REQUEST.type, Identity(request.id, request.inputs, request.outputs))
    assert (seen.outputs["tags"]["Name"], accepted.outputs["tags"]["Name"]) == ("request", "accepted")


def test_a_connection_that_was_accepted_by_hand_is_not_accepted_twice(provider, stage):
    request = stage.make(REQUEST, "request")
    europe = provider.scope.clients.client("ec2", "eu-west-1")
    europe.accept_vpc_peering_connection(VpcPeeringConnectionId=request.id)
    accepted = stage.make(Case(ACCEPTANCE.type, ACCEPTANCE.inputs), "accepted")
    assert accepted.outputs["acceptStatus"] == "active"


def test_a_connection_that_is_deleted_on_the_other_side_is_gone(provider, stage):
    accepted = stage.make(ACCEPTANCE)
    europe = provider.scope.clients.client("ec2", "eu-west-1")
    europe.delete_vpc_peering_connection(VpcPeeringConnectionId=accepted.id)
    for case, made in ((REQUEST, stage.made["request"]), (ACCEPTANCE, accepted)):
        assert provider.read(case.type, Identity(made.id, made.inputs, made.outputs)) is None


def test_a_replica_has_the_id_of_its_primary_and_a_life_of_its_own(provider, stage):
    replica = stage.make(REPLICA)
    primary = stage.made["primary"]
    assert replica.id == primary.id
    assert replica.outputs["arn"] == primary.outputs["arn"].replace("us-east-1", "eu-west-1")
    assert replica.outputs["region"] == "eu-west-1"
    provider.delete(REPLICA.type, replica)
    assert provider.read(REPLICA.type, Identity(replica.id, replica.inputs, replica.outputs)) is None
    assert provider.read(PRIMARY.type, Identity(primary.id, primary.inputs, primary.outputs)) is not None
