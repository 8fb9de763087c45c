"""EC2: a network, its subnets, its way to the internet and the record of its traffic."""

from __future__ import annotations

from provisioner.providers.aws.catalog.ec2_spelling import LOG_FILES, LOG_GROUP_ARN
from provisioner.providers.aws.codecs import VALUE, ec2_tags, list_of_one
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    REPLACE,
    TAG_FILTERS,
    Each,
    Field,
    Found,
    Listed,
    Members,
    Op,
    ResourceSpec,
    Sweep,
    Text,
)

_SET_VPC = Each(Op("modify_vpc_attribute", {"VpcId": ID}, again=("InvalidVpcID.NotFound",)))
_SET_SUBNET = Each(Op("modify_subnet_attribute", {"SubnetId": ID}, again=("InvalidSubnetID.NotFound",)))
_ATTACH = Op(
    "attach_internet_gateway", {"InternetGatewayId": ID}, again=("InvalidInternetGatewayID.NotFound",)
)
# Public addresses that are still mapped keep a gateway attached for some seconds.
_DETACH = Op("detach_internet_gateway", {"InternetGatewayId": ID}, again=("DependencyViolation",))

NO_IPV6 = "the platform's networks have IPv4 addresses only"
NO_IPAM = "address ranges are written down, not taken from an IPAM pool"
NO_OUTPOST = "AWS Outposts are not supported"


def _vpc_attribute(name: str) -> Op:
    return Op(
        "describe_vpc_attribute",
        {"VpcId": ID, "Attribute": name[0].lower() + name[1:]},
        answer=f"{name}.Value",
    )


def _of_vpc(call: str, answer: str, *filters: tuple[str, str]) -> Op:
    """The one object of a kind that AWS makes together with each network."""
    picked = [{"Name": name, "Values": [value]} for name, value in filters]
    return Op(call, {"Filters": [{"Name": "vpc-id", "Values": [ID]}, *picked]}, answer=answer)


VPC = ResourceSpec(
    type="aws:ec2/vpc:Vpc",
    service="ec2",
    id="VpcId",
    create=Op("create_vpc", answer="Vpc"),
    read=Op(
        "describe_vpcs",
        {"Filters": [{"Name": "vpc-id", "Values": IDS}]},
        answer="Vpcs",
        pick={"VpcId": ID},
    ),
    also={
        "dnsSupport": _vpc_attribute("EnableDnsSupport"),
        "dnsHostnames": _vpc_attribute("EnableDnsHostnames"),
        "addressMetrics": _vpc_attribute("EnableNetworkAddressUsageMetrics"),
        "group": _of_vpc("describe_security_groups", "SecurityGroups[0].GroupId", ("group-name", "default")),
        "table": _of_vpc(
            "describe_route_tables", "RouteTables[0].RouteTableId", ("association.main", "true")
        ),
        "acl": _of_vpc("describe_network_acls", "NetworkAcls[0].NetworkAclId", ("default", "true")),
    },
    delete=Op("delete_vpc", {"VpcId": ID}, again=("DependencyViolation",)),
    absent=("InvalidVpcID.NotFound",),
    find=Listed(Op("describe_vpcs", {"Filters": TAG_FILTERS}, answer="Vpcs[].VpcId")),
    fields=(
        Field("cidrBlock", "CidrBlock", REPLACE, required=True),
        Field("instanceTenancy", "InstanceTenancy", REPLACE, default="default"),
        Field(
            "enableDnsSupport",
            "EnableDnsSupport",
            _SET_VPC,
            VALUE,
            reset={"Value": True},
            read="dnsSupport",
            with_create=False,
            default=True,
        ),
        Field(
            "enableDnsHostnames",
            "EnableDnsHostnames",
            _SET_VPC,
            VALUE,
            reset={"Value": False},
            read="dnsHostnames",
            with_create=False,
            computed=True,
        ),
        Field(
            "enableNetworkAddressUsageMetrics",
            "EnableNetworkAddressUsageMetrics",
            _SET_VPC,
            VALUE,
            reset={"Value": False},
            read="addressMetrics",
            with_create=False,
            computed=True,
        ),
    ),
    tags=ec2_tags("vpc"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:vpc/{id}"),
        "ownerId": "OwnerId",
        "dhcpOptionsId": "DhcpOptionsId",
        "defaultSecurityGroupId": "group",
        # A network is born with one route table, its main one; pulumi-aws reports it under both names.
        "defaultRouteTableId": "table",
        "mainRouteTableId": "table",
        "defaultNetworkAclId": "acl",
        "assignGeneratedIpv6CidrBlock": "`false`",
        "ipv6AssociationId": "Ipv6CidrBlockAssociationSet[0].AssociationId || ''",
        "ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock || ''",
        "ipv6CidrBlockNetworkBorderGroup": "Ipv6CidrBlockAssociationSet[0].NetworkBorderGroup || ''",
        "ipv6IpamPoolId": "''",
        "ipv6NetmaskLength": "`0`",
    },
    unsupported={
        "assignGeneratedIpv6CidrBlock": NO_IPV6,
        "ipv6CidrBlock": NO_IPV6,
        "ipv6CidrBlockNetworkBorderGroup": NO_IPV6,
        "ipv6IpamPoolId": NO_IPV6,
        "ipv6NetmaskLength": NO_IPV6,
        "ipv4IpamPoolId": NO_IPAM,
        "ipv4NetmaskLength": NO_IPAM,
    },
)

