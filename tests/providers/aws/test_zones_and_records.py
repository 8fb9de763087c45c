"""Route 53: zones that are ours and no others, records under any spelling of their name, one record for another."""

import pytest

from provisioner.providers.aws.special.record import full_name, record_id
from provisioner.providers.interface import Identity, Refused
from tests.support.aws_cases import Case, Ref
from tests.support.aws_recorder import Recorder

VPC = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.20.0.0/16"})
ZONE = Case(
    "aws:route53/zone:Zone",
    {"name": "ml.example.test", "vpcs": [{"vpcId": Ref("here"), "vpcRegion": "us-east-1"}]},
    needs={"here": VPC},
)
A = Case(
    "aws:route53/record:Record",
    {"zoneId": Ref("zone"), "name": "inference", "type": "A", "ttl": 60, "records": ["10.20.0.5"]},
    needs={"zone": ZONE},
)


def told(client, zone):
    """What Route 53 says of a zone's own records, one line each."""
    records = client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return sorted(
        " ".join(
            (
                r["Name"],
                r["Type"],
                r.get("SetIdentifier", "-"),
                *(v["Value"] for v in r.get("ResourceRecords", ())),
            )
        )
        for r in records
        if r["Type"] not in ("NS", "SOA")
    )


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("inference", "inference.ml.example.test"),
        ("Inference.ML.example.test.", "inference.ml.example.test"),
        ("", "ml.example.test"),
        ("ml.example.test", "ml.example.test"),
        ("notml.example.test", "notml.example.test.ml.example.test"),
        (r"\052.models", "*.models.ml.example.test"),
    ],
)
def test_a_name_is_completed_within_its_zone(name, full):
    assert full_name(name, "ml.example.test.") == full


def test_an_id_is_the_one_that_pulumi_aws_records():
    plain = {"zoneId": "Z1", "name": "WWW.example.test.", "type": "A"}
    assert record_id(plain) == "Z1_www.example.test_A"
    assert record_id({**plain, "setIdentifier": "eu-west-1"}) == "Z1_www.example.test_A_eu-west-1"


def test_a_record_is_imported_by_its_id_and_knows_its_full_name(provider, stage):
    record = stage.make(A)
    zone = stage.made["zone"].id
    assert record.id == f"{zone}_inference_A"
    assert record.outputs["fqdn"] == "inference.ml.example.test"
    for id in (record.id, f"{zone}_inference.ml.example.test_A"):
        assert provider.read(A.type, Identity(id)).outputs["records"] == ["10.20.0.5"]
    assert provider.read(A.type, Identity(f"{zone}_inference_AAAA")) is None


def test_another_type_takes_the_place_of_the_record_in_one_batch(provider, stage, client):
    record = stage.make(A)
    zone = stage.made["zone"].id
    wanted = stage.inputs(A, record.inputs, type="CNAME", records=["other.ml.example.test"])
    assert provider.diff(A.type, record, wanted).updates == ("type", "records")
    stage.made["it"] = provider.update(A.type, record, wanted)
    assert stage.made["it"].id == f"{zone}_inference_CNAME"
    assert told(client, zone) == ["inference.ml.example.test. CNAME - other.ml.example.test"]


def test_an_exchange_that_was_never_reported_is_found_by_the_new_id(provider, stage):
    record = stage.make(A)
    wanted = stage.inputs(A, record.inputs, type="CNAME", records=["other.ml.example.test"])
    stage.made["it"] = provider.update(A.type, record, wanted)
    found = provider.read(A.type, Identity(record.id, wanted, record.outputs))
    assert (found.id, found.outputs["records"]) == (stage.made["it"].id, ["other.ml.example.test"])
    assert provider.read(A.type, Identity(record.id, record.inputs, record.outputs)) is None


def test_a_record_with_values_becomes_an_alias(provider, stage):
    record = stage.make(A)
    alias = {
        "zoneId": "Z35SXDOTRQ7X7K",
        "name": "one.us-east-1.elb.amazonaws.com",
        "evaluateTargetHealth": True,
    }
    wanted = stage.inputs(A, record.inputs, records=None, ttl=None, aliases=[alias])
    made = stage.made["it"] = provider.update(A.type, record, wanted)
    assert (made.outputs["records"], made.outputs["ttl"], made.outputs["aliases"]) == (None, None, [alias])


def test_two_records_of_one_name_are_two_objects(provider, stage, client):
    for region, role in (("us-east-1", "PRIMARY"), ("eu-west-1", "SECONDARY")):
        inputs = {**A.inputs, "setIdentifier": region, "failoverRoutingPolicies": [{"type": role}]}
        stage.make(Case(A.type, inputs, needs={} if role == "SECONDARY" else A.needs), region)
    zone = stage.made["zone"].id
    provider.delete(A.type, stage.made["us-east-1"])
    assert told(client, zone) == ["inference.ml.example.test. A eu-west-1 10.20.0.5"]
    assert provider.read(A.type, Identity(f"{zone}_inference_A_us-east-1")) is None


