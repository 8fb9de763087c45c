"""EC2: whether networks of an account may be reached from the internet at all, and reach it."""

from __future__ import annotations

from provisioner.providers.aws.spec import ByInputs, Field, Op, ResourceSpec, Text, Wait

_MODIFY = Op("modify_vpc_block_public_access_options")

PUBLIC_ACCESS = ResourceSpec(
    type="aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    service="ec2",
    # An account has one such setting in each region, which is there from the start, and off.
    id=Text("{region}"),
    create=_MODIFY,
    read=Op("describe_vpc_block_public_access_options", answer="VpcBlockPublicAccessOptions"),
    delete=Op("modify_vpc_block_public_access_options", {"InternetGatewayBlockMode": "off"}),
    absent=(),
    gone="InternetGatewayBlockMode == 'off'",
    find=ByInputs(),
    fields=(Field("internetGatewayBlockMode", "InternetGatewayBlockMode", _MODIFY, required=True),),
    outputs={"awsAccountId": "AwsAccountId", "awsRegion": "AwsRegion"},
    ready=Wait(until="State == 'update-complete'", seconds=1800),
    unsupported={"timeouts": "the resource option `custom_timeouts` says how long a step may take"},
)

SPECS = (PUBLIC_ACCESS,)
