"""Which names an environment's network asks for, and so which a DNS firewall has to let through.

Sources: each service's "endpoints and quotas" in the AWS general reference; Amazon EKS user guide, "EKS Pod
Identities"; Amazon EFS and RDS user guides on names of mount targets and of databases; Amazon VPC user guide,
"DNS attributes for your VPC".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from environments.connectivity import AirGap
from environments.data_services import Postgres
from environments.model import Environment

_OF_ENDPOINTS: Final[Mapping[str, Sequence[str]]] = {
    "ecr.api": ("api.ecr.{region}.amazonaws.com",),
    "ecr.dkr": ("*.dkr.ecr.{region}.amazonaws.com",),
    "eks": ("eks.{region}.amazonaws.com", "*.{region}.eks.amazonaws.com"),  # the clusters' own names
    "eks-auth": ("eks-auth.{region}.api.aws",),
    "elasticfilesystem": ("elasticfilesystem.{region}.amazonaws.com", "*.efs.{region}.amazonaws.com"),
}
"""Endpoints whose names are not `<service>.{region}.amazonaws.com`."""

_BUCKETS: Final = ("s3.{region}.amazonaws.com", "*.s3.{region}.amazonaws.com")
_DATABASES: Final = "*.{region}.rds.amazonaws.com"


def names(env: Environment, region: str, services: Sequence[str]) -> tuple[str, ...]:
    """The names, in order; `services` are those with an endpoint. `*.a` is every name below `a`."""
    return tuple(sorted({*_of_aws(env, region, services), *_of_the_environment(env)}))


def _of_aws(env: Environment, region: str, services: Sequence[str]) -> Iterator[str]:
    usual = "{service}.{region}.amazonaws.com"
    patterns = [(service, each) for service in services for each in _OF_ENDPOINTS.get(service, (usual,))]
    yield from (each.format(service=service, region=region) for service, each in patterns)
    yield from (each.format(region=region) for each in _BUCKETS)
    # Machines have names in their network; the first region's are older than the rule.
    yield "*.ec2.internal" if region == "us-east-1" else f"*.{region}.compute.internal"
    if any(isinstance(service, Postgres) for service in env.data_services):
        yield _DATABASES.format(region=region)


def _of_the_environment(env: Environment) -> Iterator[str]:
    if isinstance(env.connectivity, AirGap):
        yield env.connectivity.mirror.partition(":")[0]
        yield from env.connectivity.names
    if env.encryption.vault:
        yield urlsplit(env.encryption.vault.address).hostname or ""
    if env.dns:
        yield from (env.dns.zone, f"*.{env.dns.zone}")
