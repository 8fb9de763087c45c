"""Which services of AWS an environment speaks to from its network, and so needs endpoints for.

In an air gap nothing works without them; elsewhere they keep the traffic off the internet and off NAT.
Sources: Amazon EKS user guide, "Deploy private clusters with limited internet access" and "EKS Pod
Identities"; Karpenter, "Private clusters". S3 is not among them: its endpoint is a gateway, and always there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.cluster import EksCluster
from environments.data_services import FileSystem, Postgres
from environments.model import Environment

_ALWAYS: Final = ("ecr.api", "ecr.dkr", "sts", "kms", "logs", "ec2")
"""What nodes and workloads ask of AWS before any feature is switched on."""


def services(env: Environment, region: str) -> tuple[str, ...]:
    """The ends of the services' names, as `ecr.api`: those that are always needed, then what features add."""
    return tuple(dict.fromkeys((*_ALWAYS, *_of_the_cluster(env, region), *_of_data_services(env))))


def _of_the_cluster(env: Environment, region: str) -> Iterator[str]:
    if not isinstance(env.cluster, EksCluster):
        return
    yield "eks"  # nodes look up their cluster; controllers describe it
    yield "eks-auth"  # the agent that hands out roles to pods
    yield "elasticloadbalancing"  # the load balancer controller
    yield "autoscaling"  # the autoscaler of the node groups
    if env.pools_by("karpenter", region):
        yield "ssm"  # Karpenter asks which image is the newest
        yield "sqs"  # and reads which machine is about to be taken away


def _of_data_services(env: Environment) -> Iterator[str]:
    if not isinstance(env.cluster, EksCluster):
        return
    kinds = {type(service) for service in env.data_services}
    if Postgres in kinds:
        yield "secretsmanager"  # where the administrator's password is
    if FileSystem in kinds:
        yield "elasticfilesystem"  # the mount helper looks up the target of its zone
