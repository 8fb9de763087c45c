"""One request to a Vault server over HTTP, by hvac's adapter, and what came of it.

hvac is imported when the first call is made, so that planning from state costs no import.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from environments.loopback import is_loopback
from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused

POOL: Final = 32
"""Connections that are kept: more than the threads that call at the same time."""

CONNECTS_WITHIN: Final = 5.0
ANSWERS_WITHIN: Final = 60.0
"""Seconds. Making an RSA key of 4096 bits takes some."""

MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 307, 308})
UNTRUSTED: Final = "VaultNotTrusted"
_CA: Final = "VAULT_CACERT"
_PATCH: Final = "PATCH"
_MERGE: Final = {"Content-Type": "application/merge-patch+json"}
"""What Vault takes for a patch, and no other; source: its API documentation, "Patching"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: Properties = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    by: str = ""
    """Who said it: another one than was asked, where a standby sent us on."""

    @property
    def is_good(self) -> bool:
        """Whether it did what it was asked."""
        return self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def data(self) -> Properties:
        """What it tells; empty if that is nothing."""
        told = self.body.get("data")
        return cast("Properties", told) if isinstance(told, dict) else {}

    @property
    def errors(self) -> tuple[str, ...]:
        """What it says is wrong."""
        said = self.body.get("errors")
        return tuple(str(each).strip() for each in cast("list[Any]", said)) if isinstance(said, list) else ()

    @property
    def message(self) -> str:
        """Why it did not do it, in one line."""
        return "; ".join(" ".join(each.split()) for each in self.errors) or f"HTTP status {self.status}"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request that nobody answered."""

    why: str
    was_sent: bool
    """Whether it may have been carried out all the same."""

    by: str = ""


class Transport:
    """Sends requests to one server, from several threads."""

    def __init__(self, address: str, ca: Path | None) -> None:
        self.address = address
        self._ca = str(ca or os.environ.get(_CA) or "")
        """A file; empty: what this machine trusts."""

        self._lock = threading.Lock()
        self._adapters: dict[str, Any] = {}

    def send(
        self, method: str, path: str, body: Properties | None, headers: Mapping[str, str]
    ) -> Answer | Unanswered:
        """What the server says, or the active one to which a standby sends us. Raises `Refused`."""
        if {".", ".."}.intersection(path.split("/")):
            raise Refused(f"`{path}` leads elsewhere: no name of Vault's may be `.` or `..`")
        server, target = self.address, f"/v1/{quote(path)}"
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._sent(server, method, target, body, headers)
            if isinstance(answer, Unanswered) or answer.status not in _REDIRECTS:
                return answer
            server, target = self._sent_on(server, answer.headers.get("location", ""))
        return Unanswered(f"it is a standby that sends from one server to another ({server})", was_sent=False)

    def _sent_on(self, server: str, location: str) -> tuple[str, str]:
        """Where a standby says that the active server is; never out of an encrypted connection."""
        parts = urlsplit(location)
        if not parts.scheme:
            return server, location
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Refused(
                f"the standby {server} sends to {parts.scheme}://{parts.netloc}, over plain http: its active"
                " server has to name an address with https (`api_addr`)",
                code=UNTRUSTED,
            )
        query = f"?{parts.query}" if parts.query else ""
        return f"{parts.scheme}://{parts.netloc}", f"{parts.path}{query}"

    def _sent(
        self, server: str, method: str, target: str, body: Properties | None, headers: Mapping[str, str]
    ) -> Answer | Unanswered:
        errors: Any = import_module("requests.exceptions")
        try:
            sent = {**headers, **(_MERGE if method == _PATCH else {})}
            said = self._adapter(server).request(
                method.lower(), target, headers=sent, raise_exception=False, json=body
            )
            return Answer(said.status_code, _document(said), _lowered(said.headers), server)
        except errors.SSLError as failed:
            ssl = import_module("ssl")
            if isinstance(_cause(failed), (ssl.SSLEOFError, ssl.SSLZeroReturnError)):  # it stops, or starts
                return Unanswered(why(failed), _may_be_sent(failed), server)
            raise Refused(_untrusted(server, self._ca, failed), code=UNTRUSTED) from failed
        except OSError as failed:
            if "CA certificate" in str(failed) and not isinstance(failed, errors.RequestException):
                raise Refused(
                    f"the certificates of {self._ca} cannot be read: {failed}", code=UNTRUSTED
                ) from failed
            return Unanswered(why(failed), _may_be_sent(failed), server)

    def _adapter(self, server: str) -> Any:
        with self._lock:
            if server not in self._adapters:
                self._adapters[server] = _adapter(server, self._ca)
            return self._adapters[server]


def _adapter(server: str, ca: str) -> Any:
    """The way of hvac to a server. Of what is around us proxies count, and not for this machine itself."""
    from provisioner.providers.certificates import as_others_accept  # noqa: PLC0415 - a plan makes no call

    requests: Any = import_module("requests")
    session: Any = requests.Session()
    session.trust_env = False  # it would take passwords from ~/.netrc, and other certificates
    session.verify = ca or True
    pool: Any = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=POOL)
    trust = as_others_accept(import_module("urllib3.util.ssl_").create_urllib3_context())
    pool.init_poolmanager(1, POOL, ssl_context=trust)
    pool.proxy_manager_for = partial(pool.proxy_manager_for, ssl_context=trust)
    session.mount("https://", pool)
    session.mount("http://", pool)
    if not is_loopback(urlsplit(server).hostname or ""):
        session.proxies = requests.utils.get_environ_proxies(server)
    adapter: Any = import_module("hvac.adapters").RawAdapter
    return adapter(
        base_uri=server,
        session=session,
        timeout=(CONNECTS_WITHIN, ANSWERS_WITHIN),
        allow_redirects=False,
        ignore_exceptions=True,
    )


def why(error: BaseException) -> str:
    """What went wrong with a connection, as the system says it and not as a library wraps it."""
    cause = _cause(error)
    if isinstance(cause, TimeoutError) or "timed out" in str(error):
        return "timed out"
    return str((cause.strerror if isinstance(cause, OSError) else "") or cause or error)


def _cause(error: BaseException) -> BaseException:
    """What libraries have wrapped."""
    cause: BaseException = error
    seen = 0
    while seen < 10:  # noqa: PLR2004 - wrappings are three deep
        seen += 1
        inner = cause.__cause__ or getattr(cause, "reason", None) or cause.__context__
        if inner is None and cause.args:
            inner = cause.args[0]  # urllib3 hands some of its own on without ever raising them
        if not isinstance(inner, BaseException):
            break
        cause = inner
    return cause


def _may_be_sent(failed: OSError) -> bool:
    """Whether the request got as far as the server, which may have carried it out."""
    told = str(failed)
    return not any(
        word in told for word in ("NewConnectionError", "ConnectTimeout", "NameResolution", "ProxyError")
    )


def _untrusted(server: str, ca: str, failed: Exception) -> str:
    trusted = f"the certificates in {ca}" if ca else "what this machine trusts"
    return (
        f"the connection to Vault at {server} is not trusted: {why(failed)}. Trusted was {trusted}; name the"
        " certificate authority of this Vault (`encryption.vault.ca` of the environment, or VAULT_CACERT)"
    )


def _lowered(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _document(said: Any) -> Properties:
    """The body; what is no JSON (a proxy's page) is an error."""
    if not said.content:
        return {}
    try:
        found: Any = said.json()
    except ValueError:
        found = None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {"errors": [said.text[:300]]}
