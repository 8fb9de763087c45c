"""What databases of one kind share: the networks they may be in, and their parameters."""

from __future__ import annotations

from provisioner.providers.aws.catalog.rds_spelling import PARAMETERS
from provisioner.providers.aws.codecs import SET, TAG_PAIRS
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    REPLACE,
    ByInputs,
    Field,
    Found,
    Members,
    Name,
    Op,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Whole,
)

# The words are pulumi-aws's; RDS wants some.
_WORDS = "Managed by Pulumi"


def rds_tags(read: str) -> Tags:
    """How RDS spells the tags of everything it has; `read` is where they are in the document."""
    this = {"ResourceName": Prop("arn")}
    return Tags(
        read=read,
        codec=TAG_PAIRS,
        add=Op("add_tags_to_resource", this),
        add_as="Tags",
        remove=Op("remove_tags_from_resource", this),
        remove_as="TagKeys",
        create_as="Tags",
    )


def _told_tags(arn: str) -> Op:
    return Op("list_tags_for_resource", {"ResourceName": Found(arn)}, answer="TagList")


_SUBNETS = Whole(Op("modify_db_subnet_group", {"DBSubnetGroupName": ID}))

SUBNET_GROUP = ResourceSpec(
    type="aws:rds/subnetGroup:SubnetGroup",
    service="rds",
    id=Text("{name}"),
    create=Op("create_db_subnet_group", answer="DBSubnetGroup"),
    read=Op("describe_db_subnet_groups", answer="DBSubnetGroups", pick={"DBSubnetGroupName": ID}),
    also={"Tags": _told_tags("DBSubnetGroupArn")},
    # A database that has just gone is still in its group for a moment.
    delete=Op("delete_db_subnet_group", {"DBSubnetGroupName": ID}, again=("InvalidDBSubnetGroupStateFault",)),
    absent=("DBSubnetGroupNotFoundFault",),
    find=ByInputs(),
    fields=(
        Field("name", "DBSubnetGroupName", REPLACE),
        Field("description", "DBSubnetGroupDescription", _SUBNETS, reset=_WORDS, default=_WORDS),
        Field("subnetIds", "SubnetIds", _SUBNETS, SET, read="Subnets[].SubnetIdentifier", required=True),
    ),
    tags=rds_tags("Tags"),
    name=Name("name", 255, lower=True, given_prefix="namePrefix"),
    outputs={
        "arn": "DBSubnetGroupArn",
        "vpcId": "VpcId",
        "supportedNetworkTypes": "SupportedNetworkTypes || `[]`",
    },
)

_GROUP = {"DBParameterGroupName": ID}

PARAMETER_GROUP = ResourceSpec(
    type="aws:rds/parameterGroup:ParameterGroup",
    service="rds",
    id=Text("{name}"),
    create=Op("create_db_parameter_group", answer="DBParameterGroup"),
    read=Op("describe_db_parameter_groups", answer="DBParameterGroups", pick=_GROUP),
    also={
        "Tags": _told_tags("DBParameterGroupArn"),
        "Parameters": Op("describe_db_parameters", {**_GROUP, "Source": "user"}, answer="Parameters"),
    },
    # A database that has just gone still uses its group for a moment.
    delete=Op(
        "delete_db_parameter_group", _GROUP, again=("InvalidDBParameterGroupState",), unless="skipDestroy"
    ),
    absent=("DBParameterGroupNotFound",),
    find=ByInputs(),
    fields=(
        Field("name", "DBParameterGroupName", REPLACE),
        Field("family", "DBParameterGroupFamily", REPLACE, required=True),
        Field("description", "Description", REPLACE, default=_WORDS),
        Field(
            "parameters",
            "Parameters",
            Members(
                add=Op("modify_db_parameter_group", _GROUP),
                remove=Op("reset_db_parameter_group", _GROUP),
                add_as="Parameters",
                remove_as="Parameters",
            ),
            PARAMETERS,
            with_create=False,
        ),
        Field("skipDestroy", "", LOCAL, default=False),
    ),
    tags=rds_tags("Tags"),
    name=Name("name", 255, lower=True, given_prefix="namePrefix"),
    outputs={"arn": "DBParameterGroupArn"},
)

SPECS = (SUBNET_GROUP, PARAMETER_GROUP)
