"""Queues and rules: what a rule matches is in the queue, and what a service half refuses is refused."""

import json

import pytest

from provisioner.providers.interface import Identity, Refused
from tests.support.aws_cases import Case, Json, Ref

SPOT = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}
QUEUE = Case("aws:sqs/queue:Queue", {"messageRetentionSeconds": 300, "sqsManagedSseEnabled": True})
RULE = Case("aws:cloudwatch/eventRule:EventRule", {"name": "spot-warning", "eventPattern": Json(SPOT)})
TARGET = Case(
    "aws:cloudwatch/eventTarget:EventTarget",
    {"rule": Ref("rule", "name"), "targetId": "to-karpenter", "arn": Ref("queue", "arn")},
    needs={"queue": QUEUE, "rule": RULE},
)


def event(kind):
    return {"Source": "aws.ec2", "DetailType": kind, "Detail": json.dumps({"instance-id": "i-1"})}


def test_what_a_rule_matches_is_in_the_queue_and_nothing_else(stage, client):
    stage.make(TARGET)
    for kind in ("EC2 Instance State-change Notification", SPOT["detail-type"][0]):
        client("events").put_events(Entries=[event(kind)])
    said = client("sqs").receive_message(QueueUrl=stage.made["queue"].id, MaxNumberOfMessages=10)
    assert [json.loads(each["Body"])["detail-type"] for each in said["Messages"]] == SPOT["detail-type"]


@pytest.mark.parametrize("id", ["spot-warning/to-karpenter", "spot-warning-to-karpenter"])
def test_a_target_is_imported_by_its_rule_and_id_with_whatever_dashes(provider, stage, id):
    stage.make(TARGET)
    found = provider.read(TARGET.type, Identity(id))
    assert (found.id, found.inputs["rule"]) == ("spot-warning-to-karpenter", "spot-warning")


@pytest.mark.parametrize("id", ["spot-warning-of-nobody", "spot/warning", "spot"])
def test_a_target_that_is_not_there_is_none(provider, stage, id):
    stage.make(TARGET)
    assert provider.read(TARGET.type, Identity(id)) is None


def test_a_target_that_eventbridge_does_not_take_is_refused_although_the_call_is_answered(
    provider, stage, monkeypatch
):
    stage.make(RULE, "rule")
    client = provider.scope.clients.client("events", "us-east-1")
    entry = {"TargetId": "x", "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "Once more."}
    monkeypatch.setattr(client, "put_targets", lambda **_: {"FailedEntryCount": 1, "FailedEntries": [entry]})
    target = Case(TARGET.type, {"rule": "spot-warning", "arn": "arn:aws:sqs:us-east-1:123456789012:x"})
    with pytest.raises(Refused, match=r"Once more\. \(ConcurrentModificationException\)"):
        provider.create(TARGET.type, stage.inputs(target))


def test_a_rule_waits_until_its_targets_are_known_to_be_gone(provider, stage, client, monkeypatch):
    stage.make(TARGET)
    rule, events, tried = stage.made["rule"], client("events"), []
    delete = events.delete_rule

    def second_time(**send):
        if tried:
            events.remove_targets(Rule=rule.id, Ids=["to-karpenter"])
        tried.append(send)
        return delete(**send)

    monkeypatch.setattr(events, "delete_rule", second_time)
    provider.delete(RULE.type, rule)
    assert len(tried) == 2
    assert provider.read(RULE.type, Identity(rule.id, rule.inputs, rule.outputs)) is None


def test_a_policy_goes_and_the_queue_stays_as_it_is(provider, stage, client):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
    }
    policy = Case(
        "aws:sqs/queuePolicy:QueuePolicy",
        {"queueUrl": Ref("queue"), "policy": Json({"Version": "2012-10-17", "Statement": [statement]})},
        needs={"queue": QUEUE},
    )
    made, queue = stage.make(policy), stage.made["queue"]
    assert provider.read(QUEUE.type, Identity(queue.id, queue.inputs, queue.outputs)).inputs == queue.inputs
    provider.delete(policy.type, made)
    told = client("sqs").get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]
    assert "Policy" not in told
    assert told["MessageRetentionPeriod"] == "300"
