"""Where the state of an environment is kept, and what seals its secrets, built from its settings."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from environments.account import State
from environments.bucket_address import BucketAddress
from environments.key_address import VAULT, kms_address
from provisioner.backends.bucket import Bucket
from provisioner.backends.kms import KmsKey
from provisioner.backends.objects import Objects
from provisioner.engine.embedded.cloud_sealer import CloudKey
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import BY_PHRASE, Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.secrets import own_passphrase
from provisioner.providers.aws.session import Clients, Connection

if TYPE_CHECKING:  # other people's projects have no environment; where no Vault is asked it is not loaded
    from environments.load import Loaded
    from provisioner.providers.vault.connection import VaultConnection
    from provisioner.providers.vault.session import Session

_HERE: Final = Path(".provisioner")
"""What is this machine's alone, wherever the state is kept."""

_ATTEMPTS: Final = 4
_PATIENCE: Final = 10
"""Seconds. A bucket answers in a fraction of one; a run that waits for it does nothing else."""


def folder_of(state: State) -> Path:
    """The folder for what is kept beside the state, on this machine."""
    match state.backend:
        case BucketAddress(bucket=bucket, prefix=prefix):
            return _HERE / "buckets" / bucket / prefix
        case PurePosixPath() as folder:
            return Path(folder) / "state"


def backend_of(state: State, region: str, home: Path = Path()) -> Backend:
    """Where the state is kept; no call is made yet. A bucket that names no region is in `region`.

    The bucket is reached with the credentials found around us, not in the role of the environment's account:
    the states of many accounts are often in one bucket of another. What is this machine's lies below `home`.
    """
    match state.backend:
        case BucketAddress() as address:
            return Bucket(
                _objects(address, region), home / _desk_of(address), earlier=home / folder_of(state)
            )
        case _:
            return Folder(folder_of(state))


def _desk_of(address: BucketAddress) -> Path:
    """Where journals of a bucket are kept while it is away; two endpoints may have buckets of one name."""
    endpoint = (address.endpoint or "").rstrip("/").lower()
    at = hashlib.sha256(endpoint.encode()).hexdigest()[:8] if endpoint else "aws"
    return _HERE / "buckets" / f"{address.bucket}@{at}" / address.prefix


def keys_of(
    state: State, region: str, *, is_local: bool, vault: Callable[[], VaultConnection] | None = None
) -> Keys:
    """What seals its secrets. A key of KMS that names no region is in `region`.

    Keys of KMS are reached as the bucket is, with the credentials found around us; those of Vault by the
    variables that Pulumi reads, or by `vault`: what settings say of it.
    """
    passphrase: Callable[[], str | None] = _given_passphrase
    if is_local:
        passphrase = own_passphrase(folder_of(state) / "local-passphrase")

    session = _vault_session(vault)

    def open_key(url: str, stack: str) -> CloudKey:
        if url.startswith(VAULT):
            from provisioner.vault_access import transit_key  # noqa: PLC0415 - as below

            return transit_key(url, stack, session)
        said = kms_address(url)
        clients = Clients(Connection(endpoint=said.endpoint, profile=said.profile, attempts=_ATTEMPTS))
        return KmsKey(url, stack, lambda: clients.client("kms", said.region or region))

    def around(url: str) -> Mapping[str, str]:
        if not url.startswith(VAULT):
            return {}
        from provisioner.vault_access import pulumi_variables  # noqa: PLC0415 - as above

        return pulumi_variables(vault() if vault else None)

    return Keys(passphrase, in_region(state.secrets, region), open_key, new_passphrase, around=around)


def vault_of(found: Loaded | None) -> Callable[[], VaultConnection] | None:
    """What the settings say of a Vault, to be asked for when a key needs it; None: nothing."""
    if found is None or found.environment.encryption.vault is None:
        return None

    def said() -> VaultConnection:
        from provisioner.vault_access import vault_connection  # noqa: PLC0415 - as above

        return vault_connection(found)

    return said


def _vault_session(vault: Callable[[], VaultConnection] | None) -> Callable[[], Session]:
    """One for all stacks, opened when the first key needs it."""

    @functools.cache
    def session() -> Session:
        from provisioner.vault_access import session_of  # noqa: PLC0415 - a client for Vault

        return session_of(vault() if vault else None)

    return session


def in_region(key: str, region: str) -> str:
    """The address of a key as it is recorded: who opens the state need not know where the environment is."""
    if key == BY_PHRASE or key.startswith(VAULT):
        return key
    said = kms_address(key)
    if said.region is not None or said.key.startswith("arn:"):
        return key
    return f"{key}{'&' if '?' in key else '?'}region={region}"


def new_passphrase() -> str | None:
    """The one that is to seal from now on, where somebody has set it."""
    return _in_variables("PROVISIONER_NEW_PASSPHRASE")


def _given_passphrase() -> str | None:
    """From the variables that Pulumi reads, so that both engines open the same state."""
    return _in_variables("PULUMI_CONFIG_PASSPHRASE")


def _in_variables(name: str) -> str | None:
    if (given := os.environ.get(name)) is not None:
        return given
    if file := os.environ.get(f"{name}_FILE"):
        with contextlib.suppress(OSError):  # then it is missing, and that has a message of its own
            return Path(file).read_text().strip()
    return None


def _objects(address: BucketAddress, region: str) -> Objects:
    clients = Clients(
        Connection(endpoint=address.endpoint, profile=address.profile, attempts=_ATTEMPTS, patience=_PATIENCE)
    )

    def client() -> Any:
        return clients.client("s3", address.region or region)

    return Objects(address.bucket, address.prefix, client)
