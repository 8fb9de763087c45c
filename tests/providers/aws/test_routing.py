"""Routes change their target, associations their table, and NAT gateways let go of their addresses."""

import pytest

from provisioner.providers.interface import Identity, Refused
from tests.support.aws_cases import Case, Ref

VPC = Case("aws:ec2/vpc:Vpc", {"cidrBlock": "10.20.0.0/16"})
SUBNET = Case("aws:ec2/subnet:Subnet", {"vpcId": Ref("vpc"), "cidrBlock": "10.20.1.0/24"})
TABLE = Case("aws:ec2/routeTable:RouteTable", {"vpcId": Ref("vpc"), "tags": {"Name": "private"}})
OTHER = Case("aws:ec2/routeTable:RouteTable", {"vpcId": Ref("vpc"), "tags": {"Name": "other"}})
GATEWAY = Case("aws:ec2/internetGateway:InternetGateway", {"vpcId": Ref("vpc")})
ADDRESS = Case("aws:ec2/eip:Eip", {})
NAT = Case(
    "aws:ec2/natGateway:NatGateway",
    {"subnetId": Ref("subnet"), "allocationId": Ref("address")},
    needs={"vpc": VPC, "subnet": SUBNET, "address": ADDRESS},
)
ROUTE = Case(
    "aws:ec2/route:Route",
    {"routeTableId": Ref("table"), "destinationCidrBlock": "0.0.0.0/0", "gatewayId": Ref("gateway")},
    needs={"vpc": VPC, "table": TABLE, "gateway": GATEWAY},
)
ASSOCIATION = Case(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    {"subnetId": Ref("subnet"), "routeTableId": Ref("table")},
    needs={"vpc": VPC, "subnet": SUBNET, "table": TABLE, "other": OTHER},
)


def test_a_route_has_the_id_that_pulumi_aws_records_and_is_imported_by_either_form(provider, stage):
    """`r-<table><CRC-32 of the destination>`; Terraform's import form is `<table>_<destination>`."""
    route = stage.make(ROUTE)
    table = stage.made["table"].id
    assert route.id == f"r-{table}1080289494"
    for id in (route.id, f"{table}_0.0.0.0/0"):
        imported = provider.read(ROUTE.type, Identity(id))
        assert imported.id == route.id
        assert imported.inputs["routeTableId"] == table
    assert provider.read(ROUTE.type, Identity(f"r-{table}1")) is None


def test_a_route_changes_the_kind_of_its_target_in_place(provider, stage, client):
    route = stage.make(ROUTE)
    for label, need in (("subnet", SUBNET), ("address", ADDRESS)):
        stage.make(need, label)
    nat = stage.make(Case(NAT.type, NAT.inputs), "nat")
    wanted = stage.inputs(ROUTE, route.inputs, gatewayId=None, natGatewayId=nat.id)
    assert provider.diff(ROUTE.type, route, wanted).updates == ("gatewayId", "natGatewayId")
    changed = provider.update(ROUTE.type, route, wanted)
    assert (changed.outputs["gatewayId"], changed.outputs["natGatewayId"]) == ("", nat.id)


def test_a_route_that_somebody_redirects_is_put_back(provider, stage, client):
    route = stage.make(ROUTE)
    elsewhere = stage.make(Case(GATEWAY.type, {"tags": {"Name": "elsewhere"}}), "elsewhere")
    client("ec2").replace_route(
        RouteTableId=stage.made["table"].id, DestinationCidrBlock="0.0.0.0/0", GatewayId=elsewhere.id
    )
    seen = provider.read(ROUTE.type, Identity(route.id, route.inputs, route.outputs))
    assert provider.diff(ROUTE.type, seen, route.inputs).updates == ("gatewayId",)
    mended = provider.update(ROUTE.type, seen, route.inputs)
    assert mended.outputs["gatewayId"] == stage.made["gateway"].id


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        pytest.param({}, "it has none", id="no target"),
        pytest.param(
            {"gatewayId": "igw-1", "natGatewayId": "nat-1"},
            "it has gatewayId, natGatewayId",
            id="two targets",
        ),
    ],
)
def test_a_route_leads_to_exactly_one_target(provider, targets, said):
    written = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", **targets}
    [problem] = provider.check(ROUTE.type, "out", None, written, b"seed").problems
    assert problem.reason == f"a route leads to exactly one target; {said}"


