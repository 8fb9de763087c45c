"""How this machine gets into the cloud of an environment: in the role of its account, or on a desk."""

from __future__ import annotations

from typing import Final

from environments.model import Environment
from provisioner.local.desk import Desk
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection, Credentials

LOCAL_KEYS: Final = Credentials("local", "local")
"""The local cloud accepts any; given ones keep botocore from looking for the person's own."""


def cloud_connection(environment: Environment) -> Connection:
    """To the real cloud: with the credentials around us, in the role of the account where it names one."""
    account = environment.account
    return Connection(assume_role=account.assume_role if account else None)


def cloud_scope(environment: Environment) -> Scope | None:
    """Asks the environment's cloud in its own region; None: it is one on a desk, which does not run."""
    connection = cloud_connection(environment)
    if environment.cloud == "local":
        running = Desk().status()
        if running is None:
            return None
        connection = Connection(running.endpoint, LOCAL_KEYS)
    return Scope(Clients(connection), environment.region)
