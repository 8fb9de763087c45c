"""EventBridge: rules of an account's own bus, and where they send what they match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import JSON, TAG_PAIRS, structure
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    PUT,
    REPLACE,
    SAME,
    ByInputs,
    Codec,
    Field,
    Found,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Tags,
    Text,
)
from provisioner.providers.interface import Problem

BUS: Final = "default"
"""The bus that AWS's own services send to; every account has it in every region."""

_GONE: Final = ("ResourceNotFoundException",)
_THIS: Final = {"Name": ID}
_UNKNOWN_YET: Final = ("ValidationException: cannot be assumed by principal",)


def _the_bus(inputs: Properties) -> Iterator[Problem]:
    if inputs.get("eventBusName", BUS) not in (BUS, UNKNOWN):
        yield Problem("eventBusName", f"can be `{BUS}` only here: buses of one's own are not supported")


def _has_something_to_match(inputs: Properties) -> Iterator[Problem]:
    yield from _the_bus(inputs)
    if not inputs.get("eventPattern") and not inputs.get("scheduleExpression"):
        yield Problem("eventPattern", "has to be given, unless there is a `scheduleExpression`")


RULE = ResourceSpec(
    type="aws:cloudwatch/eventRule:EventRule",
    service="events",
    id=Text("{name}"),
    create=Op("put_rule", again=_UNKNOWN_YET),
    read=Op("describe_rule", _THIS),
    also={"tags": Op("list_tags_for_resource", {"ResourceARN": Found("Arn")}, answer="Tags")},
    delete=Op(
        "delete_rule",
        {**_THIS, "Force": Prop("forceDestroy")},
        # That its targets are gone is not known everywhere at once.
        again=("ValidationException: since it has targets",),
    ),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("name", "Name", REPLACE),
        Field("eventBusName", "EventBusName", REPLACE, default=BUS),
        Field("description", "Description", PUT),
        Field("eventPattern", "EventPattern", PUT, JSON),
        Field("scheduleExpression", "ScheduleExpression", PUT),
        Field("roleArn", "RoleArn", PUT),
        Field("state", "State", PUT, computed=True),
        Field("forceDestroy", "", LOCAL, default=False),
    ),
    tags=Tags(
        read="tags",
        codec=TAG_PAIRS,
        add=Op("tag_resource", {"ResourceARN": Prop("arn")}),
        add_as="Tags",
        remove=Op("untag_resource", {"ResourceARN": Prop("arn")}),
        remove_as="TagKeys",
        create_as="Tags",
    ),
    name=Name("name", 64, given_prefix="namePrefix"),
    outputs={"arn": "Arn", "isEnabled": Output("State != 'DISABLED'", changes_with=("state",))},
    unsupported={"isEnabled": "deprecated in pulumi-aws: write `state`"},
    problems=_has_something_to_match,
)

_OF_OTHERS: Final = "is about a kind of target that nothing here sends events to"


def _told(prop: str, member: str, codec: Codec = SAME, **row: Any) -> Field:
    """A member of the one target in the call, which is replaced as a whole."""
    return Field(prop, f"Targets[].{member}", PUT, codec, read=member, **row)


TARGET = ResourceSpec(
    type="aws:cloudwatch/eventTarget:EventTarget",
    service="events",
    id=Text("{rule}-{targetId}"),
    create=Op("put_targets", again=_UNKNOWN_YET),
    read=Op("list_targets_by_rule", {"Rule": Prop("rule")}, answer="Targets", pick={"Id": Prop("targetId")}),
    delete=Op(
        "remove_targets",
        {"Rule": Prop("rule"), "Ids": [Prop("targetId")], "Force": Prop("forceDestroy")},
    ),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("rule", "Rule", REPLACE, read=None, required=True),
        Field("targetId", "Targets[].Id", REPLACE, read="Id"),
        Field("eventBusName", "EventBusName", REPLACE, read=None, default=BUS),
        _told("arn", "Arn", required=True),
        _told("roleArn", "RoleArn"),
        _told("input", "Input"),
        _told("inputPath", "InputPath"),
        _told(
            "inputTransformer",
            "InputTransformer",
            structure({"inputPaths": "InputPathsMap", "inputTemplate": "InputTemplate"}),
        ),
        _told("deadLetterConfig", "DeadLetterConfig", structure({"arn": "Arn"})),
        _told(
            "retryPolicy",
            "RetryPolicy",
            structure(
                {
                    "maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
                    "maximumRetryAttempts": "MaximumRetryAttempts",
                }
            ),
        ),
        _told("sqsTarget", "SqsParameters", structure({"messageGroupId": "MessageGroupId"})),
        Field("forceDestroy", "", LOCAL, default=False),
    ),
    name=Name("targetId", 64),
    outputs={},
    unsupported={
        "appsyncTarget": _OF_OTHERS,
        "batchTarget": _OF_OTHERS,
        "ecsTarget": _OF_OTHERS,
        "httpTarget": _OF_OTHERS,
        "kinesisTarget": _OF_OTHERS,
        "redshiftTarget": _OF_OTHERS,
        "runCommandTargets": _OF_OTHERS,
        "sagemakerPipelineTarget": _OF_OTHERS,
    },
    problems=_the_bus,
)

SPECS = (RULE, TARGET)
