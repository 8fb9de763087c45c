"""The Vault provider of a stack: one server, and nothing that belongs to a machine or a person."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_vault as vault

from environments.model import Environment
from environments.vault import Vault
from stacks.selection import Selection

_LEASE_S: Final = 1200
_RETRIES: Final = 2


def vault_of(env: Environment) -> Vault:
    """The environment's Vault, of which this part of a program is about."""
    assert env.encryption.vault, "an environment without a Vault has no such part"
    return env.encryption.vault


def vault_provider(env: Environment) -> vault.Provider:
    """The provider that all components of Vault are given.

    The token and the certificates that the server is trusted by come from the process, never from here: what
    is declared is compared from run to run. What the SDK would read from the process's variables is said.
    """
    settings = vault_of(env)
    return vault.Provider(
        f"{env.name}-vault",
        address=settings.address,
        namespace=settings.namespace,
        skip_child_token=True,
        skip_tls_verify=False,
        max_lease_ttl_seconds=_LEASE_S,
        max_retries=_RETRIES,
    )


def vault_opts(env: Environment) -> pulumi.ResourceOptions:
    """The options of every component of Vault."""
    return pulumi.ResourceOptions(providers=[vault_provider(env)])


def trusted_by(here: Selection) -> str | None:
    """The certificates that the server is trusted by, as a text; None: those that machines come with."""
    settings = vault_of(here.environment)
    return here.certificates[str(settings.ca)] if settings.ca else None
