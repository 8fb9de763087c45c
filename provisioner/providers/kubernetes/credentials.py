"""Who we are for an API server: tokens, files with tokens, and programs that are asked for either."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from provisioner.providers.interface import NO_CREDENTIALS, Refused
from provisioner.providers.kubernetes.kubeconfig import Access, ExecPlugin
from provisioner.providers.surroundings import for_others

ANSWERS_WITHIN: Final = 60.0
"""Seconds a plug-in may take; some open a browser, and those are not for us."""

IN_TIME: Final = timedelta(seconds=30)
"""A credential is renewed that much before it runs out."""

FILE_LASTS: Final = 60.0
"""Seconds after which a token file is read again; client-go's figure, since kubelets rotate them."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request, or a connection, carries."""

    authorization: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    until: datetime | None = None
    """None: until it is refused."""


class Credentials:
    """The credential of one kubeconfig user, renewed when it runs out. For several threads."""

    def __init__(self, access: Access, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._access = access
        self._now = now
        self._known: Credential | None = None
        self._lock = threading.Lock()

    def current(self) -> Credential:
        """The credential to use now. Raises `Refused`."""
        with self._lock:
            known = self._known
            if known is None or (known.until and self._now() >= known.until):
                known = self._known = self._made()
            return known

    def forget(self, used: Credential) -> bool:
        """It was refused; whether there may be another one."""
        with self._lock:
            if self._known is used:
                self._known = None
        return self._access.plugin is not None or self._access.token_file is not None

    def _made(self) -> Credential:
        access = self._access
        if access.plugin is not None:
            return _from_plugin(access, access.plugin)
        certificate, key = access.certificate, access.key
        if access.token_file is not None:
            until = self._now() + timedelta(seconds=FILE_LASTS)
            return Credential(f"Bearer {_text_of(access)}", certificate, key, until)
        if access.token:
            return Credential(f"Bearer {access.token}", certificate, key)
        if access.basic:
            return Credential(f"Basic {base64.b64encode(access.basic.encode()).decode()}", certificate, key)
        return Credential("", certificate, key)


def _text_of(access: Access) -> str:
    assert access.token_file is not None
    try:
        return access.token_file.read_text().strip()
    except OSError as failed:
        raise Refused(
            f"the token of context `{access.context}` cannot be read: {failed}", code=NO_CREDENTIALS
        ) from failed


def _from_plugin(access: Access, plugin: ExecPlugin) -> Credential:
    status = _status(_run(access, plugin), plugin)
    token = str(status.get("token") or "")
    ends = str(status.get("expirationTimestamp") or "")
    return Credential(
        f"Bearer {token}" if token else "",
        str(status.get("clientCertificateData") or access.certificate),
        str(status.get("clientKeyData") or access.key),
        datetime.fromisoformat(ends) - IN_TIME if ends else None,
    )


def _run(access: Access, plugin: ExecPlugin) -> str:
    info = json.dumps(_question(access, plugin))
    around = {**for_others(os.environ), **dict(plugin.environment), "KUBERNETES_EXEC_INFO": info}
    called = " ".join((plugin.command, *plugin.arguments))
    try:
        ended = subprocess.run(  # noqa: S603 - the kubeconfig names it
            [plugin.command, *plugin.arguments],
            env=around,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWERS_WITHIN,
            check=False,
        )
    except FileNotFoundError as missing:
        hint = f"; {plugin.hint}" if plugin.hint else ""
        raise Refused(
            f"context `{access.context}` asks `{plugin.command}` who we are, and there is no such program"
            f"{hint}",
            code=NO_CREDENTIALS,
        ) from missing
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise Refused(f"`{called}` could not be asked who we are: {failed}", code=NO_CREDENTIALS) from failed
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip()
        raise Refused(
            f"`{called}` was asked who we are, and failed with exit code {ended.returncode}: {said}",
            code=NO_CREDENTIALS,
        )
    return ended.stdout.decode(errors="replace")


def _question(access: Access, plugin: ExecPlugin) -> Mapping[str, Any]:
    spec: dict[str, Any] = {"interactive": False}
    if plugin.wants_cluster:
        cluster: dict[str, Any] = {"server": access.server}
        if access.authority:
            authority = base64.b64encode(access.authority.encode()).decode()
            cluster["certificate-authority-data"] = authority
        if access.tls_name:
            cluster["tls-server-name"] = access.tls_name
        spec["cluster"] = cluster
    return {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}


def _status(answer: str, plugin: ExecPlugin) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(answer)
    except json.JSONDecodeError:
        found = None
    status: Any = cast("dict[str, Any]", found).get("status") if isinstance(found, dict) else None
    if not isinstance(status, dict):
        raise Refused(
            f"`{plugin.command}` was asked who we are, and did not answer with an ExecCredential",
            code=NO_CREDENTIALS,
        )
    return cast("dict[str, Any]", status)
