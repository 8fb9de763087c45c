"""Counts queues, and the rules that send events to them."""

from botocore.exceptions import ClientError

GONE = "AWS.SimpleQueueService.NonExistentQueue"


def _queues(cloud):
    return cloud.listed("sqs", "list_queues", "QueueUrls") or []


def _shared(cloud):
    for url in _queues(cloud):
        try:
            told = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise
        else:
            if told.get("Attributes", {}).get("Policy"):
                yield url


def _rules(cloud):
    return [rule["Name"] for rule in cloud.listed("events", "list_rules", "Rules")]


def _targets(cloud):
    for rule in _rules(cloud):
        for target in cloud.listed("events", "list_targets_by_rule", "Targets", Rule=rule):
            yield f"{rule} {target['Id']}"


CENSUS_EVENTS = {
    "aws:cloudwatch/eventRule:EventRule": _rules,
    "aws:cloudwatch/eventTarget:EventTarget": _targets,
    "aws:sqs/queue:Queue": _queues,
    "aws:sqs/queuePolicy:QueuePolicy": _shared,
}
"""How the objects of each type are listed."""
