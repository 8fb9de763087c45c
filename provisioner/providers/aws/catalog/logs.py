"""CloudWatch Logs: log groups."""

from __future__ import annotations

from provisioner.providers.aws.codecs import TAG_MAP
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    REPLACE,
    ByInputs,
    Field,
    Found,
    Name,
    Op,
    Prop,
    ResourceSpec,
    Switch,
    Tags,
    Text,
)

_THIS = {"logGroupName": ID}

LOG_GROUP = ResourceSpec(
    type="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    id=Text("{name}"),
    create=Op("create_log_group"),
    read=Op("describe_log_groups", {"logGroupNamePrefix": ID}, answer="logGroups", pick={"logGroupName": ID}),
    also={"tags": Op("list_tags_for_resource", {"resourceArn": Found("logGroupArn")}, answer="tags")},
    delete=Op("delete_log_group", _THIS, unless="skipDestroy"),
    absent=("ResourceNotFoundException",),
    find=ByInputs(),
    fields=(
        Field("name", "logGroupName", REPLACE),
        Field("logGroupClass", "logGroupClass", REPLACE, computed=True, may_be_silent=True),
        Field(
            "kmsKeyId",
            "kmsKeyId",
            Switch(Op("associate_kms_key", _THIS), Op("disassociate_kms_key", _THIS)),
        ),
        Field(
            "retentionInDays",
            "retentionInDays",
            Switch(Op("put_retention_policy", _THIS), Op("delete_retention_policy", _THIS)),
            with_create=False,
            default=0,
        ),
        Field("skipDestroy", "", LOCAL, default=False),
    ),
    tags=Tags(
        read="tags",
        codec=TAG_MAP,
        add=Op("tag_resource", {"resourceArn": Prop("arn")}),
        add_as="tags",
        remove=Op("untag_resource", {"resourceArn": Prop("arn")}),
        remove_as="tagKeys",
        create_as="tags",
    ),
    name=Name("name", 512, given_prefix="namePrefix"),
    outputs={
        "arn": "logGroupArn",
        "deletionProtectionEnabled": "deletionProtectionEnabled || `false`",
    },
    unsupported={
        "deletionProtectionEnabled": "use Pulumi's `protect`, or `skipDestroy` to leave the logs behind",
    },
)

SPECS = (LOG_GROUP,)
