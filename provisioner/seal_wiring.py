"""What seals the secrets of a state, by its address; for a passphrase next to nothing is loaded."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from environments.key_address import VAULT, kms_address
from provisioner.engine.embedded.keys import BY_PHRASE, Keys

if TYPE_CHECKING:
    from provisioner.engine.embedded.cloud_sealer import CloudKey
    from provisioner.providers.vault.connection import VaultConnection
    from provisioner.providers.vault.session import Session

ATTEMPTS: Final = 4
"""Of a call that a state needs."""


def keys_by(
    secrets: str,
    region: str,
    passphrase: Callable[[], str | None],
    vault: Callable[[], VaultConnection] | None = None,
) -> Keys:
    """The keys of states whose `secrets` are `passphrase` or the address of a key.

    One of KMS that names no region is in `region`. It is reached with the credentials found around us; one of
    Vault by the variables that Pulumi reads, or by `vault`: what settings say of it.
    """
    session = _vault_session(vault)

    def open_key(url: str, stack: str) -> CloudKey:
        if url.startswith(VAULT):
            from provisioner.vault_access import transit_key  # noqa: PLC0415 - as below

            return transit_key(url, stack, session)
        from provisioner.backends.kms import KmsKey  # noqa: PLC0415 - where there is one
        from provisioner.providers.aws.session import Clients, Connection  # noqa: PLC0415

        said = kms_address(url)
        clients = Clients(Connection(endpoint=said.endpoint, profile=said.profile, attempts=ATTEMPTS))
        return KmsKey(url, stack, lambda: clients.client("kms", said.region or region))

    def around(url: str) -> Mapping[str, str]:
        if not url.startswith(VAULT):
            return {}
        from provisioner.vault_access import pulumi_variables  # noqa: PLC0415 - as below

        return pulumi_variables(vault() if vault else None)

    return Keys(passphrase, in_region(secrets, region), open_key, new_passphrase, around=around)


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


def given_passphrase() -> str | None:
    """From the variables that Pulumi reads, so that both engines open the same state."""
    return _in_variables("PULUMI_CONFIG_PASSPHRASE")


def _in_variables(name: str) -> str | None:
    if (given := os.environ.get(name)) is not None:
        return given
    if file := os.environ.get(f"{name}_FILE"):
        with contextlib.suppress(OSError):  # then it is missing, and that has a message of its own
            return Path(file).read_text().strip()
    return None