@pytest.fixture
def calls(provider, monkeypatch):
    """The names of all calls made to AWS from now on."""
    made = []
    for way in ("call", "call_to_the_end"):
        ask = getattr(type(provider.scope), way)

        def noted(scope, service, op, send, ask=ask, **more):
            made.append(op)
            return ask(scope, service, op, send, **more)

        monkeypatch.setattr(type(provider.scope), way, noted)
    return made


def records(*made):
    return [Identity(one.id, one.inputs, one.outputs) for one in made]


def test_routes_of_many_tables_are_read_with_one_call(provider, stage, calls):
    out = stage.make(ROUTE)
    inside = stage.make(Case(ROUTE.type, {**ROUTE.inputs, "destinationCidrBlock": "10.99.0.0/16"}), "inside")
    stage.make(OTHER, "other")
    other = stage.make(Case(ROUTE.type, {**ROUTE.inputs, "routeTableId": Ref("other")}), "other_out")
    gone = Identity("rtb-0123456789abcdef0_0.0.0.0/0")
    calls.clear()
    seen = provider.read_all(ROUTE.type, [*records(out, inside, other), gone])
    assert calls == ["describe_route_tables"]
    assert seen == {**{one.id: one for one in (out, inside, other)}, gone.id: None}


def test_associations_of_many_subnets_are_read_with_one_call(provider, stage, calls):
    one = stage.make(ASSOCIATION)
    stage.make(Case(SUBNET.type, {**SUBNET.inputs, "cidrBlock": "10.20.2.0/24"}), "second")
    two = stage.make(Case(ASSOCIATION.type, {**ASSOCIATION.inputs, "subnetId": Ref("second")}), "it_too")
    stage.make(Case(SUBNET.type, {**SUBNET.inputs, "cidrBlock": "10.20.3.0/24"}), "third")
    gone = Identity("rtbassoc-0", {**one.inputs, "subnetId": stage.made["third"].id}, {})
    calls.clear()
    seen = provider.read_all(ASSOCIATION.type, [*records(one, two), gone])
    assert calls == ["describe_route_tables"]
    assert seen == {one.id: one, two.id: two, gone.id: None}


def test_a_subnet_moves_to_another_table_and_its_association_has_a_new_id(provider, stage):
    association = stage.make(ASSOCIATION)
    wanted = stage.inputs(ASSOCIATION, association.inputs, routeTableId=stage.made["other"].id)
    assert provider.diff(ASSOCIATION.type, association, wanted).updates == ("routeTableId",)
    moved = stage.made["it"] = provider.update(ASSOCIATION.type, association, wanted)
    assert moved.id != association.id
    assert moved.outputs["routeTableId"] == stage.made["other"].id


def test_a_subnet_that_somebody_moved_is_seen_and_moved_back(provider, stage, client):
    association = stage.make(ASSOCIATION)
    client("ec2").replace_route_table_association(
        AssociationId=association.id, RouteTableId=stage.made["other"].id
    )
    seen = provider.read(ASSOCIATION.type, Identity(association.id, association.inputs, association.outputs))
    assert provider.diff(ASSOCIATION.type, seen, association.inputs).updates == ("routeTableId",)
    back = provider.update(ASSOCIATION.type, association, association.inputs)
    assert back.id == seen.id
    back = provider.update(ASSOCIATION.type, seen, association.inputs)
    assert back.outputs["routeTableId"] == stage.made["table"].id


def test_an_association_that_got_a_new_id_is_deleted_all_the_same(provider, stage, client):
    association = stage.make(ASSOCIATION)
    client("ec2").replace_route_table_association(
        AssociationId=association.id, RouteTableId=stage.made["other"].id
    )
    provider.delete(ASSOCIATION.type, association)
    assert provider.read(ASSOCIATION.type, Identity(association.id, association.inputs)) is None


