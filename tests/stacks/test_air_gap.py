"""The plan of the air-gapped environment, walked as a graph: nothing in it has a way to the internet."""

import base64
import dataclasses
import functools
import json
import re

import pulumi_aws as aws
import pytest

from environments.load import find, load
from environments.mirror import Mirror
from environments.needed_images import needed_images
from stacks.layers import LAYERS
from tests.support.environments import shipped
from tests.support.recording import Declared, record
from tests.support.ways_out import is_public, of_type, ways_out

MIRROR = "registry.corp.example"
ACCOUNT = "123456789012"


@functools.cache
def objects():
    return tuple(shipped("prod-airgap").objects)


def test_there_is_no_way_to_the_internet():
    assert ways_out(objects()) == []


def test_the_walk_finds_the_ways_of_a_connected_environment():
    found = ways_out(shipped("prod").objects)
    assert "InternetGateway(prod-network-internet) > internet" in found
    assert any(
        re.fullmatch(
            r"Subnet\(prod-network-private-a\) > RouteTable\(prod-network-private-a\)\.id > 0\.0\.0\.0/0 > "
            r"NatGateway\(prod-network-nat-a\)\.id > internet",
            way,
        )
        for way in found
    )


def test_a_route_to_an_internet_gateway_is_found():
    """The same program with one hole in it."""
    foundation = LAYERS[0].program()

    def leaking():
        foundation()
        gateway = aws.ec2.InternetGateway("leak", vpc_id="Vpc(prod-airgap-network-vpc).id")
        aws.ec2.Route(
            "leak",
            route_table_id="RouteTable(prod-airgap-network-private-b).id",
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
        )

    recording = record(
        leaking,
        stack="prod-airgap.eu-central-1",
        config={"provisioner:file": str(find("prod-airgap"))},
    )
    assert ways_out(recording.objects) == [
        "Subnet(prod-airgap-network-private-b) > RouteTable(prod-airgap-network-private-b).id > 0.0.0.0/0 > "
        "InternetGateway(leak).id > internet",
        "InternetGateway(leak) > internet",
    ]


def made(type, **inputs):
    return Declared(
        urn=f"urn:pulumi:x::x::{type}::leak",
        type=type,
        name="leak",
        parent="",
        inputs=inputs,
        provider="",
        is_component=False,
        read_id="",
        depends_on=frozenset(),
    )


TABLE = "RouteTable(prod-airgap-network-private-a).id"
ADDED = {
    "nat": made(
        "aws:ec2/route:Route", routeTableId=TABLE, destinationCidrBlock="0.0.0.0/0", natGatewayId="nat-1"
    ),
    "half_the_internet": made(
        "aws:ec2/route:Route",
        routeTableId=TABLE,
        destinationCidrBlock="128.0.0.0/1",
        networkInterfaceId="eni-1",
    ),
    "ipv6": made(
        "aws:ec2/route:Route",
        routeTableId=TABLE,
        destinationIpv6CidrBlock="::/0",
        egressOnlyGatewayId="eigw-1",
    ),
    "address": made("aws:ec2/eip:Eip", domain="vpc"),
    "rule": made(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        securityGroupId="sg-1",
        cidrIpv4="0.0.0.0/0",
    ),
    "group": made("aws:ec2/securityGroup:SecurityGroup", egress=[{"cidrBlocks": ["52.0.0.0/8"]}]),
    "endpoint_without_policy": made(
        "aws:ec2/vpcEndpoint:VpcEndpoint", serviceName="com.amazonaws.eu-central-1.ssm"
    ),
    "pull_through": made(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule", upstreamRegistryUrl="registry.k8s.io"
    ),
    "public_zone": made("aws:route53/zone:Zone", name="example.com"),
}


@pytest.mark.parametrize("added", ADDED)
def test_a_hole_that_is_added_is_found(added):
    assert len(ways_out([*objects(), ADDED[added]])) == 1


CHANGED = {
    "a public cluster": ("Cluster", {"vpcConfig": {"controlPlaneEgressMode": "CUSTOMER_ROUTED"}}),
    "a control plane with AWS's way out": ("Cluster", {"vpcConfig": {"endpointPublicAccess": False}}),
    "a public database": ("Instance", {"publiclyAccessible": True}),
    "public addresses": ("Subnet", {"mapPublicIpOnLaunch": True}),
    "an endpoint for everybody": (
        "VpcEndpoint",
        {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})},
    ),
    "names below everybody's": (
        "ResolverFirewallDomainList",
        {"domains": ["*.amazonaws.com", "*.example.com"]},
    ),
    "a rule for every name": (
        "ResolverFirewallRule",
        {"firewallDomainListId": "ResolverFirewallDomainList(prod-airgap-dns-firewall-everything).id"},
    ),
    "a firewall that is open when it is not well": (
        "ResolverFirewallConfig",
        {"firewallFailOpen": "ENABLED"},
    ),
    "a firewall of another network": ("ResolverFirewallRuleGroupAssociation", {"vpcId": "vpc-1"}),
    "an endpoint to everybody's buckets": (
        "VpcEndpoint",
        {
            "policy": json.dumps(
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "s3:PutObject",
                            "Resource": "*",
                            "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
                        }
                    ]
                }
            )
        },
    ),
}


@pytest.mark.parametrize("changed", CHANGED)
def test_a_hole_that_is_torn_is_found(changed):
    type, inputs = CHANGED[changed]
    victim = of_type(objects(), type)[0]
    torn = dataclasses.replace(victim, inputs={**victim.inputs, **inputs})
    assert len(ways_out([torn if each is victim else each for each in objects()])) == 1


