"""How this machine gets into the Vault of an environment: by its settings, or by variables that Pulumi reads.

Imported only where there is a Vault. What is here belongs to this machine, and no state ever holds it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from environments import vault_login
from environments.load import Loaded
from environments.vault import Vault
from provisioner.backends import transit
from provisioner.backends.transit import TransitKey
from provisioner.engine.state_failures import KeyRefused
from provisioner.providers.interface import Refused
from provisioner.providers.vault.connection import (
    NO_ADDRESS,
    POD_TOKEN,
    AppRoleLogin,
    JwtLogin,
    Login,
    TokenLogin,
    VaultConnection,
    served_at,
)
from provisioner.providers.vault.refusals import DENIED, NOT_FOUND
from provisioner.providers.vault.session import Session
from provisioner.providers.vault.waiting import Clock

_ADDRESSES: Final = ("VAULT_SERVER_URL", "VAULT_ADDR")
_TOKEN: Final = "VAULT_SERVER_TOKEN"  # noqa: S105 - the name of a variable
_NAMESPACE: Final = "VAULT_NAMESPACE"
_CA: Final = "VAULT_CACERT"
"""`VAULT_SERVER_…` count first. Source: Go CDK, package `secrets/hashivault`, and the client that it uses."""


def vault_connection(found: Loaded) -> VaultConnection:
    """What the settings say, with the files that they name."""
    vault = found.environment.encryption.vault
    return _said(vault, found.files[0].parent) if vault else VaultConnection()


def _said(vault: Vault, folder: Path) -> VaultConnection:
    return VaultConnection(
        address=vault.address,
        namespace=vault.namespace or "",
        ca=_seen(folder, vault.ca),
        login=_login(vault.login, folder),
    )


def _login(said: vault_login.Login, folder: Path) -> Login:
    match said:
        case vault_login.AppRoleLogin():
            return AppRoleLogin(said.role_id, _seen(folder, said.secret_id_file), said.mount)
        case vault_login.KubernetesLogin():
            return JwtLogin(said.role, _seen(folder, said.token_file) or POD_TOKEN, said.mount)
        case vault_login.JwtLogin():
            return JwtLogin(said.role, _seen(folder, said.token_file), said.mount)
        case vault_login.TokenLogin():
            return TokenLogin()


def _seen(folder: Path, name: PurePosixPath | None) -> Path | None:
    return folder / Path(name).expanduser() if name else None


def session_of(said: VaultConnection | None) -> Session:
    """Speaks with the Vault that variables name, else settings. Raises `Refused` if neither does."""
    connection = said or VaultConnection()
    address = next((given for name in _ADDRESSES if (given := os.environ.get(name))), connection.address)
    if not address:
        raise Refused(
            "nothing says where Vault is: set VAULT_ADDR, or `encryption.vault.address` in its file",
            code=NO_ADDRESS,
        )
    if token := os.environ.get(_TOKEN):
        connection = replace(connection, login=TokenLogin(token))
    namespace = os.environ.get(_NAMESPACE) or connection.namespace
    return Session(served_at(address), namespace, connection, Clock())


def environment_session(found: Loaded | None) -> Session:
    """Speaks with the environment's own Vault, as its driver does, whatever Vault variables name.

    Where it names none, with the one that they name. Raises `Refused` if nothing does.
    """
    from provisioner.providers.vault.package import VaultPackage  # noqa: PLC0415 - brings the whole driver

    return VaultPackage(vault_connection(found) if found else VaultConnection()).session()


def transit_key(url: str, stack: str, session: Callable[[], Session]) -> TransitKey:
    """A key of a transit engine, by its address. No call is made yet."""

    def ask(path: str, body: Mapping[str, str] | None) -> Mapping[str, Any] | None:
        try:
            answer = session().call("GET" if body is None else "POST", path, body)
        except Refused as refused:
            code = transit.DENIED if refused.code == DENIED else refused.code
            raise KeyRefused(stack, url, refused.reason, code) from refused
        if answer.status == NOT_FOUND:
            return None
        if not answer.is_good:
            raise KeyRefused(stack, url, answer.message, f"Vault{answer.status}")
        return answer.data

    return TransitKey(url, stack, ask)


def pulumi_variables(said: VaultConnection | None) -> dict[str, str]:
    """What `pulumi` finds the same Vault with: it logs in nowhere, and takes a token. Raises `Refused`."""
    session = session_of(said)
    variables = {
        _ADDRESSES[0]: session.address,
        _TOKEN: session.token(),
        _NAMESPACE: session.namespace,
        _CA: str(said.ca if said and said.ca else ""),
    }
    return {name: value for name, value in variables.items() if value}
