"""EC2 in the local cloud: placement groups, reservations, launch templates, and networks that see each other."""

import pytest

TAGS = [{"Key": "pool", "Value": "gpu"}]


@pytest.fixture
def ec2(cloud):
    return cloud.client("ec2")


def names(found):
    return [group["GroupName"] for group in found["PlacementGroups"]]


def test_a_placement_group_is_found_by_name_tag_and_strategy(ec2):
    tagged = [{"ResourceType": "placement-group", "Tags": TAGS}]
    made = ec2.create_placement_group(GroupName="a", Strategy="cluster", TagSpecifications=tagged)[
        "PlacementGroup"
    ]
    ec2.create_placement_group(GroupName="b", Strategy="partition", PartitionCount=3)
    told = ec2.create_placement_group(GroupName="c", Strategy="spread")["PlacementGroup"]
    assert (told["SpreadLevel"], told["State"]) == ("rack", "available")
    assert made["GroupArn"].endswith(":placement-group/a")
    assert names(ec2.describe_placement_groups(GroupIds=[made["GroupId"]])) == ["a"]
    assert names(ec2.describe_placement_groups(Filters=[{"Name": "tag:pool", "Values": ["g*"]}])) == ["a"]
    assert names(ec2.describe_placement_groups(Filters=[{"Name": "strategy", "Values": ["partition"]}])) == [
        "b"
    ]
    ec2.delete_tags(Resources=[made["GroupId"]], Tags=TAGS)
    ec2.create_tags(Resources=[made["GroupId"]], Tags=[{"Key": "owner", "Value": "me"}])
    told = ec2.describe_placement_groups(GroupNames=["a"])["PlacementGroups"][0]
    assert told["Tags"] == [{"Key": "owner", "Value": "me"}]


def test_a_placement_group_is_refused_that_aws_would_refuse(ec2, refusal):
    ec2.create_placement_group(GroupName="a", Strategy="cluster")
    make = ec2.create_placement_group
    assert refusal(make, GroupName="a", Strategy="cluster") == "InvalidPlacementGroup.Duplicate"
    assert refusal(make, GroupName="b", Strategy="cluster", PartitionCount=2) == "InvalidParameterCombination"
    assert refusal(make, GroupName="b", Strategy="partition", PartitionCount=9) == "InvalidParameterValue"
    assert refusal(make, Strategy="cluster") == "MissingParameter"
    assert refusal(make, GroupName="b", DryRun=True) == "DryRunOperation"
    assert refusal(ec2.describe_placement_groups, GroupNames=["b"]) == "InvalidPlacementGroup.Unknown"
    assert refusal(ec2.delete_placement_group, GroupName="b") == "InvalidPlacementGroup.Unknown"


def test_a_reservation_is_changed_and_cancelled(ec2, refusal):
    what = {"InstanceType": "p5.48xlarge", "InstancePlatform": "Linux/UNIX", "InstanceCount": 2}
    place = {"AvailabilityZone": "us-east-1b"}
    made = ec2.create_capacity_reservation(**what, **place, ClientToken="t")["CapacityReservation"]
    which = {"CapacityReservationId": made["CapacityReservationId"]}
    again = ec2.create_capacity_reservation(**what, **place, ClientToken="t")["CapacityReservation"]
    assert again["CapacityReservationId"] == made["CapacityReservationId"]
    ec2.modify_capacity_reservation(**which, InstanceCount=4)
    ec2.cancel_capacity_reservation(**which)
    told = ec2.describe_capacity_reservations(Filters=[{"Name": "state", "Values": ["cancelled"]}])
    assert [one["TotalInstanceCount"] for one in told["CapacityReservations"]] == [0]
    assert (
        refusal(ec2.modify_capacity_reservation, **which, InstanceCount=1)
        == "InvalidCapacityReservationState"
    )
    elsewhere = {"AvailabilityZone": "eu-west-1a"}
    assert refusal(ec2.create_capacity_reservation, **what, **elsewhere) == "InvalidParameterValue"
    unknown = {"CapacityReservationId": "cr-00000000000000000"}
    assert refusal(ec2.cancel_capacity_reservation, **unknown) == "InvalidCapacityReservationId.NotFound"


