"""Where the state of an environment is kept, and what seals its secrets, built from its settings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from environments.account import State
from environments.bucket_address import BucketAddress
from provisioner.backends.bucket import Bucket
from provisioner.backends.objects import Objects
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.secrets import own_passphrase
from provisioner.providers.aws.session import Clients, Connection
from provisioner.seal_wiring import ATTEMPTS, given_passphrase, keys_by

if TYPE_CHECKING:  # other people's projects have no environment; where no Vault is asked it is not loaded
    from environments.load import Loaded
    from provisioner.providers.vault.connection import VaultConnection

_HERE: Final = Path(".provisioner")
"""What is this machine's alone, wherever the state is kept."""

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
    passphrase = given_passphrase
    if is_local:
        passphrase = own_passphrase(folder_of(state) / "local-passphrase")

    return keys_by(state.secrets, region, passphrase, vault)


def vault_of(found: Loaded | None) -> Callable[[], VaultConnection] | None:
    """What the settings say of a Vault, to be asked for when a key needs it; None: nothing."""
    if found is None or found.environment.encryption.vault is None:
        return None

    def said() -> VaultConnection:
        from provisioner.vault_access import vault_connection  # noqa: PLC0415 - a client for Vault

        return vault_connection(found)

    return said


def _objects(address: BucketAddress, region: str) -> Objects:
    clients = Clients(
        Connection(endpoint=address.endpoint, profile=address.profile, attempts=ATTEMPTS, patience=_PATIENCE)
    )

    def client() -> Any:
        return clients.client("s3", address.region or region)

    return Objects(address.bucket, address.prefix, client)
