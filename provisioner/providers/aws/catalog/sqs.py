"""Simple Queue Service: queues, and who may send to them.

All settings of a queue are texts in one map, and one call changes whichever of them it names. Deleting a
queue takes up to a minute, in which it can still be seen and its name is not free (API reference of
DeleteQueue and CreateQueue; pulumi-aws waits for three minutes).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import JSON, NUMBER_TEXT, POLICY, TAG_MAP
from provisioner.providers.aws.spec import (
    ID,
    PUT,
    REPLACE,
    SAME,
    ByInputs,
    Codec,
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
)
from provisioner.providers.interface import Problem

_THIS: Final = {"QueueUrl": ID}
_CHANGE: Final = Op("set_queue_attributes", _THIS)
# The service says the first; the second is the error's name in its model.
_GONE: Final = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_NAME_IS_HELD: Final = ("AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently")

_NAME_IN_ARN: Final = Codec(encode=str, decode=lambda arn: arn.rpartition(":")[2])
_FLAG: Final = Codec(encode=lambda value: "true" if value else "false", decode=lambda text: text == "true")
_OF_FIFO: Final = Codec(encode=lambda value: "true" if value else None, decode=lambda text: text == "true")
"""What a queue without an order refuses even as `false`."""


def _setting(prop: str, attribute: str, codec: Codec = NUMBER_TEXT, **row: Any) -> Field:
    return Field(prop, f"Attributes.{attribute}", _CHANGE, codec, **row)


def _agree(inputs: Properties) -> Iterator[Problem]:
    name, in_order = inputs.get("name"), inputs.get("fifoQueue")
    if in_order is True and isinstance(name, str) and not name.endswith(".fifo"):
        yield Problem("name", "has to be given where `fifoQueue` is true, and to end in `.fifo`")
    if in_order is False and inputs.get("contentBasedDeduplication") not in (None, False, UNKNOWN):
        yield Problem("contentBasedDeduplication", "needs `fifoQueue`: no other queue knows it")
    key = inputs.get("kmsMasterKeyId")
    if key is None and inputs.get("kmsDataKeyReusePeriodSeconds") is not None:
        yield Problem("kmsDataKeyReusePeriodSeconds", "needs `kmsMasterKeyId`: no other key is reused")
    if key is not None and inputs.get("sqsManagedSseEnabled") is not None:
        yield Problem("sqsManagedSseEnabled", "stands beside `kmsMasterKeyId`: a queue has one kind of key")


QUEUE = ResourceSpec(
    type="aws:sqs/queue:Queue",
    service="sqs",
    id="QueueUrl",
    create=Op("create_queue", again=_NAME_IS_HELD),
    read=Op("get_queue_attributes", {**_THIS, "AttributeNames": ["All"]}),
    also={"tags": Op("list_queue_tags", _THIS, answer="Tags")},
    delete=Op("delete_queue", _THIS),
    absent=_GONE,
    find=Listed(Op("list_queues", {"QueueNamePrefix": Prop("name")}, answer="QueueUrls")),
    fields=(
        Field("name", "QueueName", REPLACE, _NAME_IN_ARN, read="Attributes.QueueArn"),
        Field(
            "fifoQueue",
            "Attributes.FifoQueue",
            REPLACE,
            _OF_FIFO,
            read="Attributes.FifoQueue || 'false'",
            default=False,
        ),
        _setting(
            "contentBasedDeduplication",
            "ContentBasedDeduplication",
            _OF_FIFO,
            read="Attributes.ContentBasedDeduplication || 'false'",
            reset="false",
            default=False,
        ),
        _setting(
            "deduplicationScope",
            "DeduplicationScope",
            SAME,
            read="Attributes.DeduplicationScope || ''",
            computed=True,
        ),
        _setting(
            "fifoThroughputLimit",
            "FifoThroughputLimit",
            SAME,
            read="Attributes.FifoThroughputLimit || ''",
            computed=True,
        ),
        _setting("delaySeconds", "DelaySeconds", default=0),
        _setting("maxMessageSize", "MaximumMessageSize", default=262_144),
        _setting("messageRetentionSeconds", "MessageRetentionPeriod", default=345_600),
        _setting("receiveWaitTimeSeconds", "ReceiveMessageWaitTimeSeconds", default=0),
        _setting("visibilityTimeoutSeconds", "VisibilityTimeout", default=30),
        _setting("kmsMasterKeyId", "KmsMasterKeyId", SAME, reset=""),
        _setting(
            "kmsDataKeyReusePeriodSeconds",
            "KmsDataKeyReusePeriodSeconds",
            # Told only of queues with a key of one's own.
            read="Attributes.KmsDataKeyReusePeriodSeconds || '300'",
            computed=True,
        ),
        _setting("sqsManagedSseEnabled", "SqsManagedSseEnabled", _FLAG, computed=True),
        _setting("policy", "Policy", POLICY, read="Attributes.Policy || ''", computed=True),
        _setting(
            "redrivePolicy", "RedrivePolicy", JSON, read="Attributes.RedrivePolicy || ''", computed=True
        ),
        _setting(
            "redriveAllowPolicy",
            "RedriveAllowPolicy",
            JSON,
            read="Attributes.RedriveAllowPolicy || ''",
            computed=True,
        ),
    ),
    tags=Tags(
        read="tags",
        codec=TAG_MAP,
        add=Op("tag_queue", _THIS),
        add_as="Tags",
        remove=Op("untag_queue", _THIS),
        remove_as="TagKeys",
        create_as="tags",
    ),
    name=Name("name", 80, given_prefix="namePrefix"),
    outputs={
        "arn": "Attributes.QueueArn",
        "url": Text("{id}"),
        # Where a program does not say it, it follows from the key.
        "sqsManagedSseEnabled": Output("Attributes.SqsManagedSseEnabled", ("kmsMasterKeyId",), _FLAG),
    },
    vanishes_within=180,
    problems=_agree,
)

QUEUE_POLICY = ResourceSpec(
    type="aws:sqs/queuePolicy:QueuePolicy",
    service="sqs",
    id=Text("{queueUrl}"),
    # Whom it names may have been made a moment ago and not be known everywhere yet.
    create=Op("set_queue_attributes", again=("InvalidAttributeValue",)),
    read=Op("get_queue_attributes", {**_THIS, "AttributeNames": ["Policy"]}, answer="Attributes"),
    delete=Op("set_queue_attributes", {**_THIS, "Attributes": {"Policy": ""}}),
    absent=_GONE,
    gone="!Policy",
    find=ByInputs(),
    fields=(
        Field("queueUrl", "QueueUrl", REPLACE, read=None, required=True),
        Field("policy", "Attributes.Policy", PUT, POLICY, read="Policy", required=True),
    ),
    outputs={},
    # What was set is to be seen within a minute (API reference of SetQueueAttributes).
    ready=Wait("Policy", seconds=120),
)

SPECS = (QUEUE, QUEUE_POLICY)
