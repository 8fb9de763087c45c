"""What a plan would lose for good: the types whose objects hold data, or without which it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provisioner.plan.model import StackPlan, Step

STATEFUL: Final[Mapping[str, str]] = {
    "aws:backup/vault:Vault": "its backups",
    "aws:cloudwatch/logGroup:LogGroup": "its log events",
    "aws:cognito/userPool:UserPool": "its users",
    "aws:dynamodb/table:Table": "its items",
    "aws:ebs/snapshot:Snapshot": "the snapshot",
    "aws:ebs/volume:Volume": "what is on the volume",
    "aws:ecr/repository:Repository": "its images",
    "aws:efs/fileSystem:FileSystem": "its files",
    "aws:eks/cluster:Cluster": "every object in the cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup": "its entries",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "its files",
    "aws:kms/key:Key": "everything that is encrypted with it",
    "aws:kms/replicaKey:ReplicaKey": "everything that is encrypted with it in its region",
    "aws:opensearch/domain:Domain": "its indices",
    "aws:rds/cluster:Cluster": "its databases",
    "aws:rds/instance:Instance": "its databases",
    "aws:route53/zone:Zone": "its records, and its name servers' names",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:s3/bucketObjectv2:BucketObjectv2": "the object",
    "aws:s3/bucketV2:BucketV2": "its objects",
    "aws:secretsmanager/secret:Secret": "the secret",
    "aws:sqs/queue:Queue": "the messages in it",
    "aws:ssm/parameter:Parameter": "its value",
}
"""Stateful types, and what is gone with an object of each."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One step that destroys data."""

    step: Step
    what: str


def losses(plan: StackPlan) -> tuple[Loss, ...]:
    """Every step that deletes or replaces an object which holds data."""
    return tuple(
        Loss(step, STATEFUL[step.type])
        for step in plan.steps
        if step.op.removes_something and step.type in STATEFUL
    )
