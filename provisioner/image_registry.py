"""Asks a registry for the digests of images: the OCI distribution specification, one HEAD an image.

A registry on this machine is spoken to in plain HTTP, as Docker does; every other one by TLS, with the
certificates that Python trusts (`SSL_CERT_FILE` for those of a company).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from environments.loopback import is_loopback
from provisioner.providers.certificates import accepting
from provisioner.registry_login import Login, Logins

_ACCEPT: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)
"""Indexes first: the digest of one is that of the image for every machine."""

_AT_ONCE: Final = 8
_WITHIN: Final = urllib3.Timeout(connect=5.0, read=30.0)
_AGAIN: Final = urllib3.Retry(
    total=3, connect=1, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), raise_on_status=False
)
_OK: Final = 200
_NOT_LOGGED_IN: Final = 401
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SAID: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Found:
    """What a registry says of one image."""

    image: str
    """As it was asked for: `<registry>/<repository>:<tag>`."""
    digest: str | None
    refused: str = ""
    """Why there is no digest."""


class ImageRegistry:
    """One registry, for several threads."""

    def __init__(self, host: str, logins: Logins) -> None:
        self._host = host
        self._address = f"{'http' if _is_here(host) else 'https'}://{host}"
        self._logins = logins
        trust = None if _is_here(host) else accepting()
        self._pool = urllib3.PoolManager(maxsize=_AT_ONCE, timeout=_WITHIN, retries=_AGAIN, ssl_context=trust)
        self._tokens: dict[str, str] = {}

    def digests(self, images: Iterable[str]) -> Iterator[Found]:
        """Of each image, in their order: `<registry>/<repository>:<tag>`, or `@<digest>` if that is known."""
        try:
            # One that is not there is found out once, and not for every image.
            self._pool.request("GET", f"{self._address}/v2/")
        except HTTPError as failed:
            yield from (Found(image, None, _why(failed)) for image in images)
            return
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            yield from threads.map(self._found, images)

    def _found(self, image: str) -> Found:
        name = image.removeprefix(f"{self._host}/")
        before, at, digest = name.partition("@")
        repository, _, tag = before.rpartition(":") if ":" in before else (before, "", "")
        try:
            answer = self._asked("HEAD", repository, digest if at else tag)
            if answer.status == _OK and not answer.headers.get("Docker-Content-Digest"):
                answer = self._asked("GET", repository, digest if at else tag)
        except HTTPError as failed:
            return Found(image, None, _why(failed))
        if answer.status != _OK:
            return Found(image, None, _said(answer.status))
        said = answer.headers.get("Docker-Content-Digest") or _digest(answer.data)
        return (
            Found(image, said) if _DIGEST.fullmatch(said) else Found(image, None, f"its digest is `{said}`")
        )

    def _asked(self, method: str, repository: str, reference: str) -> Any:
        url = f"{self._address}/v2/{repository}/manifests/{reference}"
        answer = self._sent(method, url, self._tokens.get(repository))
        if answer.status != _NOT_LOGGED_IN:
            return answer
        told = self._authorization(answer.headers.get("WWW-Authenticate", ""), repository)
        if told is None:
            return answer
        self._tokens[repository] = told
        return self._sent(method, url, told)

    def _sent(self, method: str, url: str, authorization: str | None) -> Any:
        headers = {"Accept": _ACCEPT, "User-Agent": "provisioner"}
        if authorization:
            headers["Authorization"] = authorization
        return self._pool.request(method, url, headers=headers)

    def _authorization(self, challenge: str, repository: str) -> str | None:
        """What to send to a registry that has said how it wants to be told who asks; None: nobody knows."""
        login = self._logins.of(self._host)
        scheme = challenge.partition(" ")[0].lower()
        if scheme == "basic":
            return _basic(login) if login else None
        said = dict(_SAID.findall(challenge))
        if scheme != "bearer" or "realm" not in said:
            return None
        return self._token(said, login, repository)

    def _token(self, said: Mapping[str, str], login: Login | None, repository: str) -> str | None:
        """A token of the service that the registry names; a password goes nowhere in clear."""
        realm = urlsplit(said["realm"])
        if realm.scheme != "https" and not _is_here(realm.netloc):
            return None
        query = {"service": said.get("service", ""), "scope": f"repository:{repository}:pull"}
        headers = {"Authorization": _basic(login)} if login else {}
        answer = self._pool.request("GET", f"{said['realm']}?{urlencode(query)}", headers=headers)
        if answer.status != _OK:
            return None
        found = _document(answer.data)
        token = found.get("token") or found.get("access_token")
        return f"Bearer {token}" if token else None


def _is_here(host: str) -> bool:
    return is_loopback((host.rpartition(":")[0] or host).strip("[]"))


def _basic(login: Login) -> str:
    return f"Basic {base64.b64encode(f'{login.user}:{login.password}'.encode()).decode()}"


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _digest(manifest: bytes) -> str:
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def _said(status: int) -> str:
    match status:
        case 404:
            return "it is not there"
        case 401 | 403:
            return "the registry does not let you read it"
        case _:
            return f"the registry answers with HTTP status {status}"


def _why(failed: HTTPError) -> str:
    reason = getattr(failed, "reason", None) or failed
    if isinstance(reason, SSLError):
        return f"the registry's certificate is not trusted ({reason})"
    return f"the registry does not answer ({type(reason).__name__})"
