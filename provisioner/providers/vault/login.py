"""How a token is come by: taken from around us, or asked for with an auth method."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provisioner.providers.interface import NO_CREDENTIALS, Refused
from provisioner.providers.vault.connection import AppRoleLogin, JwtLogin, Login, TokenLogin

_TOKEN: Final = "VAULT_TOKEN"  # noqa: S105 - the name of a variable
_SECRET_ID: Final = "VAULT_SECRET_ID"  # noqa: S105 - the name of a variable
_JWT: Final = "VAULT_JWT"
_CONFIG: Final = "VAULT_CONFIG_PATH"
_HELPER: Final = re.compile(r'^\s*token_helper\s*=\s*"([^"]+)"', re.MULTILINE)
"""Of the configuration of Vault's own CLI, which has one line that concerns us."""

_HELPER_ANSWERS_WITHIN: Final = 30
"""Seconds: it may ask a keychain, which may ask a person."""

NOBODY: Final = (
    "there is no Vault token here. Log in, with `vault login`, or set VAULT_TOKEN; or give the environment a"
    " `login` that machines have: approle, kubernetes or jwt"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What an auth method is asked with."""

    path: str
    body: Mapping[str, str]


def found_token(login: TokenLogin, environ: Mapping[str, str] = os.environ) -> str:
    """The token that is there already, looked for as Vault's CLI does. Raises `Refused` if there is none."""
    token = login.token or environ.get(_TOKEN, "") or _of_helper(environ) or _of_file(environ)
    if not token:
        raise Refused(NOBODY, code=NO_CREDENTIALS)
    return token


def asking(login: AppRoleLogin | JwtLogin) -> Asking:
    """What to ask for a token. Raises `Refused` for a proof that is not there."""
    match login:
        case AppRoleLogin(role_id, file, mount):
            body = {"role_id": role_id, "secret_id": _said(file, _SECRET_ID, "the secret id of the AppRole")}
            return Asking(f"auth/{mount}/login", body)
        case JwtLogin(role, file, mount):
            shown = _said(file, _JWT, "the token to log in with")
            return Asking(f"auth/{mount}/login", {"role": role, "jwt": shown})


def described(login: Login) -> str:
    """How it was logged in, for a person."""
    match login:
        case AppRoleLogin(_, file, mount):
            return f"AppRole at `auth/{mount}`, with the secret id in {file or _SECRET_ID}"
        case JwtLogin(role, file, mount):
            return f"role `{role}` at `auth/{mount}`, with the token in {file or _JWT}"
        case TokenLogin():
            return "a token (VAULT_TOKEN, the token helper or ~/.vault-token)"


def _said(file: Path | None, variable: str, what: str) -> str:
    """What is in the file, or in the variable where there is none."""
    if file is None:
        if text := os.environ.get(variable, "").strip():
            return text
        reason = f"{what} is nowhere: set {variable}, or name a file with it in the environment's `login`"
        raise Refused(reason, code=NO_CREDENTIALS)
    try:
        text = file.read_text().strip()
    except OSError as failed:
        reason = f"{what} cannot be read from {file}: {failed.strerror}"
        raise Refused(reason, code=NO_CREDENTIALS) from failed
    if not text:
        raise Refused(f"{what} is to be in {file}, and that is empty", code=NO_CREDENTIALS)
    return text


def _of_helper(environ: Mapping[str, str]) -> str:
    """What the token helper says; empty if there is none."""
    config = Path(environ.get(_CONFIG, "") or Path(_home(environ)) / ".vault")
    try:
        named = _HELPER.search(config.read_text())
    except OSError:
        return ""
    if named is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - the person's own configuration of Vault names it
            [named[1], "get"], capture_output=True, text=True, timeout=_HELPER_ANSWERS_WITHIN, check=True
        )
    except (OSError, subprocess.SubprocessError) as failed:
        said: Any = getattr(failed, "stderr", "") or getattr(failed, "strerror", "") or "it did not answer"
        reason = f"the token helper `{named[1]}` that {config} names has failed: {str(said).strip()}"
        raise Refused(reason, code=NO_CREDENTIALS) from failed
    return done.stdout.strip()


def _of_file(environ: Mapping[str, str]) -> str:
    try:
        return (Path(_home(environ)) / ".vault-token").read_text().strip()
    except OSError:
        return ""


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or str(Path.home())
