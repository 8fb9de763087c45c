"""Who we are to a registry: what `docker login`, `crane auth login` and `skopeo login` leave on a machine."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from provisioner.providers.surroundings import for_others

_WITHIN_S: Final = 30
_NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Login:
    """A name and a password."""

    user: str
    password: str = field(repr=False)


class Logins:
    """Those of one configuration of Docker's form: in clear, or kept by a program."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._configuration = configuration

    def of(self, host: str) -> Login | None:
        """For this registry; None: nobody has logged in."""
        keeper = _table(self._configuration, "credHelpers").get(host) or self._configuration.get("credsStore")
        if isinstance(keeper, str) and keeper:
            return _kept_by(keeper, host)
        auths = _table(self._configuration, "auths")
        written = _table(auths, host) or _table(auths, f"https://{host}")
        return _decoded(str(written.get("auth", "")))


def logins(environ: Mapping[str, str]) -> Logins:
    """Those of the person at the keyboard: of the first file that there is."""
    found = (_read(file) for file in _files(environ))
    return Logins(next((each for each in found if each is not None), _NOBODY))


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    if given := environ.get("REGISTRY_AUTH_FILE"):
        yield Path(given)
    if folder := environ.get("DOCKER_CONFIG"):
        yield Path(folder) / "config.json"
    if run := environ.get("XDG_RUNTIME_DIR"):
        yield Path(run) / "containers" / "auth.json"
    yield Path("~/.docker/config.json").expanduser()


def _read(file: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else None


def _table(around: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = around.get(name)
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _decoded(auth: str) -> Login | None:
    try:
        user, colon, password = base64.b64decode(auth).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Login(user, password) if colon else None


def _kept_by(keeper: str, host: str) -> Login | None:
    """What a credential helper has. Source: docker/docker-credential-helpers, its README."""
    try:
        ran = subprocess.run(  # noqa: S603 - the person's own configuration names it
            [f"docker-credential-{keeper}", "get"],
            input=host,
            capture_output=True,
            text=True,
            check=True,
            timeout=_WITHIN_S,
            env=for_others(os.environ),
        )
        said = json.loads(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    user, secret = said.get("Username"), said.get("Secret")
    return Login(user, secret) if isinstance(user, str) and isinstance(secret, str) else None
