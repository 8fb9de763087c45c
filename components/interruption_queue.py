"""A queue in which AWS says beforehand that a machine is about to be taken away.

Source: aws/karpenter-provider-aws v1.14, reference of its CloudFormation template, "Interruption handling".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.naming import EVENT_RULE, QUEUE, fitted
from components.policy_document import allow, anyone, deny, document, service


class Notice(NamedTuple):
    """A kind of event, as EventBridge tells it from others."""

    source: str
    detail_type: str


NOTICES: Final[Mapping[str, Notice]] = {
    "spot": Notice("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": Notice("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": Notice("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation": Notice("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
    "health": Notice("aws.health", "AWS Health Event"),
}
"""What is sent to the queue. Spot machines go two minutes after the first; of AWS's health events, scheduled
changes are heeded by who reads them."""

RETENTION: Final = 300
"""Seconds that a notice is kept: an older one is of a machine that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionQueueArgs:
    """Decisions, known at plan time."""

    origin: str
    location: Location


class InterruptionQueue(pulumi.ComponentResource):
    """The queue, and a rule for each kind of notice that sends it there.

    Only these rules may send, and only over TLS. It is sealed with a key of SQS's: EventBridge would have to
    be let use one of ours, and a notice says no more than which machine goes.
    """

    queue_arn: pulumi.Output[str]
    queue_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: InterruptionQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:compute:InterruptionQueue", name, {"origin": args.origin}, opts)
        queue = self._queue(name)
        rules = {kind: self._rule(name, kind, notice) for kind, notice in NOTICES.items()}
        policy = self._policy(name, args, queue, [rule.arn for rule in rules.values()])
        for kind, rule in rules.items():
            self._target(f"{name}-{kind}", rule, queue, policy)
        self.queue_arn = queue.arn
        self.queue_name = queue.name
        self.register_outputs({"queueArn": self.queue_arn, "queueName": self.queue_name})

    def _queue(self, name: str) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            fitted(name, QUEUE),
            message_retention_seconds=RETENTION,
            sqs_managed_sse_enabled=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rule(self, name: str, kind: str, notice: Notice) -> aws.cloudwatch.EventRule:
        return aws.cloudwatch.EventRule(
            fitted(f"{name}-{kind}", EVENT_RULE),
            description=f"For Karpenter: {notice.detail_type}",
            event_pattern=json.dumps({"source": [notice.source], "detail-type": [notice.detail_type]}),
            # Left out, a rule that somebody has switched off would be no difference.
            state="ENABLED",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(
        self,
        name: str,
        args: InterruptionQueueArgs,
        queue: aws.sqs.Queue,
        rule_arns: Sequence[pulumi.Input[str]],
    ) -> aws.sqs.QueuePolicy:
        # Source of the conditions: EventBridge user guide, "Cross-service confused deputy prevention".
        here = {"StringEquals": {"aws:SourceAccount": args.location.account_id}}
        send = ["sqs:SendMessage"]
        return aws.sqs.QueuePolicy(
            name,
            queue_url=queue.id,
            policy=document(
                allow(
                    "Rules",
                    send,
                    to=service("events.amazonaws.com"),
                    on=[queue.arn],
                    when={**here, "ArnEquals": {"aws:SourceArn": rule_arns}},
                ),
                allow("Queues", send, to=service("sqs.amazonaws.com"), on=[queue.arn], when=here),
                deny(
                    "TlsOnly",
                    ["sqs:*"],
                    to=anyone(),
                    on=[queue.arn],
                    when={"Bool": {"aws:SecureTransport": "false"}},
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _target(
        self, name: str, rule: aws.cloudwatch.EventRule, queue: aws.sqs.Queue, policy: aws.sqs.QueuePolicy
    ) -> None:
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="karpenter",
            arn=queue.arn,
            # What a rule sends before it may is lost.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