def test_the_tags_of_a_template_are_not_those_of_its_instances(ec2):
    data = {"TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "i", "Value": "j"}]}]}
    tagged = [{"ResourceType": "launch-template", "Tags": TAGS}]
    made = ec2.create_launch_template(
        LaunchTemplateName="gpu", LaunchTemplateData=data, TagSpecifications=tagged
    )
    which = made["LaunchTemplate"]["LaunchTemplateId"]
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=which)["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"] == data
    ec2.create_tags(Resources=[which], Tags=[{"Key": "owner", "Value": "me"}])
    told = ec2.describe_launch_templates(Filters=[{"Name": "tag:owner", "Values": ["me"]}])["LaunchTemplates"]
    assert [one["Tags"] for one in told] == [[*TAGS, {"Key": "owner", "Value": "me"}]]


def test_a_template_that_is_not_there_is_not_found(ec2, refusal):
    none = "lt-00000000000000000"
    assert (
        refusal(ec2.describe_launch_templates, LaunchTemplateIds=[none]) == "InvalidLaunchTemplateId.NotFound"
    )
    assert refusal(ec2.delete_launch_template, LaunchTemplateId=none) == "InvalidLaunchTemplateId.NotFound"
    by_name = {"LaunchTemplateNames": ["none"]}
    assert refusal(ec2.describe_launch_templates, **by_name) == "InvalidLaunchTemplateName.NotFoundException"


@pytest.fixture
def peering(cloud):
    """A connection from us-east-1 to eu-west-1 that waits to be accepted."""
    ours, _ = cloud.network()
    theirs, _ = cloud.network("eu-west-1", "10.1")
    tags = [{"ResourceType": "vpc-peering-connection", "Tags": TAGS}]
    asked = cloud.client("ec2").create_vpc_peering_connection(
        VpcId=ours, PeerVpcId=theirs, PeerRegion="eu-west-1", TagSpecifications=tags
    )
    return asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]


def test_a_peering_is_accepted_in_the_other_region(cloud, peering, refusal):
    here, there = cloud.client("ec2"), cloud.client("ec2", "eu-west-1")
    which = {"VpcPeeringConnectionId": peering}
    assert refusal(here.accept_vpc_peering_connection, **which) == "OperationNotPermitted"
    told = there.accept_vpc_peering_connection(**which)["VpcPeeringConnection"]
    assert (told["RequesterVpcInfo"]["Region"], told["AccepterVpcInfo"]["Region"]) == (
        "us-east-1",
        "eu-west-1",
    )
    active = [{"Name": "status-code", "Values": ["active"]}]
    for region in (here, there):
        found = region.describe_vpc_peering_connections(Filters=active)["VpcPeeringConnections"]
        assert [one["VpcPeeringConnectionId"] for one in found] == [peering]
    third = cloud.client("ec2", "ap-southeast-1").describe_vpc_peering_connections
    assert third()["VpcPeeringConnections"] == []


def test_a_peering_has_tags_of_its_own_in_each_region(cloud, peering):
    here, there = cloud.client("ec2"), cloud.client("ec2", "eu-west-1")
    there.create_tags(Resources=[peering], Tags=[{"Key": "side", "Value": "accepter"}])
    tags = [
        one.describe_vpc_peering_connections()["VpcPeeringConnections"][0]["Tags"] for one in (here, there)
    ]
    assert tags == [TAGS, [{"Key": "side", "Value": "accepter"}]]


