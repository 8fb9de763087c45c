"""Compares the URNs a plan has with those that were shipped: what is gone, and whether it is known by its old name."""

from collections.abc import Iterable, Sequence

from tests.support.recording import Declared

STATEFUL = (
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:eks/cluster:Cluster",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:rds/instance:Instance",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
)
"""What is lost when its object goes: data, and what opens it."""


def lost(shipped: Iterable[str], declared: Sequence[Declared]) -> list[str]:
    """The stateful objects that were shipped and that this plan deletes, because nothing in it answers to them."""
    known = {each.urn for each in declared}.union(*(each.aliases for each in declared))
    return [urn for urn in shipped if _type(urn) in STATEFUL and urn not in known]


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]
