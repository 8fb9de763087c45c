"""EC2: private ways from a network to AWS's services."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.plan.values import Properties
from provisioner.providers.aws.codecs import POLICY, SET, ec2_tags
from provisioner.providers.aws.spec import (
    ID,
    REPLACE,
    TAG_FILTERS,
    Field,
    Found,
    Listed,
    Members,
    Op,
    ResourceSpec,
    Sweep,
    Text,
    Wait,
)
from provisioner.providers.interface import Problem

_MODIFY = Op("modify_vpc_endpoint", {"VpcEndpointId": ID})
_ONLY_FOR_INTERFACES = ("subnetIds", "securityGroupIds", "privateDnsEnabled")
_OWN_SERVICE = "endpoints lead to services of AWS: give `serviceName`"


def _problems(inputs: Properties) -> Iterator[Problem]:
    kind = inputs.get("vpcEndpointType")
    if kind == "Gateway":
        for prop in _ONLY_FOR_INTERFACES:
            if inputs.get(prop):
                yield Problem(prop, "a gateway endpoint has none; `vpcEndpointType` is Gateway")
    if kind == "Interface" and inputs.get("routeTableIds"):
        yield Problem("routeTableIds", "an interface endpoint has none; `vpcEndpointType` is Interface")
    if kind not in ("Gateway", "Interface") and isinstance(kind, str):
        yield Problem("vpcEndpointType", "only Gateway and Interface are supported")


def _members(name: str) -> Members:
    return Members(_MODIFY, _MODIFY, f"Add{name}", f"Remove{name}")


VPC_ENDPOINT = ResourceSpec(
    type="aws:ec2/vpcEndpoint:VpcEndpoint",
    service="ec2",
    id="VpcEndpointId",
    create=Op(
        "create_vpc_endpoint",
        answer="VpcEndpoint",
        again=(
            "InvalidVpcId.NotFound",
            "InvalidRouteTableId.NotFound",
            "InvalidSubnetId.NotFound",
            "InvalidSecurityGroupId.NotFound",
        ),
    ),
    # One call for all there are: by ids, a single one that is missing would fail it.
    read=Op("describe_vpc_endpoints", answer="VpcEndpoints", pick={"VpcEndpointId": ID}),
    also={
        # The same call for every endpoint, so that it is made once for all that are read together.
        "prefixes": Op(
            "describe_prefix_lists", answer="PrefixLists", pick={"PrefixListName": Found("ServiceName")}
        )
    },
    delete=Op(
        "delete_vpc_endpoints",
        {"VpcEndpointIds": [ID]},
        # AWS takes the routes out by itself; the local cloud stumbles over tables that were added later.
        first=(
            Sweep(
                list=Op(
                    "describe_vpc_endpoints",
                    {"VpcEndpointIds": [ID]},
                    answer="VpcEndpoints[?RouteTableIds]",
                ),
                each=Op(_MODIFY.name, {**_MODIFY.send, "RemoveRouteTableIds": Found("RouteTableIds")}),
            ),
        ),
    ),
    absent=("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"),
    gone="State == 'deleted' || State == 'Deleted'",
    # Interfaces in each subnet are removed one by one.
    vanishes_within=900,
    ready=Wait(
        until="State == 'available'",
        failed="contains(['failed', 'rejected', 'expired'], State) && (FailureReason || State)",
    ),
    find=Listed(
        Op("describe_vpc_endpoints", {"Filters": TAG_FILTERS}, answer="VpcEndpoints[].VpcEndpointId")
    ),
    fields=(
        Field("vpcId", "VpcId", REPLACE, required=True),
        Field("serviceName", "ServiceName", REPLACE, required=True),
        Field(
            "vpcEndpointType",
            "VpcEndpointType",
            REPLACE,
            read="VpcEndpointType || 'Gateway'",
            default="Gateway",
        ),
        Field("routeTableIds", "RouteTableIds", _members("RouteTableIds"), SET, computed=True),
        Field("subnetIds", "SubnetIds", _members("SubnetIds"), SET, computed=True),
        Field(
            "securityGroupIds",
            "SecurityGroupIds",
            _members("SecurityGroupIds"),
            SET,
            read="Groups[].GroupId",
            computed=True,
        ),
        Field("privateDnsEnabled", "PrivateDnsEnabled", _MODIFY, computed=True),
        Field("policy", "PolicyDocument", _MODIFY, POLICY, computed=True),
    ),
    # Two would want the same names, or the same routes.
    unique=("vpcId", "serviceName", "vpcEndpointType"),
    tags=ec2_tags("vpc-endpoint"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:vpc-endpoint/{id}"),
        "ownerId": "OwnerId",
        "state": "State",
        "prefixListId": "prefixes.PrefixListId || ''",
        "cidrBlocks": "prefixes.Cidrs || `[]`",
        "dnsEntries": "DnsEntries[].{dnsName: DnsName, hostedZoneId: HostedZoneId} || `[]`",
        "networkInterfaceIds": "NetworkInterfaceIds || `[]`",
        "requesterManaged": "RequesterManaged || `false`",
        "ipAddressType": "IpAddressType || ''",
        "serviceRegion": Text("{region}"),
        "dnsOptions": (
            "{dnsRecordIpType: DnsOptions.DnsRecordIpType || '', privateDnsOnlyForInboundResolverEndpoint:"
            " DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint || `false`}"
        ),
    },
    unsupported={
        "autoAccept": "services of AWS accept by themselves",
        "dnsOptions": "AWS's own choice of names stands",
        "ipAddressType": "AWS's own choice of address family stands",
        "subnetConfigurations": "AWS's own choice of addresses stands: give `subnetIds`",
        "resourceConfigurationArn": _OWN_SERVICE,
        "serviceNetworkArn": _OWN_SERVICE,
        "serviceRegion": "services of another region are not supported",
    },
    problems=_problems,
)

SPECS = (VPC_ENDPOINT,)
