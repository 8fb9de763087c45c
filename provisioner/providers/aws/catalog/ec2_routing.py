"""EC2: public addresses, NAT gateways, route tables and what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.plan.values import Properties
from provisioner.providers.aws.codecs import ec2_tags
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    REPLACE,
    TAG_FILTERS,
    ByInputs,
    Field,
    Listed,
    Op,
    Prop,
    ResourceSpec,
    Text,
    Wait,
)
from provisioner.providers.interface import Problem

_BY_ASSOCIATION = "an address is attached by its user: `aws.ec2.NatGateway`, `aws.ec2.EipAssociation`"
_AWS_POOL = "addresses come from Amazon's own pool"

EIP = ResourceSpec(
    type="aws:ec2/eip:Eip",
    service="ec2",
    id="AllocationId",
    create=Op("allocate_address", {"Domain": "vpc"}),
    read=Op(
        "describe_addresses",
        {"Filters": [{"Name": "allocation-id", "Values": IDS}]},
        answer="Addresses",
        pick={"AllocationId": ID},
    ),
    # A NAT gateway that has just gone holds its address for some seconds more.
    delete=Op("release_address", {"AllocationId": ID}, again=("InvalidIPAddress.InUse", "AuthFailure")),
    absent=("InvalidAllocationID.NotFound",),
    find=Listed(Op("describe_addresses", {"Filters": TAG_FILTERS}, answer="Addresses[].AllocationId")),
    fields=(Field("domain", "Domain", REPLACE, computed=True),),
    tags=ec2_tags("elastic-ip"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}"),
        "allocationId": "AllocationId",
        "publicIp": "PublicIp",
        "associationId": "AssociationId || ''",
        "networkInterface": "NetworkInterfaceId || ''",
        "instance": "InstanceId || ''",
        "privateIp": "PrivateIpAddress || ''",
        "carrierIp": "CarrierIp || ''",
        "customerOwnedIp": "CustomerOwnedIp || ''",
        "customerOwnedIpv4Pool": "CustomerOwnedIpv4Pool || ''",
        "publicIpv4Pool": "PublicIpv4Pool || 'amazon'",
        "networkBorderGroup": Text("{region}"),
        "ipamPoolId": "''",
        "ptrRecord": "''",
    },
    unsupported={
        "address": _AWS_POOL,
        "publicIpv4Pool": _AWS_POOL,
        "ipamPoolId": _AWS_POOL,
        "customerOwnedIpv4Pool": _AWS_POOL,
        "networkBorderGroup": "addresses belong to the region as a whole",
        "instance": _BY_ASSOCIATION,
        "networkInterface": _BY_ASSOCIATION,
        "associateWithPrivateIp": _BY_ASSOCIATION,
    },
)

_PRIMARY = "(NatGatewayAddresses[?IsPrimary] || NatGatewayAddresses)[0]"
_SECONDARY = "one primary address per NAT gateway is enough for the platform"
_ZONAL = "NAT gateways are zonal: one in a subnet"


def _nat_problems(inputs: Properties) -> Iterator[Problem]:
    private = inputs.get("connectivityType") == "private"
    if private and inputs.get("allocationId") is not None:
        yield Problem("allocationId", "a private NAT gateway has no public address")
    if not private and inputs.get("allocationId") is None:
        yield Problem("allocationId", "a public NAT gateway needs the address it speaks from")


NAT_GATEWAY = ResourceSpec(
    type="aws:ec2/natGateway:NatGateway",
    service="ec2",
    id="NatGatewayId",
    create=Op(
        "create_nat_gateway",
        answer="NatGateway",
        again=("InvalidSubnetID.NotFound", "InvalidAllocationID.NotFound", "InvalidElasticIpID.NotFound"),
    ),
    read=Op(
        "describe_nat_gateways",
        {"Filter": [{"Name": "nat-gateway-id", "Values": IDS}]},
        answer="NatGateways",
        pick={"NatGatewayId": ID},
    ),
    delete=Op("delete_nat_gateway", {"NatGatewayId": ID}),
    absent=("NatGatewayNotFound",),
    # AWS lists a deleted gateway for about an hour.
    gone="State == 'deleted'",
    vanishes_within=1800,
    ready=Wait(
        until="State == 'available'",
        failed="State == 'failed' && (FailureMessage || FailureCode || 'it failed')",
    ),
    find=Listed(Op("describe_nat_gateways", {"Filter": TAG_FILTERS}, answer="NatGateways[].NatGatewayId")),
    fields=(
        Field("subnetId", "SubnetId", REPLACE, required=True),
        Field("allocationId", "AllocationId", REPLACE, read=f"{_PRIMARY}.AllocationId"),
        Field("connectivityType", "ConnectivityType", REPLACE, default="public"),
        Field("privateIp", "PrivateIpAddress", REPLACE, read=f"{_PRIMARY}.PrivateIp", computed=True),
    ),
    tags=ec2_tags("natgateway"),
    # An address serves one gateway, so the old one has to let go of it first.
    unique=("allocationId",),
    outputs={
        "associationId": f"{_PRIMARY}.AssociationId || ''",
        "networkInterfaceId": f"{_PRIMARY}.NetworkInterfaceId || ''",
        "publicIp": f"{_PRIMARY}.PublicIp || ''",
        "vpcId": "VpcId",
        "availabilityMode": "AvailabilityMode || 'zonal'",
        "secondaryAllocationIds": "`[]`",
        "secondaryPrivateIpAddresses": "`[]`",
        "secondaryPrivateIpAddressCount": "`0`",
        "autoProvisionZones": "AutoProvisionZones || ''",
        "autoScalingIps": "AutoScalingIps || ''",
        "regionalNatGatewayAddresses": "`[]`",
        "regionalNatGatewayAutoMode": "''",
        "routeTableId": "RouteTableId || ''",
    },
    unsupported={
        "secondaryAllocationIds": _SECONDARY,
        "secondaryPrivateIpAddressCount": _SECONDARY,
        "secondaryPrivateIpAddresses": _SECONDARY,
        "availabilityMode": _ZONAL,
        "availabilityZoneAddresses": _ZONAL,
        "vpcId": _ZONAL,
    },
    problems=_nat_problems,
)

_ROUTES = """Routes[?GatewayId != 'local' && Origin != 'EnableVgwRoutePropagation'
    && !starts_with(GatewayId || '', 'vpce-')].{
  cidrBlock: DestinationCidrBlock || '', ipv6CidrBlock: DestinationIpv6CidrBlock || '',
  destinationPrefixListId: DestinationPrefixListId || '', gatewayId: GatewayId || '',
  natGatewayId: NatGatewayId || '', networkInterfaceId: NetworkInterfaceId || '',
  transitGatewayId: TransitGatewayId || '', vpcPeeringConnectionId: VpcPeeringConnectionId || '',
  carrierGatewayId: CarrierGatewayId || '', coreNetworkArn: CoreNetworkArn || '',
  egressOnlyGatewayId: EgressOnlyInternetGatewayId || '', localGatewayId: LocalGatewayId || '',
  odbNetworkArn: OdbNetworkArn || '', vpcEndpointId: ''}"""

ROUTE_TABLE = ResourceSpec(
    type="aws:ec2/routeTable:RouteTable",
    service="ec2",
    id="RouteTableId",
    create=Op("create_route_table", answer="RouteTable", again=("InvalidVpcID.NotFound",)),
    read=Op(
        "describe_route_tables",
        {"Filters": [{"Name": "route-table-id", "Values": IDS}]},
        answer="RouteTables",
        pick={"RouteTableId": ID},
    ),
    delete=Op("delete_route_table", {"RouteTableId": ID}, again=("DependencyViolation",)),
    absent=("InvalidRouteTableID.NotFound",),
    find=Listed(Op("describe_route_tables", {"Filters": TAG_FILTERS}, answer="RouteTables[].RouteTableId")),
    fields=(Field("vpcId", "VpcId", REPLACE, required=True),),
    tags=ec2_tags("route-table"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{ownerId}:route-table/{id}"),
        "ownerId": "OwnerId",
        "routes": _ROUTES,
        "propagatingVgws": "PropagatingVgws[].GatewayId || `[]`",
    },
    unsupported={
        "routes": "each route is a resource of its own: `aws.ec2.Route`",
        "propagatingVgws": "virtual private gateways are not supported",
    },
)

_TARGETS = {
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "transitGatewayId": "TransitGatewayId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    "networkInterfaceId": "NetworkInterfaceId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "carrierGatewayId": "CarrierGatewayId",
    "localGatewayId": "LocalGatewayId",
    "coreNetworkArn": "CoreNetworkArn",
}
_DESTINATION = {"RouteTableId": Prop("routeTableId"), "DestinationCidrBlock": Prop("destinationCidrBlock")}
_PEERING_ON_ITS_WAY = "InvalidVpcPeeringConnectionID.NotFound"
_REPLACE_ROUTE = Op(
    "replace_route", _DESTINATION, again=("InvalidNatGatewayID.NotFound", _PEERING_ON_ITS_WAY)
)
_IPV4 = "routes lead to IPv4 addresses: give `destinationCidrBlock`"


def _route_problems(inputs: Properties) -> Iterator[Problem]:
    given = [target for target in _TARGETS if inputs.get(target) is not None]
    if len(given) != 1:
        said = f"it has {', '.join(given)}" if given else "it has none"
        yield Problem("", f"a route leads to exactly one target; {said}")


ROUTE = ResourceSpec(
    type="aws:ec2/route:Route",
    service="ec2",
    # pulumi-aws imports by this id and records another: special/route.py.
    id=Text("{routeTableId}_{destinationCidrBlock}"),
    # The table and the target may have been made a moment ago.
    create=Op(
        "create_route",
        again=(
            "InvalidRouteTableID.NotFound",
            "InvalidGatewayID.NotFound",
            "InvalidNatGatewayID.NotFound",
            "InvalidTransitGatewayID.NotFound",
            _PEERING_ON_ITS_WAY,
        ),
    ),
    read=Op(
        "describe_route_tables",
        {"Filters": [{"Name": "route-table-id", "Values": [Prop("routeTableId")]}]},
        answer="RouteTables[].Routes[]",
        pick={"DestinationCidrBlock": Prop("destinationCidrBlock")},
    ),
    delete=Op("delete_route", _DESTINATION),
    absent=("InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"),
    find=ByInputs(),
    fields=(
        Field("routeTableId", "RouteTableId", REPLACE, read=None, required=True),
        Field("destinationCidrBlock", "DestinationCidrBlock", REPLACE, required=True),
        *(Field(prop, api, _REPLACE_ROUTE, read=f"{api} || ''") for prop, api in _TARGETS.items()),
    ),
    outputs={
        "origin": "Origin",
        "state": "State",
        "instanceId": "InstanceId || ''",
        "instanceOwnerId": "InstanceOwnerId || ''",
    },
    unsupported={
        "destinationIpv6CidrBlock": _IPV4,
        "destinationPrefixListId": _IPV4,
        "odbNetworkArn": "Oracle Database@AWS is not supported",
        "vpcEndpointId": "a gateway endpoint brings its own routes",
    },
    problems=_route_problems,
)

ROUTE_TABLE_ASSOCIATION = ResourceSpec(
    type="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    id="AssociationId || RouteTableAssociationId",
    create=Op("associate_route_table", again=("InvalidRouteTableID.NotFound", "InvalidSubnetID.NotFound")),
    # A subnet has one route table at most, and a change of it gives the association a new id: so it is looked
    # up by its subnet. `special/route_table_association.py` has what follows from that.
    read=Op(
        "describe_route_tables",
        {"Filters": [{"Name": "association.subnet-id", "Values": [Prop("subnetId")]}]},
        answer="RouteTables[].Associations[]",
        pick={"SubnetId": Prop("subnetId")},
    ),
    delete=Op("disassociate_route_table", {"AssociationId": ID}),
    absent=("InvalidAssociationID.NotFound",),
    find=Listed(
        Op(
            "describe_route_tables",
            {
                "Filters": [
                    {"Name": "association.subnet-id", "Values": [Prop("subnetId")]},
                    {"Name": "route-table-id", "Values": [Prop("routeTableId")]},
                ]
            },
            answer="RouteTables[].Associations[].RouteTableAssociationId",
        )
    ),
    fields=(
        Field("subnetId", "SubnetId", REPLACE, required=True),
        Field(
            "routeTableId",
            "RouteTableId",
            Op("replace_route_table_association", {"AssociationId": ID}),
            required=True,
        ),
    ),
    unique=("subnetId",),
    outputs={"gatewayId": "GatewayId || ''"},
    unsupported={"gatewayId": "route tables are associated with subnets: give `subnetId`"},
)

SPECS = (EIP, NAT_GATEWAY, ROUTE_TABLE, ROUTE, ROUTE_TABLE_ASSOCIATION)
