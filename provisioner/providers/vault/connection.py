"""Where Vault is, whom to trust there, and how to log in. Values only: nothing is asked or read here.

The words for a login are those of Vault's auth methods; what is around us is looked up in `login.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from environments.loopback import is_loopback
from provisioner.providers.interface import Refused

ADDRESS: Final = "VAULT_ADDR"
NO_ADDRESS: Final = "NoVaultAddress"
"""The code of a refusal because nothing says where Vault is."""


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """A token that is there: `VAULT_TOKEN`, the token helper that `~/.vault` names, or `~/.vault-token`."""

    token: str = field(default="", repr=False)
    """A given one, before all of these."""


@dataclass(frozen=True, slots=True)
class AppRoleLogin:
    """AppRole: the id of the role, and a file with the secret id; None: it is in `VAULT_SECRET_ID`."""

    role_id: str
    secret_id_file: Path | None = None
    mount: str = "approle"


@dataclass(frozen=True, slots=True)
class JwtLogin:
    """A signed token of somebody Vault trusts (Kubernetes, or an OIDC issuer), in a file, for a role.

    Without a file it is in `VAULT_JWT`, where a pipeline puts what it was given.
    """

    role: str
    token_file: Path | None = None
    mount: str = "jwt"


Login = TokenLogin | AppRoleLogin | JwtLogin

POD_TOKEN: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where a pod finds the token of its service account."""


@dataclass(frozen=True, slots=True)
class VaultConnection:
    """What is known here of a Vault, and no state may hold."""

    address: str = ""
    """Empty: what the provider says, or else `VAULT_ADDR`."""

    namespace: str = ""
    """In which to log in; and to work, where the provider names none."""

    ca: Path | None = None
    """The certificates to trust; None: `VAULT_CACERT`, or what this machine trusts."""

    login: Login = field(default_factory=TokenLogin)


def served_at(address: str) -> str:
    """The address without a slash at its end.

    Raises `Refused` if it is none of http or https, or plain http to anywhere but this machine: tokens and
    secrets would go over the wire in clear.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"`{address}` is no address of a Vault: write `https://HOST:8200`", code=NO_ADDRESS)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Refused(
            f"Vault at {address} is reached over plain http: everybody on the way reads the token and the"
            " secrets. Write `https://`, and name its certificate authority if it is a private one",
            code=NO_ADDRESS,
        )
    return address.rstrip("/")