SUBNET = ResourceSpec(
    type="aws:ec2/subnet:Subnet",
    service="ec2",
    id="SubnetId",
    create=Op("create_subnet", answer="Subnet", again=("InvalidVpcID.NotFound",)),
    read=Op(
        "describe_subnets",
        {"Filters": [{"Name": "subnet-id", "Values": IDS}]},
        answer="Subnets",
        pick={"SubnetId": ID},
    ),
    # Network interfaces of load balancers and endpoints go some time after their owner.
    delete=Op("delete_subnet", {"SubnetId": ID}, again=("DependencyViolation",)),
    absent=("InvalidSubnetID.NotFound",),
    find=Listed(Op("describe_subnets", {"Filters": TAG_FILTERS}, answer="Subnets[].SubnetId")),
    fields=(
        Field("vpcId", "VpcId", REPLACE, required=True),
        Field("cidrBlock", "CidrBlock", REPLACE, required=True),
        Field("availabilityZone", "AvailabilityZone", REPLACE, computed=True),
        Field("availabilityZoneId", "AvailabilityZoneId", REPLACE, computed=True),
        Field(
            "mapPublicIpOnLaunch",
            "MapPublicIpOnLaunch",
            _SET_SUBNET,
            VALUE,
            reset={"Value": False},
            with_create=False,
            default=False,
        ),
        Field(
            "assignIpv6AddressOnCreation",
            "AssignIpv6AddressOnCreation",
            _SET_SUBNET,
            VALUE,
            reset={"Value": False},
            with_create=False,
            default=False,
        ),
        Field(
            "enableResourceNameDnsARecordOnLaunch",
            "EnableResourceNameDnsARecordOnLaunch",
            _SET_SUBNET,
            VALUE,
            read="PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord || `false`",
            reset={"Value": False},
            with_create=False,
            default=False,
        ),
    ),
    tags=ec2_tags("subnet"),
    # A subnet cannot stand beside another one with the same addresses.
    unique=("vpcId", "cidrBlock"),
    outputs={
        "arn": "SubnetArn",
        "ownerId": "OwnerId",
        "privateDnsHostnameTypeOnLaunch": "PrivateDnsNameOptionsOnLaunch.HostnameType || ''",
        "enableDns64": "EnableDns64 || `false`",
        "enableResourceNameDnsAaaaRecordOnLaunch": (
            "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord || `false`"
        ),
        "ipv6Native": "Ipv6Native || `false`",
        "ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock || ''",
        "ipv6CidrBlockAssociationId": "Ipv6CidrBlockAssociationSet[0].AssociationId || ''",
        "customerOwnedIpv4Pool": "CustomerOwnedIpv4Pool || ''",
        "enableLniAtDeviceIndex": "EnableLniAtDeviceIndex || `0`",
        "mapCustomerOwnedIpOnLaunch": "MapCustomerOwnedIpOnLaunch || `false`",
        "outpostArn": "OutpostArn || ''",
    },
    unsupported={
        "enableDns64": NO_IPV6,
        "enableResourceNameDnsAaaaRecordOnLaunch": NO_IPV6,
        "ipv6CidrBlock": NO_IPV6,
        "ipv6IpamPoolId": NO_IPV6,
        "ipv6Native": NO_IPV6,
        "ipv6NetmaskLength": NO_IPV6,
        "ipv4IpamPoolId": NO_IPAM,
        "ipv4NetmaskLength": NO_IPAM,
        "customerOwnedIpv4Pool": NO_OUTPOST,
        "enableLniAtDeviceIndex": NO_OUTPOST,
        "mapCustomerOwnedIpOnLaunch": NO_OUTPOST,
        "outpostArn": NO_OUTPOST,
        "privateDnsHostnameTypeOnLaunch": "instances are named by address, AWS's default",
    },
)

