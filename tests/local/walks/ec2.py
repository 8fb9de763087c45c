"""Calls every operation that was added to EC2."""


def walk(cloud):
    """Placement groups, reservations, templates, and a peering of two regions."""
    ec2 = cloud.client("ec2")
    ec2.create_placement_group(GroupName="gpu", Strategy="cluster")
    ec2.describe_placement_groups(GroupNames=["gpu"])
    ec2.delete_placement_group(GroupName="gpu")
    reservations(ec2)
    data = {"InstanceType": "p5.48xlarge"}
    ec2.create_launch_template(LaunchTemplateName="gpu", LaunchTemplateData=data)
    template = ec2.describe_launch_templates(LaunchTemplateNames=["gpu"])["LaunchTemplates"][0]
    ec2.delete_launch_template(LaunchTemplateId=template["LaunchTemplateId"])
    peering(cloud)
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-bidirectional")
    ec2.describe_vpc_block_public_access_options()
    network, _ = cloud.network("us-east-1", "10.2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network)


def reservations(ec2):
    """A capacity reservation."""
    what = {"InstanceType": "p5.48xlarge", "InstancePlatform": "Linux/UNIX", "AvailabilityZone": "us-east-1a"}
    made = ec2.create_capacity_reservation(**what, InstanceCount=2)["CapacityReservation"]
    which = made["CapacityReservationId"]
    ec2.modify_capacity_reservation(CapacityReservationId=which, InstanceCount=4)
    ec2.describe_capacity_reservations(CapacityReservationIds=[which])
    ec2.cancel_capacity_reservation(CapacityReservationId=which)


def peering(cloud):
    """A connection that is asked for in one region and accepted in the other."""
    here, there = cloud.client("ec2"), cloud.client("ec2", "eu-west-1")
    ours, _ = cloud.network()
    theirs, _ = cloud.network("eu-west-1", "10.1")
    asked = here.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs, PeerRegion="eu-west-1")
    which = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=which)
    here.describe_vpc_peering_connections(VpcPeeringConnectionIds=[which])
    here.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=which,
        RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True},
    )
