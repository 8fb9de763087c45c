"""EC2: what instances are started from, and how close to each other."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.ec2_template_spelling import (
    BLOCK_DEVICES,
    FLAG,
    METADATA,
    NESTED,
    NETWORK_INTERFACES,
    TAGS_OF_STARTED,
    interface_problems,
)
from provisioner.providers.aws.codecs import (
    NUMBER_TEXT,
    SET,
    TAG_KEYS,
    TAG_PAIRS,
    ec2_tags,
    structure,
    tag_specification,
)
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    REPLACE,
    SAME,
    TAG_FILTERS,
    ByInputs,
    Codec,
    Each,
    Field,
    Listed,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

_TEMPLATE = {"LaunchTemplateId": ID}
_VERSION = Whole(Op("create_launch_template_version", {**_TEMPLATE, "LaunchTemplateData": {}}))
"""Every change makes another version, with everything in it."""
SET_DEFAULT = Op("modify_launch_template", _TEMPLATE)
_GROUP_UNKNOWN = "InvalidPlacementGroup.Unknown"


def _content(prop: str, codec: Codec = SAME, name: str = "") -> Field:
    """A property that is part of each version."""
    api = f"LaunchTemplateData.{name or prop[0].upper() + prop[1:]}"
    return Field(prop, api, _VERSION, codec, read=f"newest.{api}")


_CONTENT = (
    Field("description", "VersionDescription", _VERSION, read="newest.VersionDescription"),
    _content("blockDeviceMappings", BLOCK_DEVICES),
    _content("capacityReservationSpecification", NESTED),
    _content("cpuOptions", NESTED),
    _content("creditSpecification", NESTED),
    _content("disableApiStop"),
    _content("disableApiTermination"),
    _content("ebsOptimized", FLAG),
    _content("enclaveOptions", structure({"enabled": "Enabled"})),
    _content("hibernationOptions", structure({"configured": "Configured"})),
    _content("iamInstanceProfile", NESTED),
    _content("imageId"),
    _content("instanceInitiatedShutdownBehavior"),
    _content("instanceMarketOptions", NESTED),
    _content("instanceType"),
    _content("keyName"),
    _content("maintenanceOptions", NESTED),
    _content("metadataOptions", METADATA),
    _content("monitoring", structure({"enabled": "Enabled"})),
    _content("networkInterfaces", NETWORK_INTERFACES),
    _content("networkPerformanceOptions", NESTED),
    _content("placement", NESTED),
    _content("tagSpecifications", TAGS_OF_STARTED),
    _content("userData"),
    _content("vpcSecurityGroupIds", SET, "SecurityGroupIds"),
)


def _problems(inputs: Properties) -> Iterator[Problem]:
    if inputs.get("updateDefaultVersion") and inputs.get("defaultVersion") is not None:
        yield Problem(
            "defaultVersion", "cannot be given with `updateDefaultVersion`, which follows the newest"
        )
    if inputs.get("networkInterfaces") and inputs.get("vpcSecurityGroupIds"):
        yield Problem("vpcSecurityGroupIds", "belong to the `networkInterfaces` where there are any")
    yield from interface_problems(inputs)


LAUNCH_TEMPLATE = ResourceSpec(
    type="aws:ec2/launchTemplate:LaunchTemplate",
    service="ec2",
    id="LaunchTemplateId",
    create=Op("create_launch_template", {"LaunchTemplateData": {}}, answer="LaunchTemplate"),
    read=Op(
        "describe_launch_templates",
        {"LaunchTemplateIds": IDS},
        answer="LaunchTemplates",
        pick={"LaunchTemplateId": ID},
    ),
    also={
        "newest": Op(
            "describe_launch_template_versions",
            {**_TEMPLATE, "Versions": ["$Latest"]},
            answer="LaunchTemplateVersions[0]",
        )
    },
    delete=Op("delete_launch_template", _TEMPLATE),
    absent=(
        "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateId.NotFoundException",
        "InvalidLaunchTemplateName.NotFoundException",
    ),
    find=Listed(
        Op("describe_launch_templates", {"Filters": TAG_FILTERS}, answer="LaunchTemplates[].LaunchTemplateId")
    ),
    fields=(
        Field("name", "LaunchTemplateName", REPLACE),
        *_CONTENT,
        Field(
            "defaultVersion",
            "DefaultVersion",
            Each(SET_DEFAULT),
            NUMBER_TEXT,
            read="DefaultVersionNumber",
            with_create=False,
            computed=True,
        ),
        Field("updateDefaultVersion", "", LOCAL),
    ),
    tags=ec2_tags("launch-template"),
    name=Name("name", 128, given_prefix="namePrefix"),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{account}:launch-template/{id}"),
        "latestVersion": Output("LatestVersionNumber", changes_with=tuple(row.prop for row in _CONTENT)),
    },
    unsupported={
        "instanceRequirements": "a pool has one instance type, which its profile names",
        "kernelId": "of paravirtual instances, which no current type is",
        "ramDiskId": "of paravirtual instances, which no current type is",
        "securityGroupNames": "of EC2-Classic, which is gone: give `vpcSecurityGroupIds`",
        "licenseSpecifications": "licences of AWS License Manager are not supported",
        "privateDnsNameOptions": "instances are named by address, AWS's default",
        "secondaryInterfaces": "interfaces in a network of their own are not supported",
    },
    problems=_problems,
)


def _group_problems(inputs: Properties) -> Iterator[Problem]:
    strategy = inputs.get("strategy")
    for prop, of in (("partitionCount", "partition"), ("spreadLevel", "spread")):
        if inputs.get(prop) and isinstance(strategy, str) and strategy != of:
            yield Problem(prop, f"is of groups whose `strategy` is {of}; this one's is {strategy}")


PLACEMENT_GROUP = ResourceSpec(
    type="aws:ec2/placementGroup:PlacementGroup",
    service="ec2",
    id=Text("{name}"),
    create=Op("create_placement_group"),
    read=Op(
        "describe_placement_groups",
        {"Filters": [{"Name": "group-name", "Values": IDS}]},
        answer="PlacementGroups",
        pick={"GroupName": ID},
    ),
    # Instances of the group end some time after they were told to.
    delete=Op("delete_placement_group", {"GroupName": ID}, again=("InvalidPlacementGroup.InUse",)),
    absent=(_GROUP_UNKNOWN,),
    gone="State == 'deleted'",
    vanishes_within=300,
    ready=Wait(until="State == 'available'", seconds=300),
    find=ByInputs(),
    fields=(
        Field("name", "GroupName", REPLACE),
        Field("strategy", "Strategy", REPLACE, required=True),
        Field("partitionCount", "PartitionCount", REPLACE, read="PartitionCount || `0`", computed=True),
        Field("spreadLevel", "SpreadLevel", REPLACE, read="SpreadLevel || ''", computed=True),
    ),
    tags=Tags(
        read="Tags",
        codec=TAG_PAIRS,
        add=Op("create_tags", {"Resources": [Prop("placementGroupId")]}),
        add_as="Tags",
        remove=Op("delete_tags", {"Resources": [Prop("placementGroupId")]}),
        remove_as="Tags",
        create_as="TagSpecifications",
        create_codec=tag_specification("placement-group"),
        keys_codec=TAG_KEYS,
    ),
    name=Name("name", 255),
    outputs={
        "arn": Text("arn:{partition}:ec2:{region}:{account}:placement-group/{id}"),
        "placementGroupId": "GroupId",
    },
    problems=_group_problems,
)

SPECS = (LAUNCH_TEMPLATE, PLACEMENT_GROUP)
