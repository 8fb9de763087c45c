"""The functions that programs call to look something up (`aws:…:get…`), each with its call and its answer."""

from __future__ import annotations

from typing import Final

from provisioner.providers.aws.codecs import TAG_PAIRS
from provisioner.providers.aws.lookup import Lookup
from provisioner.providers.aws.spec import ID, Codec, Op, Output, Prop, Text

TAGS: Final = Output("Tags || `[]`", codec=TAG_PAIRS)
_SORTED: Final = Codec(encode=list, decode=sorted)

_SUBNET_FILTERS: Final = {
    "id": "subnet-id",
    "vpcId": "vpc-id",
    "availabilityZone": "availability-zone",
    "availabilityZoneId": "availability-zone-id",
    "cidrBlock": "cidr-block",
    "state": "state",
    "defaultForAz": "default-for-az",
}


def _attribute(name: str) -> Op:
    return Op(
        "describe_vpc_attribute",
        {"VpcId": ID, "Attribute": name[0].lower() + name[1:]},
        answer=f"{name}.Value",
    )


LOOKUPS: Final = (
    Lookup(
        function="aws:index/getCallerIdentity:getCallerIdentity",
        service="sts",
        op=Op("get_caller_identity"),
        id="Account",
        results={"accountId": "Account", "arn": "Arn", "userId": "UserId"},
        arguments=("id",),
    ),
    Lookup(
        function="aws:index/getRegion:getRegion",
        arguments=("region", "id", "name", "endpoint"),
        results={
            "description": Text("{description}"),
            "endpoint": Text("ec2.{region}.{dnsSuffix}"),
            "name": Text("{region}"),
        },
    ),
    Lookup(
        function="aws:index/getPartition:getPartition",
        arguments=("id",),
        id=Text("{partition}"),
        results={
            "partition": Text("{partition}"),
            "dnsSuffix": Text("{dnsSuffix}"),
            "reverseDnsPrefix": Text("{reverseDnsPrefix}"),
        },
    ),
    Lookup(
        function="aws:index/getAvailabilityZones:getAvailabilityZones",
        op=Op(
            "describe_availability_zones",
            {"AllAvailabilityZones": Prop("allAvailabilityZones")},
            answer="AvailabilityZones",
        ),
        arguments=("region", "allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters", "state"),
        filters={"state": "state"},
        without={"excludeNames": "ZoneName", "excludeZoneIds": "ZoneId"},
        results={
            "names": Output("sort_by(@, &ZoneName)[].ZoneName"),
            "zoneIds": Output("sort_by(@, &ZoneName)[].ZoneId"),
            "groupNames": Output("[].GroupName", codec=Codec(encode=list, decode=lambda n: sorted(set(n)))),
        },
    ),
    Lookup(
        function="aws:ec2/getVpc:getVpc",
        op=Op("describe_vpcs", answer="Vpcs"),
        one="VPC",
        arguments=("region", "id", "cidrBlock", "default", "dhcpOptionsId", "state", "filters", "tags"),
        filters={
            "id": "vpc-id",
            "cidrBlock": "cidr",
            "default": "is-default",
            "dhcpOptionsId": "dhcp-options-id",
            "state": "state",
        },
        id="VpcId",
        also={
            "dnsSupport": _attribute("EnableDnsSupport"),
            "dnsHostnames": _attribute("EnableDnsHostnames"),
            "addressMetrics": _attribute("EnableNetworkAddressUsageMetrics"),
            "mainTable": Op(
                "describe_route_tables",
                {
                    "Filters": [
                        {"Name": "vpc-id", "Values": [ID]},
                        {"Name": "association.main", "Values": ["true"]},
                    ]
                },
                answer="RouteTables[0].RouteTableId",
            ),
        },
        results={
            "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:vpc/{id}"),
            "cidrBlock": "CidrBlock",
            "cidrBlockAssociations": (
                "CidrBlockAssociationSet[].{associationId: AssociationId, cidrBlock: CidrBlock,"
                " state: CidrBlockState.State} || `[]`"
            ),
            "default": "IsDefault || `false`",
            "dhcpOptionsId": "DhcpOptionsId",
            "enableDnsHostnames": "dnsHostnames",
            "enableDnsSupport": "dnsSupport",
            "enableNetworkAddressUsageMetrics": "addressMetrics || `false`",
            "instanceTenancy": "InstanceTenancy",
            "ipv6AssociationId": "Ipv6CidrBlockAssociationSet[0].AssociationId || ''",
            "ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock || ''",
            "ipv6CidrBlockAssociations": "`[]`",
            "mainRouteTableId": "mainTable",
            "ownerId": "OwnerId",
            "state": "State",
            "tags": TAGS,
        },
    ),
    Lookup(
        function="aws:ec2/getVpcs:getVpcs",
        op=Op("describe_vpcs", answer="Vpcs"),
        arguments=("region", "filters", "tags"),
        results={"ids": Output("[].VpcId", codec=_SORTED)},
    ),
    Lookup(
        function="aws:ec2/getSubnet:getSubnet",
        op=Op("describe_subnets", answer="Subnets"),
        one="subnet",
        arguments=("region", "filters", "tags", *_SUBNET_FILTERS),
        filters=_SUBNET_FILTERS,
        id="SubnetId",
        results={
            "arn": "SubnetArn",
            "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation || `false`",
            "availabilityZone": "AvailabilityZone",
            "availabilityZoneId": "AvailabilityZoneId",
            "availableIpAddressCount": "AvailableIpAddressCount",
            "cidrBlock": "CidrBlock",
            "customerOwnedIpv4Pool": "CustomerOwnedIpv4Pool || ''",
            "defaultForAz": "DefaultForAz || `false`",
            "enableDns64": "EnableDns64 || `false`",
            "enableLniAtDeviceIndex": "EnableLniAtDeviceIndex || `0`",
            "enableResourceNameDnsARecordOnLaunch": (
                "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord || `false`"
            ),
            "enableResourceNameDnsAaaaRecordOnLaunch": (
                "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord || `false`"
            ),
            "ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock || ''",
            "ipv6CidrBlockAssociationId": "Ipv6CidrBlockAssociationSet[0].AssociationId || ''",
            "ipv6Native": "Ipv6Native || `false`",
            "mapCustomerOwnedIpOnLaunch": "MapCustomerOwnedIpOnLaunch || `false`",
            "mapPublicIpOnLaunch": "MapPublicIpOnLaunch || `false`",
            "outpostArn": "OutpostArn || ''",
            "ownerId": "OwnerId",
            "privateDnsHostnameTypeOnLaunch": "PrivateDnsNameOptionsOnLaunch.HostnameType || ''",
            "state": "State",
            "tags": TAGS,
            "vpcId": "VpcId",
        },
    ),
    Lookup(
        function="aws:ec2/getSubnets:getSubnets",
        op=Op("describe_subnets", answer="Subnets"),
        arguments=("region", "filters", "tags"),
        results={"ids": Output("[].SubnetId", codec=_SORTED)},
    ),
)