def test_an_association_is_imported_by_subnet_and_table(provider, stage):
    """That is how pulumi-aws imports it; its own id is good as well."""
    association = stage.make(ASSOCIATION)
    named = f"{association.inputs['subnetId']}/{association.inputs['routeTableId']}"
    for id in (named, association.id):
        imported = provider.read(ASSOCIATION.type, Identity(id))
        assert imported.id == association.id
        assert imported.inputs == {key: association.inputs[key] for key in ("subnetId", "routeTableId")}


def test_an_association_with_another_table_is_not_the_one_that_was_made(provider, stage):
    association = stage.make(ASSOCIATION)
    wanted = {**association.inputs, "routeTableId": stage.made["other"].id}
    assert provider.find(ASSOCIATION.type, wanted, ()) == []


def test_a_nat_gateway_gets_the_address_that_a_deleted_one_still_holds(provider, stage, client):
    nat = stage.make(NAT)
    client("ec2").delete_nat_gateway(NatGatewayId=nat.id)
    assert provider.read(NAT.type, Identity(nat.id, nat.inputs, nat.outputs)) is None
    again = stage.made["it"] = provider.create(NAT.type, nat.inputs)
    assert again.id != nat.id
    assert again.outputs["allocationId"] == stage.made["address"].id


def test_a_nat_gateway_does_not_take_an_address_in_use(provider, stage):
    nat = stage.make(NAT)
    with pytest.raises(Refused) as refusal:
        provider.create(NAT.type, nat.inputs)
    assert refusal.value.code == "Resource.AlreadyAssociated"


def test_a_nat_gateway_in_the_way_of_its_successor_goes_first(provider, stage):
    """Both would need the same address."""
    nat = stage.make(NAT)
    assert provider.diff(NAT.type, nat, {**nat.inputs, "subnetId": "subnet-1"}).delete_before_replace
    assert not provider.diff(
        NAT.type, nat, {**nat.inputs, "allocationId": "eipalloc-1"}
    ).delete_before_replace


@pytest.mark.parametrize(
    ("given", "property"),
    [
        pytest.param({}, "allocationId", id="a public gateway without an address"),
        pytest.param(
            {"connectivityType": "private", "allocationId": "eipalloc-1"},
            "allocationId",
            id="a private one with",
        ),
        pytest.param({"allocationId": "eipalloc-1", "vpcId": "vpc-1"}, "vpcId", id="a regional one"),
    ],
)
def test_a_nat_gateway_that_cannot_be_is_refused(provider, given, property):
    [problem] = provider.check(NAT.type, "nat", None, {"subnetId": "subnet-1", **given}, b"seed").problems
    assert problem.property == property


@pytest.mark.parametrize(
    ("given", "property"),
    [
        pytest.param({"subnetIds": ["subnet-1"]}, "subnetIds", id="a gateway endpoint with subnets"),
        pytest.param({"privateDnsEnabled": True}, "privateDnsEnabled", id="a gateway endpoint with names"),
        pytest.param(
            {"vpcEndpointType": "Interface", "routeTableIds": ["rtb-1"]},
            "routeTableIds",
            id="an interface endpoint with routes",
        ),
        pytest.param({"vpcEndpointType": "GatewayLoadBalancer"}, "vpcEndpointType", id="another kind"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(provider, given, property):
    written = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.us-east-1.s3", **given}
    [problem] = provider.check("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", None, written, b"seed").problems
    assert problem.property == property


def test_an_internet_gateway_killed_before_it_was_attached_is_attached_by_the_next_run(
    provider, stage, client
):
    gateway = stage.make(Case(GATEWAY.type, GATEWAY.inputs, needs={"vpc": VPC}))
    client("ec2").detach_internet_gateway(InternetGatewayId=gateway.id, VpcId=gateway.inputs["vpcId"])
    [id] = provider.find(GATEWAY.type, gateway.inputs, ())
    found = provider.read(GATEWAY.type, Identity(id, gateway.inputs))
    assert provider.diff(GATEWAY.type, found, gateway.inputs).updates == ("vpcId",)
    assert provider.update(GATEWAY.type, found, gateway.inputs).outputs["vpcId"] == gateway.inputs["vpcId"]