INTERNET_GATEWAY = ResourceSpec(
    type="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    id="InternetGatewayId",
    create=Op("create_internet_gateway", answer="InternetGateway"),
    read=Op(
        "describe_internet_gateways",
        {"Filters": [{"Name": "internet-gateway-id", "Values": IDS}]},
        answer="InternetGateways",
        pick={"InternetGatewayId": ID},
    ),
    delete=Op(
        "delete_internet_gateway",
        {"InternetGatewayId": ID},
        again=("DependencyViolation",),
        first=(
            Sweep(
                list=Op(
                    "describe_internet_gateways",
                    {"Filters": [{"Name": "internet-gateway-id", "Values": [ID]}]},
                    answer="InternetGateways[].Attachments[]",
                ),
                each=Op(
                    "detach_internet_gateway",
                    {"InternetGatewayId": ID, "VpcId": Found("VpcId")},
                    again=("DependencyViolation",),
                ),
            ),
        ),
    ),
    absent=("InvalidInternetGatewayID.NotFound",),
    find=Listed(
        Op(
            "describe_internet_gateways",
            {"Filters": TAG_FILTERS},
            answer="InternetGateways[].InternetGatewayId",
        )
    ),
    fields=(
        Field(
            "vpcId",
            "VpcId",
            Members(_ATTACH, _DETACH, "VpcId", "VpcId"),
            read="Attachments[0].VpcId",
            with_create=False,
        ),
    ),
    unique=("vpcId",),
    tags=ec2_tags("internet-gateway"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:internet-gateway/{id}"),
        "ownerId": "OwnerId",
    },
)

FLOW_LOG = ResourceSpec(
    type="aws:ec2/flowLog:FlowLog",
    service="ec2",
    id="FlowLogIds[0] || FlowLogId",
    # A role that was made a moment ago cannot be assumed yet.
    create=Op("create_flow_logs", {"ResourceType": "VPC"}, again=("InvalidParameter",)),
    read=Op(
        "describe_flow_logs",
        {"Filter": [{"Name": "flow-log-id", "Values": IDS}]},
        answer="FlowLogs",
        pick={"FlowLogId": ID},
    ),
    delete=Op("delete_flow_logs", {"FlowLogIds": [ID]}),
    absent=("InvalidFlowLogId.NotFound",),
    find=Listed(Op("describe_flow_logs", {"Filter": TAG_FILTERS}, answer="FlowLogs[].FlowLogId")),
    fields=(
        Field("vpcId", "ResourceIds", REPLACE, list_of_one(), read="[ResourceId]", required=True),
        Field("trafficType", "TrafficType", REPLACE, required=True),
        Field("logDestination", "LogDestination", REPLACE, LOG_GROUP_ARN, required=True),
        Field("logDestinationType", "LogDestinationType", REPLACE, default="cloud-watch-logs"),
        Field("iamRoleArn", "DeliverLogsPermissionArn", REPLACE),
        Field("logFormat", "LogFormat", REPLACE, computed=True),
        Field("maxAggregationInterval", "MaxAggregationInterval", REPLACE, default=600),
        Field("destinationOptions", "DestinationOptions", REPLACE, LOG_FILES, may_be_silent=True),
    ),
    unique=("vpcId", "logDestination"),
    tags=ec2_tags("vpc-flow-log"),
    outputs={"arn": Text("arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}")},
    unsupported={
        "subnetId": "traffic is recorded for whole networks: give `vpcId`",
        "eniId": "traffic is recorded for whole networks: give `vpcId`",
        "transitGatewayId": "traffic is recorded for whole networks: give `vpcId`",
        "transitGatewayAttachmentId": "traffic is recorded for whole networks: give `vpcId`",
        "regionalNatGatewayId": "traffic is recorded for whole networks: give `vpcId`",
        "deliverCrossAccountRole": "logs stay in the account of the network",
        "tagFieldSpecifications": "records carry no tags",
    },
)

SPECS = (VPC, SUBNET, INTERNET_GATEWAY, FLOW_LOG)
