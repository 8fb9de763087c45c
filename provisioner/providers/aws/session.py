"""How AWS is reached: endpoint, credentials, and one client for each service and region.

botocore is imported when the first call is made, so that planning from state costs no import. It is botocore
and not boto3 because boto3 only adds its resource layer to the same clients.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from provisioner.providers.aws import light_botocore

POOL = 32
"""Connections a client keeps: more than the threads that call at the same time."""
ATTEMPTS = 8
LOCAL_ATTEMPTS = 3
"""A cloud on the same machine answers or does not; waiting long for it hides the fault."""

MAKING = ("Create", "Allocate", "Run", "Replicate", "ChangeResource", "AssociateVPC")
"""How the operations are called of which a second call makes a second object, or is refused as one."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key that was given, as opposed to one found around us."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where AWS is and who we are there.

    With `credentials` given, nothing around us counts: no `AWS_…` variable, profile, configuration file or
    proxy. Without, botocore's usual chain finds them; `assume_role` is the ARN of a role to take on then.
    """

    endpoint: str | None = None
    credentials: Credentials | None = None
    assume_role: str | None = None
    profile: str | None = None
    """Of the AWS configuration; None: the surroundings decide."""

    attempts: int | None = None
    """How often a call is tried that may be repeated; None: as is usual for the kind of endpoint."""

    patience: int = 60
    """Seconds to wait for an answer."""


def region_around() -> str:
    """The region that variables or the AWS configuration name; empty if none does."""
    if said := os.environ.get("AWS_REGION"):
        return said
    session: Any = import_module("botocore.session").Session()
    return str(session.get_config_variable("region") or "")


class Clients:
    """botocore clients for one connection, made when first asked for. May be used by several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str) -> Any:
        """The client of a service in a region; making one is not thread safe in botocore, using it is."""
        key = (service, region)
        if (found := self._clients.get(key)) is not None:
            return found
        with self._lock:
            if key not in self._clients:
                self._session = self._session or _session(self._connection)
                self._clients[key] = _client(self._session, self._connection, service, region)
            return self._clients[key]


def _session(connection: Connection) -> Any:
    session: Any = light_botocore.session(connection.profile)
    if connection.credentials:
        _ignore_surroundings(session)
    light_botocore.read_models_lightly(session)
    _know_services(session)
    if connection.assume_role:
        _take_on(session, connection.assume_role)
    session.get_component("event_emitter").register_first("needs-retry", _never_make_twice)
    return session


def _know_services(session: Any) -> None:
    """Tell botocore which services there are.

    It would look into 420 folders, at 1,700 files, for each kind of model; and in each thread again that
    comes while the first one looks.
    """
    loader: Any = session.get_component("data_loader")
    folders = [Path(each) for each in loader.search_paths]
    names = sorted(each.name for folder in folders if folder.is_dir() for each in folder.iterdir())

    def known(kind: str) -> list[str]:  # noqa: ARG001 - of each kind of model
        return names

    loader.list_available_services = known


def _never_make_twice(operation: Any, caught_exception: Exception | None, **_: Any) -> None:
    """Before botocore repeats a call: one that makes something may have made it, although no answer came."""
    errors: Any = import_module("botocore.exceptions")
    lost = isinstance(caught_exception, errors.ConnectionClosedError | errors.ReadTimeoutError)
    if caught_exception and lost and operation.name.startswith(MAKING):
        raise caught_exception


def _ignore_surroundings(session: Any) -> None:
    """Give every setting that botocore would look up around us its default."""
    providers: Any = import_module("botocore.configprovider")
    settings: Any = session.get_component("config_store")
    for name, (_, _, default, _) in providers.BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
        settings.set_config_provider(name, providers.ConstantProvider(value=default))
    for name in ("config_file", "credentials_file"):
        settings.set_config_provider(name, providers.ConstantProvider(value=os.devnull))


class _Loan:
    """A source of credentials for botocore: those of a role, renewed when they run out."""

    METHOD = "assume-role"

    def __init__(self, fetch: Callable[[], Any]) -> None:
        self._fetch = fetch

    def load(self) -> Any:
        credentials: Any = import_module("botocore.credentials")
        return credentials.DeferredRefreshableCredentials(method=self.METHOD, refresh_using=self._fetch)


def _take_on(session: Any, role: str) -> None:
    """Make the session act as `role`, which the credentials found around us may assume."""
    if (ours := session.get_credentials()) is None:
        return  # the first call says that there are none
    credentials: Any = import_module("botocore.credentials")
    fetcher: Any = credentials.AssumeRoleCredentialFetcher(
        client_creator=session.create_client,
        source_credentials=ours,
        role_arn=role,
        extra_args={"RoleSessionName": "provisioner"},
    )
    loan = credentials.CredentialResolver([_Loan(fetcher.fetch_credentials)])
    session.register_component("credential_provider", loan)
    session._credentials = None  # noqa: SLF001 - get_credentials() above has kept the ones to assume the role with


def _client(session: Any, connection: Connection, service: str, region: str) -> Any:
    given = connection.credentials
    settings: dict[str, Any] = {
        "connect_timeout": 10,
        "read_timeout": connection.patience,
        "max_pool_connections": POOL,
        "retries": {
            "mode": "standard",
            "total_max_attempts": connection.attempts or (LOCAL_ATTEMPTS if given else ATTEMPTS),
        },
        "user_agent_extra": "provisioner",
    }
    keys: dict[str, Any] = {}
    if given:
        settings["proxies"] = {}
        keys["aws_access_key_id"] = given.access_key
        keys["aws_secret_access_key"] = given.secret_key
        keys["aws_session_token"] = given.token
    if connection.endpoint:
        # A bucket as part of the host name needs DNS that an endpoint of our own does not have.
        settings["s3"] = {"addressing_style": "path"}
    configured = import_module("botocore.config").Config(**settings)
    return session.create_client(
        service, region_name=region, endpoint_url=connection.endpoint, config=configured, **keys
    )
