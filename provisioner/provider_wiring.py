"""Puts a package of drivers together for an engine that is not ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from provisioner.asked import Asked
from provisioner.aws_access import LOCAL_KEYS, cloud_connection
from provisioner.local.desk import Desk
from provisioner.providers.aws.package import VERSION as AWS
from provisioner.providers.aws.package import AwsPackage, check_account
from provisioner.providers.aws.session import Connection, region_around
from provisioner.providers.interface import Package, Provider
from provisioner.vault_wiring import notices, vault_package
from provisioner.wiring import loaded

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Served:
    """A package that another engine can have."""

    package: Callable[[Asked | None, Say], Package]
    """It, as an environment reaches what it acts on, or as one would without an environment."""

    version: Callable[[], str]
    """Of the SDK's package whose programs it serves."""

    admit: Callable[[Provider], None] = lambda _: None
    """Raises `Refused` if a provider must not act."""


def aws_for(asked: Asked | None, say: Say) -> AwsPackage:
    """The package `aws`, with the account, the role and the endpoint of an environment, and its region.

    Starts the local cloud for an environment in it; without an environment, all is as botocore finds it.
    Raises `InvalidEnvironment` and `LocalCloudNotStarted`.
    """
    if asked is None:
        return AwsPackage(Connection(), region_around)
    environment = loaded(asked).environment
    if environment.cloud != "local":
        return AwsPackage(cloud_connection(environment), lambda: environment.region)
    desk = Desk()
    if (running := desk.status()) is None:
        running = desk.start()
        say(f"Started the local cloud at {running.endpoint}.")
    return AwsPackage(Connection(running.endpoint, LOCAL_KEYS), lambda: environment.region)


def kubernetes_for(asked: Asked | None, say: Say) -> Package:
    """The package `kubernetes`, with the access that an environment has to its clusters.

    Without an environment a cluster is reached as kubectl reaches it. Raises `InvalidEnvironment`.
    """
    from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage  # noqa: PLC0415

    if asked is None:
        return KubernetesPackage(ClusterConnection())
    from provisioner import cluster_wiring  # noqa: PLC0415 - one of two

    found = loaded(asked)
    cluster_wiring.must_be_known(found)
    for notice in cluster_wiring.notices(found.environment):
        say(notice)
    return cluster_wiring.kubernetes_package(found)


def vault_for(asked: Asked | None, say: Say) -> Package:
    """The package `vault`, as an environment reaches its Vault.

    Without an environment it is reached as Vault's own CLI would. Raises `InvalidEnvironment`.
    """
    from provisioner.providers.vault.package import VaultConnection, VaultPackage  # noqa: PLC0415

    if asked is None:
        return VaultPackage(VaultConnection())
    found = loaded(asked)
    for notice in notices(found):
        say(notice)
    return vault_package(found)


def _vault() -> str:
    from provisioner.providers.vault.package import VERSION  # noqa: PLC0415

    return VERSION


def _kubernetes() -> str:
    from provisioner.providers.kubernetes.package import VERSION  # noqa: PLC0415

    return VERSION


SERVED: Final[Mapping[str, Served]] = {
    "aws": Served(aws_for, lambda: AWS, check_account),
    "kubernetes": Served(kubernetes_for, _kubernetes),
    "vault": Served(vault_for, _vault),
}