def test_a_record_that_somebody_else_made_is_not_taken_over(provider, stage, client):
    zone = stage.make(ZONE)
    stage.made["zone"] = zone
    value = {
        "Name": "inference.ml.example.test",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.9.9.9"}],
    }
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": value}]}
    client("route53").change_resource_record_sets(HostedZoneId=zone.id, ChangeBatch=batch)
    inputs = stage.inputs(A)
    assert provider.find(A.type, inputs, ()) == []
    with pytest.raises(Refused) as refusal:
        provider.create(A.type, inputs)
    assert refusal.value.code == "InvalidChangeBatch"
    overwritten = provider.create(A.type, {**inputs, "allowOverwrite": True})
    assert told(client, zone.id) == ["inference.ml.example.test. A - 10.20.0.5"]
    provider.delete(A.type, overwritten)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aliases": [{}]}, "a record has `records` and `ttl`, or else one of `aliases`"),
        ({"ttl": None}, "goes with `records`: an alias lives as long as what it points to"),
        ({"setIdentifier": "one"}, "goes with a routing policy, and every routing policy needs one"),
        (
            {
                "setIdentifier": "one",
                "weightedRoutingPolicies": [{"weight": 1}],
                "failoverRoutingPolicies": [{"type": "PRIMARY"}],
            },
            "a record has one routing policy; `failoverRoutingPolicies` is given, too",
        ),
    ],
)
def test_a_record_that_route_53_would_not_take_is_refused_before(provider, changes, said):
    inputs = {**A.inputs, "zoneId": "Z1", **changes}
    problems = provider.check(A.type, "thing", None, inputs, b"").problems
    assert [problem.reason for problem in problems] == [said]


def test_a_change_counts_when_all_servers_know_it():
    """The answer to a change is only that it has begun."""
    from provisioner.providers.aws.catalog.route53 import RECORD
    from provisioner.providers.aws.special.record import Records

    cloud = Recorder(
        get_hosted_zone={"HostedZone": {"Name": "example.test."}},
        change_resource_record_sets={"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}},
        get_change=[{"ChangeInfo": {"Status": "PENDING"}}, {"ChangeInfo": {"Status": "INSYNC"}}],
        list_resource_record_sets={
            "ResourceRecordSets": [
                {
                    "Name": "a.example.test.",
                    "Type": "A",
                    "TTL": 60,
                    "ResourceRecords": [{"Value": "10.0.0.1"}],
                }
            ]
        },
    )
    inputs = {"zoneId": "Z1", "name": "a", "type": "A", "ttl": 60, "records": ["10.0.0.1"]}
    made = Records(RECORD, cloud.scope()).create(inputs)
    assert made.id == "Z1_a_A"
    assert cloud.names() == [
        "get_hosted_zone",
        "change_resource_record_sets",
        "get_change",
        "get_change",
        "get_hosted_zone",
        "list_resource_record_sets",
    ]
    assert len(cloud.slept) == 1


def test_a_zone_that_somebody_else_made_is_not_ours(provider, stage, client):
    """The same name for another network, or with tags of their own."""
    for label in ("here", "there"):
        stage.make(VPC, label)
    inputs = stage.inputs(ZONE)
    theirs = client("route53").create_hosted_zone(
        Name="ml.example.test",
        CallerReference="somebody",
        HostedZoneConfig={"Comment": inputs["comment"], "PrivateZone": True},
        VPC={"VPCId": stage.made["there"].id, "VPCRegion": "us-east-1"},
    )["HostedZone"]["Id"]
    assert provider.find(ZONE.type, inputs, ()) == []
    client("route53").delete_hosted_zone(Id=theirs)


def test_a_zone_that_has_no_tags_yet_is_found_again(provider, stage, client):
    """We were stopped between making it and tagging it, with one of two networks."""
    for label in ("here", "there"):
        stage.make(VPC, label)
    both = [{"vpcId": stage.made[label].id, "vpcRegion": "us-east-1"} for label in ("here", "there")]
    inputs = stage.inputs(ZONE, vpcs=both)
    made = (
        client("route53")
        .create_hosted_zone(
            Name="ml.example.test",
            CallerReference="stopped",
            HostedZoneConfig={"Comment": inputs["comment"], "PrivateZone": True},
            VPC={"VPCId": both[0]["vpcId"], "VPCRegion": "us-east-1"},
        )["HostedZone"]["Id"]
        .removeprefix("/hostedzone/")
    )
    assert provider.find(ZONE.type, inputs, ()) == [made]
    seen = provider.read(ZONE.type, Identity(made))
    mended = provider.update(ZONE.type, seen, inputs)
    assert [vpc["vpcId"] for vpc in mended.outputs["vpcs"]] == [vpc["vpcId"] for vpc in both]
    assert mended.outputs["tagsAll"] == inputs["tagsAll"]
    provider.delete(ZONE.type, mended)


def test_a_zone_with_records_in_it_is_not_deleted_unless_it_may_be(provider, stage, client):
    stage.make(A)
    zone = stage.made["zone"]
    with pytest.raises(Refused) as refusal:
        provider.delete(ZONE.type, zone)
    assert refusal.value.code == "HostedZoneNotEmpty"
    assert "still holds records that are not ours, and `forceDestroy` is not set" in refusal.value.reason
    forced = provider.update(ZONE.type, zone, stage.inputs(ZONE, zone.inputs, forceDestroy=True))
    provider.delete(ZONE.type, forced)
    assert provider.read(ZONE.type, Identity(zone.id)) is None


def test_a_network_says_in_which_region_it_lies(provider):
    inputs = {"name": "ml.example.test", "vpcs": [{"vpcId": "vpc-1"}]}
    (problem,) = provider.check(ZONE.type, "thing", None, inputs, b"").problems
    assert problem.property == "vpcs[0].vpcRegion"


def test_all_records_of_a_zone_are_read_by_one_list_of_it(provider, stage):
    first = stage.make(A)
    others = [stage.make(Case(A.type, {**A.inputs, "name": name}), name) for name in ("b", "c", "d")]
    zone = provider.scope.clients.client("route53", "us-east-1")
    calls = []

    def count(model, **_):
        calls.append(model.name)

    zone.meta.events.register("before-call", count)
    records = [Identity(it.id, it.inputs, it.outputs) for it in (first, *others)]
    seen = provider.read_all(A.type, records)
    zone.meta.events.unregister("before-call", count)
    assert sorted(calls) == ["GetHostedZone", "ListResourceRecordSets"]
    assert None not in seen.values()
