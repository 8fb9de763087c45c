"""Speaks with one API server over HTTP: connections that stay open, who we are, and waits for a restart.

Every call that is made here may be made twice (reads, server-side apply, deletion), so a call whose answer
was lost is simply made again, as long as the patience lasts.
"""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import (
    HTTPError,
    InvalidHeader,
    LocationParseError,
    SSLError,
)

from provisioner.providers.certificates import accepting
from provisioner.providers.interface import CONNECTION_LOST, Refused
from provisioner.providers.kubernetes.credentials import Credential, Credentials
from provisioner.providers.kubernetes.exchange import Connections
from provisioner.providers.kubernetes.kubeconfig import NO_KUBECONFIG, Access
from provisioner.providers.kubernetes.reaching import UNREACHABLE, cannot_reach, proxy_around, why
from provisioner.providers.kubernetes.waiting import FIRST_PAUSE, GROWS_BY, LONGEST_PAUSE, Clock

POOL: Final = 32
"""Connections that are kept: more than the threads that call at the same time."""

CONNECTS_WITHIN: Final = 5.0
ANSWERS_WITHIN: Final = 60.0
FIRST_PATIENCE: Final = 6.0
"""Seconds for the first answer of a server that has never given one: it may not be reachable at all."""

PATIENCE: Final = 60.0
"""Seconds for a server that has answered before: it is being restarted."""

TRIED_AGAIN: Final = frozenset({429, 502, 503, 504})
"""A server that is busy, or starts."""

JSON: Final = "application/json"
APPLY: Final = "application/apply-patch+yaml"
UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_good(self) -> bool:
        """Whether it did what it was asked."""
        return self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def message(self) -> str:
        """Why it did not."""
        return str(self.body.get("message") or f"HTTP status {self.status}")


class ApiClient:
    """One API server, for several threads."""

    def __init__(self, access: Access, credentials: Credentials, clock: Clock) -> None:
        self.access = access
        self._credentials = credentials
        self._clock = clock
        self._connections: dict[str, Connections] = {}
        self._lock = threading.Lock()
        self._has_answered = False

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        content: str = JSON,
    ) -> Answer:
        """The server's answer, whatever it is. `content` is the form of the body; of the answer without one.

        Raises `Refused` with `UNREACHABLE` if it never was there, with `CONNECTION_LOST` if it went away.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        sent = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        began, pause = self._clock.now(), FIRST_PAUSE
        while True:
            answer = self._tried(method, target, sent, content)
            if isinstance(answer, Answer) and answer.status not in TRIED_AGAIN:
                self._has_answered = True
                return answer
            patience = PATIENCE if self._has_answered or isinstance(answer, Answer) else FIRST_PATIENCE
            if self._clock.broken_off.is_set() or self._clock.now() + pause > began + patience:
                return self._given_up(method, answer)
            self._clock.pause(pause)
            pause = min(pause * GROWS_BY, LONGEST_PAUSE)

    def _given_up(self, method: str, answer: Answer | HTTPError) -> Answer:
        if isinstance(answer, Answer):
            return answer
        if not self._has_answered:
            raise Refused(cannot_reach(self.access, answer), code=UNREACHABLE) from answer
        code = UNREACHABLE if method == "GET" else CONNECTION_LOST
        raise Refused(
            f"the API server {self.access.server} did not answer for {PATIENCE:g} s: {why(answer)}", code=code
        ) from answer

    def _tried(self, method: str, target: str, body: bytes | None, content: str) -> Answer | HTTPError:
        """One try; an error that may pass is returned. Raises `Refused`."""
        credential = self._credentials.current()
        answer = self._sent(credential, method, target, body, content)
        if not isinstance(answer, Answer) or answer.status != UNAUTHORIZED:
            return answer
        if not self._credentials.forget(credential):
            return answer
        return self._sent(self._credentials.current(), method, target, body, content)

    def _sent(
        self, credential: Credential, method: str, target: str, body: bytes | None, content: str
    ) -> Answer | HTTPError:
        headers = {
            "Accept": content if body is None else JSON,
            "User-Agent": "provisioner",
            "Content-Type": content,
        }
        if credential.authorization:
            headers["Authorization"] = credential.authorization
        try:
            answer = self._connected(credential).request(method, target, body, headers)
        except SSLError as failed:
            if not _is_about_trust(failed):
                return failed  # a server that dies while it is greeted
            raise Refused(_untrusted(self.access, failed), code=UNREACHABLE) from failed
        except (LocationParseError, InvalidHeader) as failed:
            raise Refused(f"the kubeconfig cannot be used: {failed}", code=NO_KUBECONFIG) from failed
        except HTTPError as failed:
            return failed
        return Answer(answer.status, _document(answer.data))

    def _connected(self, credential: Credential) -> Connections:
        """The connections of a credential; those with a certificate carry it."""
        with self._lock:
            known = self._connections.get(credential.certificate)
            if known is None:
                made = Connections(_manager(self.access, credential), self.access.server)
                known = self._connections[credential.certificate] = made
            return known


def _manager(access: Access, credential: Credential) -> Any:
    options: dict[str, Any] = {
        "maxsize": POOL,
        "retries": False,
        "timeout": urllib3.Timeout(connect=CONNECTS_WITHIN, read=ANSWERS_WITHIN),
    }
    if access.server.startswith("https"):
        options["ssl_context"] = _trust(access, credential)
        if access.tls_name:
            options |= {"server_hostname": access.tls_name}
    proxy = _proxy(access)
    if not proxy:
        return urllib3.PoolManager(**options)
    if proxy.startswith("socks"):
        from urllib3.contrib.socks import SOCKSProxyManager  # noqa: PLC0415 - few go through one

        return SOCKSProxyManager(proxy, **options)
    return urllib3.ProxyManager(proxy, **options)


def _proxy(access: Access) -> str:
    """The kubeconfig's, or the one around us that is for this server."""
    return access.proxy or proxy_around(access.server)


def _trust(access: Access, credential: Credential) -> ssl.SSLContext:
    try:
        context = accepting(access.authority)
        if access.trusts_anybody:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if credential.certificate:
            _show(context, credential)
    except ssl.SSLError as failed:
        raise Refused(
            f"the certificates of context `{access.context}` cannot be used: {failed}", code=NO_KUBECONFIG
        ) from failed
    return context


def _show(context: ssl.SSLContext, credential: Credential) -> None:
    """Have the connection show the certificate: OpenSSL takes it from a file only, and that goes at once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "client.pem"
        file.touch(mode=0o600)
        file.write_text(f"{credential.certificate}\n{credential.key}")
        context.load_cert_chain(file)


def _is_about_trust(failed: SSLError) -> bool:
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in (*failed.args, failed.__cause__))


def _untrusted(access: Access, failed: SSLError) -> str:
    return (
        f"the connection to the API server {access.server} is not trusted: {failed}. The kubeconfig's context"
        f" `{access.context}` says by `certificate-authority-data` whom to trust, and by `tls-server-name`"
        " under which name"
    )


def _document(data: bytes) -> Mapping[str, Any]:
    """The body; what is no JSON (a proxy's page) is a message."""
    try:
        found: Any = json.loads(data) if data else {}
    except (json.JSONDecodeError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        return {"message": data[:300].decode(errors="replace")}
    return cast("dict[str, Any]", found)
