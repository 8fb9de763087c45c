"""Puts a package of drivers together for an engine that is not ours."""

from __future__ import annotations

from collections.abc import Callable

from provisioner.asked import Asked
from provisioner.local.desk import Desk
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection, region_around
from provisioner.wiring import LOCAL_KEYS, loaded


def aws_for(asked: Asked | None, say: Callable[[str], None]) -> AwsPackage:
    """The package `aws`, with the account, the role and the endpoint of an environment, and its region.

    Starts the local cloud for an environment in it; without an environment, all is as botocore finds it.
    Raises `InvalidEnvironment` and `LocalCloudNotStarted`.
    """
    if asked is None:
        return AwsPackage(Connection(), region_around)
    environment = loaded(asked).environment
    if environment.cloud != "local":
        account = environment.account
        role = account.assume_role if account else None
        return AwsPackage(Connection(assume_role=role), lambda: environment.region)
    desk = Desk()
    if (running := desk.status()) is None:
        running = desk.start()
        say(f"Started the local cloud at {running.endpoint}.")
    return AwsPackage(Connection(running.endpoint, LOCAL_KEYS), lambda: environment.region)
