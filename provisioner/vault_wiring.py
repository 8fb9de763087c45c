"""Gives a command the driver for Vault, as an environment reaches it; imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from environments.load import Loaded
from provisioner.providers.interface import Package
from provisioner.providers.on_demand import WithSpare

NAME: Final = "vault"
_SETTING: Final = ("encryption", NAME)

_LEFT_OUT: Final = (
    "Vault is left out: on a desk only one on this machine is used (https://127.0.0.1:8200), so that nothing"
    " is tried on the keys of others."
)


def with_vault(packages: Mapping[str, Package], found: Loaded) -> Mapping[str, Package]:
    """The packages with Vault's: at once where the environment has one, else for what is still recorded."""
    if found.environment.encryption.vault is None:
        return WithSpare(packages, NAME, lambda: vault_package(found))
    return {**packages, NAME: vault_package(found)}


def vault_package(found: Loaded) -> Package:
    """The package `vault` for the environment's Vault. Nothing is opened, and nobody is logged in.

    An environment that names none any more may still have recorded what is in one: that is reached as Vault's
    own CLI would, at the address that is recorded.
    """
    from provisioner.providers.vault.package import VaultPackage  # noqa: PLC0415 - where there is one
    from provisioner.vault_access import vault_connection  # noqa: PLC0415

    return VaultPackage(vault_connection(found))


def notices(found: Loaded) -> tuple[str, ...]:
    """What the person should know: that on a desk the Vault of the file is left alone."""
    if found.environment.encryption.vault is not None or found.source.node(_SETTING) is None:
        return ()
    return (_LEFT_OUT,)