def test_each_side_of_a_peering_sets_its_own_options(cloud, peering, refusal):
    here, there = cloud.client("ec2"), cloud.client("ec2", "eu-west-1")
    which, resolve = {"VpcPeeringConnectionId": peering}, {"AllowDnsResolutionFromRemoteVpc": True}
    ours, theirs = (
        {"RequesterPeeringConnectionOptions": resolve},
        {"AccepterPeeringConnectionOptions": resolve},
    )
    change = here.modify_vpc_peering_connection_options
    assert refusal(change, **which, **ours) == "OperationNotPermitted"  # not active yet
    there.accept_vpc_peering_connection(**which)
    assert refusal(change, **which, **theirs) == "OperationNotPermitted"
    change(**which, **ours)
    told = there.describe_vpc_peering_connections()["VpcPeeringConnections"][0]
    options = [
        told[side]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"]
        for side in ("RequesterVpcInfo", "AccepterVpcInfo")
    ]
    assert options == [True, False]


@pytest.mark.parametrize("target", ["UserIdGroupPairs", "PrefixListIds", "IpRanges"])
def test_every_rule_of_a_group_keeps_its_description(cloud, ec2, refusal, target):
    vpc, _ = cloud.network()
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    to = {
        "UserIdGroupPairs": {"GroupId": group},
        "PrefixListIds": {"PrefixListId": "pl-0123456789abcdef0"},
        "IpRanges": {"CidrIp": "10.0.0.0/16"},
    }[target]

    def rule(text):
        return [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, target: [{**to, "Description": text}]}]

    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule("peers"))
    which = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    (told,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[which])["SecurityGroupRules"]
    assert told["Description"] == "peers"
    again = {"GroupId": group, "IpPermissions": rule("others")}
    assert refusal(ec2.authorize_security_group_ingress, **again) == "InvalidPermission.Duplicate"
    ec2.revoke_security_group_ingress(**again)
    assert not ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]


def test_a_gateway_stays_while_public_addresses_are_mapped_in_its_network(cloud, ec2, refusal):
    vpc, (subnet, _) = cloud.network()
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    both = {"InternetGatewayId": gateway, "VpcId": vpc}
    ec2.attach_internet_gateway(**both)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    assert refusal(ec2.detach_internet_gateway, **both) == "DependencyViolation"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    other = ec2.allocate_address(Domain="vpc")["AllocationId"]
    mapped = ec2.associate_address(AllocationId=other, NetworkInterfaceId=interface)["AssociationId"]
    assert refusal(ec2.detach_internet_gateway, **both) == "DependencyViolation"
    ec2.disassociate_address(AssociationId=mapped)
    ec2.detach_internet_gateway(**both)
    assert refusal(ec2.detach_internet_gateway, **both) == "Gateway.NotAttached"


def test_an_object_has_the_tags_that_describe_tags_tells(cloud, ec2):
    vpc, subnets = cloud.network()
    for number, id in enumerate((vpc, *subnets)):
        ec2.create_tags(Resources=[id], Tags=[{"Key": f"key-{number}", "Value": id}, *TAGS])
    told = {
        vpc: ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"],
        **{each["SubnetId"]: each["Tags"] for each in ec2.describe_subnets(SubnetIds=subnets)["Subnets"]},
    }
    for id, tags in told.items():
        every = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [id]}])["Tags"]
        assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [
            (tag["Key"], tag["Value"]) for tag in sorted(every, key=lambda tag: tag["Key"])
        ]
    assert [
        each["SubnetId"]
        for each in ec2.describe_subnets(Filters=[{"Name": "tag:key-1", "Values": ["*"]}])["Subnets"]
    ] == [subnets[0]]


class Changing(dict):
    """Tags that another request changes at this moment."""

    def items(self):
        raise RuntimeError("dictionary changed size during iteration")


def test_tags_of_one_object_are_told_while_another_gets_its_own(cloud, ec2):
    from moto.ec2.models import ec2_backends

    vpc, subnets = cloud.network()
    ec2.create_tags(Resources=[vpc], Tags=TAGS)
    ec2_backends[cloud.account]["us-east-1"].tags[subnets[0]] = Changing(owner="me")
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == TAGS