def test_every_service_in_use_has_an_endpoint_in_every_zone():
    """What asks for which: EKS user guide on private clusters; each line is an object that cannot do without."""
    needs = {
        "Cluster": {"eks", "ec2", "ecr.api", "ecr.dkr", "sts", "logs", "elasticloadbalancing"},
        "PodIdentityAssociation": {"eks-auth"},
        "NodeGroup": {"autoscaling"},
        "Key": {"kms"},
        "Instance": {"secretsmanager"},
        "FileSystem": {"elasticfilesystem"},
    }
    endpoints = of_type(objects(), "VpcEndpoint")
    reached = {
        each.inputs["serviceName"].removeprefix("com.amazonaws.eu-central-1."): each for each in endpoints
    }
    wanted = set().union(*(services for type, services in needs.items() if of_type(objects(), type)))
    assert wanted | {"s3"} == reached.keys()
    zones = [f"Subnet(prod-airgap-network-private-{letter}).id" for letter in "abc"]
    tables = [f"RouteTable(prod-airgap-network-private-{letter}).id" for letter in "abc"]
    for service, endpoint in reached.items():
        places = (
            (endpoint.inputs.get("routeTableIds"), tables)
            if service == "s3"
            else (
                endpoint.inputs.get("subnetIds"),
                zones,
            )
        )
        assert places[0] == places[1]


def test_every_endpoint_in_use_has_its_names_answered():
    """Private DNS names of endpoints, as EC2's `DescribeVpcEndpointServices` tells them for the region."""
    (allowed,) = [
        each.inputs["domains"]
        for each in of_type(objects(), "ResolverFirewallDomainList")
        if each.name.endswith("-allowed")
    ]
    assert allowed == [
        "*.dkr.ecr.eu-central-1.amazonaws.com",
        "*.efs.eu-central-1.amazonaws.com",
        "*.eu-central-1.compute.internal",
        "*.eu-central-1.eks.amazonaws.com",
        "*.eu-central-1.rds.amazonaws.com",
        "*.s3.eu-central-1.amazonaws.com",
        "api.ecr.eu-central-1.amazonaws.com",
        "autoscaling.eu-central-1.amazonaws.com",
        "ec2.eu-central-1.amazonaws.com",
        "eks-auth.eu-central-1.api.aws",
        "eks.eu-central-1.amazonaws.com",
        "elasticfilesystem.eu-central-1.amazonaws.com",
        "elasticloadbalancing.eu-central-1.amazonaws.com",
        "kms.eu-central-1.amazonaws.com",
        "logs.eu-central-1.amazonaws.com",
        MIRROR,
        "s3.eu-central-1.amazonaws.com",
        "secretsmanager.eu-central-1.amazonaws.com",
        "sts.eu-central-1.amazonaws.com",
    ]


def test_every_node_starts_without_asking_anybody_outside():
    templates = of_type(objects(), "LaunchTemplate")
    assert len(templates) == 3
    for template in templates:
        text = base64.b64decode(template.inputs["userData"]).decode()
        spec = json.loads(text.partition("application/node.eks.aws\n\n")[2].partition("\n\n--//")[0])["spec"]
        assert set(spec["cluster"]) == {"name", "apiServerEndpoint", "certificateAuthority", "cidr"}
        hosts = set(re.findall(r"https://([^/\"]+)", text))
        assert hosts == {MIRROR}
        assert re.findall(r"\b(curl|wget|dnf|yum|pip|apt)\b", text) == []


def test_nodes_open_connections_to_private_addresses_and_to_s3_only():
    rules = [
        each.inputs.get("cidrIpv4") or each.inputs.get("prefixListId") or "nodes"
        for each in of_type(objects(), "SecurityGroupEgressRule")
        if each.name.startswith("prod-airgap-nodes")
    ]
    assert sorted(rules) == [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "VpcEndpoint(prod-airgap-endpoints-s3).prefixListId",
        "nodes",
    ]


@pytest.mark.parametrize(
    ("block", "public"),
    [
        ("10.0.0.0/8", False),
        ("10.0.0.0/7", True),
        ("172.16.0.0/12", False),
        ("172.0.0.0/8", True),
        ("0.0.0.0/0", True),
        ("::/0", True),
        (None, True),
        ("pl-12345678", True),
    ],
)
def test_public_blocks_are_known(block, public):
    assert is_public(block) is public


REFERENCE = re.compile(rf"{re.escape(MIRROR)}/[a-z0-9./_-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{{64}})?")


def delivered():
    """All that is in its clusters, as one text."""
    return json.dumps([each.inputs for each in objects() if each.type.startswith("kubernetes:")])


def test_everything_that_the_lock_has_to_say_is_told_to_what_starts_it():
    """An image by its reference or by its tag, where a chart puts the two together; a chart by its digest."""
    found, text = load(find("prod-airgap")), delivered()
    needed = [each for each in needed_images(found.environment) if not each.has_digest]
    mirror = Mirror(host=MIRROR, digests=found.digests)
    assert [each.name for each in needed if mirror.digest(each.name) not in text] == []
    assert len(set(found.digests.values())) == len(found.digests) == len(needed)


def test_every_image_of_a_pod_has_its_digest():
    text = [
        json.dumps(each.inputs)
        for each in objects()
        if each.short_type in ("InferenceService", "ServingRuntime", "EC2NodeClass")
    ]
    named = {reference for each in text for reference in REFERENCE.findall(each)}
    assert len(named) >= 4
    assert {reference for reference in named if "@sha256:" not in reference} == set()


def test_charts_that_it_needs_are_those_that_it_has():
    sources = {each.inputs["spec"]["url"] for each in objects() if each.short_type == "OCIRepository"}
    needed = needed_images(load(find("prod-airgap")).environment)
    charts = {each.name.rpartition(":")[0] for each in needed if each.kind == "chart"}
    assert sources == {f"oci://{MIRROR}/{each}" for each in charts}
