"""Speaks with one Vault: who we are there, and patience with one that is sealed, busy or being restarted."""

from __future__ import annotations

from typing import Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused
from provisioner.providers.vault import refusals
from provisioner.providers.vault.connection import VaultConnection
from provisioner.providers.vault.refusals import (
    BAD_REQUEST,
    FORBIDDEN,
    GATEWAYS,
    NOT_INITIALIZED,
    PRECONDITION,
    SERVER_ERROR,
    STANDBYS,
    TOO_MANY,
    UNAVAILABLE,
)
from provisioner.providers.vault.token import Token, TokenKeeper, is_about_token
from provisioner.providers.vault.transport import Answer, Transport, Unanswered
from provisioner.providers.vault.waiting import Clock, Pauses

FIRST_PATIENCE: Final = 6.0
"""Seconds for the first answer of a server that has never given one: it may not be reachable at all."""

PATIENCE: Final = 60.0
"""Seconds for a server that has answered before: it is restarted, sealed, or its quota is used up."""

SEEN_WITHIN: Final = 10.0
"""Seconds until a server has what another one of its cluster has written (412)."""

TROUBLED: Final = 1.0
"""Seconds in which an error of the server itself may pass."""

_CAPABILITIES: Final = "sys/capabilities-self"


class Session:
    """One Vault, for several threads. Nothing is opened before the first call."""

    def __init__(self, address: str, namespace: str, connection: VaultConnection, clock: Clock) -> None:
        self.address = address
        self.namespace = namespace
        self.clock = clock
        self._transport = Transport(address, connection.ca)
        login_in = connection.namespace or namespace
        self._tokens = TokenKeeper(
            connection.login,
            lambda method, path, body, token: self._patiently(
                method, path, body, _headers(token, login_in), is_repeatable=True
            ),
            clock,
        )
        self._has_answered = False
        self._has_namespaces = False

    def token(self) -> str:
        """The token as it is now, for a program that takes one. Raises `Refused` if there is none."""
        return self._tokens.current().text

    def must_have_namespaces(self, namespace: str = "") -> None:
        """Raises `Refused` if what is to be made in a namespace would be made where there is only one.

        The community edition passes over the header that names it.
        """
        if self._has_namespaces or not (self.namespace or namespace):
            return
        answer = self._transport.send("GET", "sys/health", None, {})
        if isinstance(answer, Answer) and answer.body.get("enterprise") is False:
            raise refusals.without_namespaces(self.address)
        self._has_namespaces = True

    def call(
        self,
        method: str,
        path: str,
        body: Properties | None = None,
        *,
        namespace: str = "",
        is_repeatable: bool = True,
    ) -> Answer:
        """The server's answer: what was asked, or that it is not there, or that it is wrong (400, 404, 405).

        `namespace` is below the session's own. Raises `Refused` for everything else, in which it says what to
        do; with `CONNECTION_LOST` if nobody knows whether it was done.
        """
        inside = "/".join(each.strip("/") for each in (self.namespace, namespace) if each)
        for last in (False, False, True):
            token = self._tokens.current()
            answer = self._as(token, method, path, body, inside, is_repeatable=is_repeatable)
            if answer.status != FORBIDDEN:
                return answer
            if not self._is_gone(token, answer):
                has = self._capabilities(token, path, inside) or ()
                raise refusals.of_denied(method, path, has, token.policies, inside)
            self._tokens.ended(token, is_hopeless=last)
        raise AssertionError("the last token that has ended is refused")

    def _as(
        self,
        token: Token,
        method: str,
        path: str,
        body: Properties | None,
        inside: str,
        *,
        is_repeatable: bool,
    ) -> Answer:
        headers = _headers(token.text, inside)
        return self._patiently(method, path, body, headers, is_repeatable=is_repeatable)

    def _is_gone(self, token: Token, answer: Answer) -> bool:
        """Whether a 403 is about a token that has ended: then it may not even ask what it may."""
        if is_about_token(answer) or (token.seconds and self.clock.now() > token.ends):
            return True
        return "default" in token.policies and self._capabilities(token, "sys/health", "") is None

    def _patiently(
        self, method: str, path: str, body: Properties | None, headers: dict[str, str], *, is_repeatable: bool
    ) -> Answer:
        pauses = Pauses(self.clock, self.clock.now())
        is_repeatable = is_repeatable or method in ("GET", "LIST", "DELETE")
        while True:
            answer = self._transport.send(method, path, body, headers)
            patience = self._patience(answer, is_repeatable=is_repeatable)
            if isinstance(answer, Answer) and patience is None:
                self._has_answered = True
                return answer
            if not pauses.made(patience or 0.0, _retry_after(answer)):
                return self._given_up(answer, patience or 0.0, is_repeatable=is_repeatable)

    def _patience(self, answer: Answer | Unanswered, *, is_repeatable: bool) -> float | None:
        """Seconds for which such an answer is worth another try; None: it is one."""
        if isinstance(answer, Unanswered):
            patience = PATIENCE if self._has_answered else FIRST_PATIENCE
            return patience if is_repeatable or not answer.was_sent else 0.0
        if refusals.is_being_made(answer) or answer.status == PRECONDITION:
            return SEEN_WITHIN
        if answer.status in STANDBYS:
            return 0.0
        if answer.status < SERVER_ERROR:
            return PATIENCE if answer.status == TOO_MANY else None
        return self._patience_with_trouble(answer, is_repeatable=is_repeatable)

    def _patience_with_trouble(self, answer: Answer, *, is_repeatable: bool) -> float:
        """The same for an error of the server's own. One that is sealed at first is not about to open."""
        if refusals.is_sealed(answer):
            return PATIENCE if self._has_answered else 0.0
        if refusals.has_no_active(answer):
            return PATIENCE
        if not is_repeatable or answer.status == NOT_INITIALIZED:
            return 0.0
        return PATIENCE if answer.status in GATEWAYS or answer.status == UNAVAILABLE else TROUBLED

    def _given_up(self, answer: Answer | Unanswered, patience: float, *, is_repeatable: bool) -> Answer:
        """What did not pass: the answer if it says itself what is wrong. Raises `Refused` otherwise."""
        server = answer.by or self.address
        if isinstance(answer, Unanswered):
            if answer.was_sent and not is_repeatable:
                raise refusals.of_lost(server, answer.why)
            raise refusals.of_unreachable(server, answer.why)
        if answer.status in GATEWAYS and not is_repeatable:
            raise refusals.of_lost(server, answer.message)
        if answer.status == BAD_REQUEST:
            return answer
        raise refusals.of_trouble(server, answer, patience)

    def _capabilities(self, token: Token, path: str, inside: str) -> list[str] | None:
        """What the token may do at the path; None: it may not ask."""
        try:
            said = self._as(token, "POST", _CAPABILITIES, {"paths": [path]}, inside, is_repeatable=True)
        except Refused:
            return []
        if said.status == FORBIDDEN:
            return None
        return [str(each) for each in said.data.get(path) or () if each != "deny"]


def _headers(token: str, namespace: str) -> dict[str, str]:
    headers = {"X-Vault-Token": token} if token else {}
    return {**headers, **({"X-Vault-Namespace": namespace} if namespace else {})}


def _retry_after(answer: Answer | Unanswered) -> float:
    """Seconds that the server asks to be left alone."""
    said = answer.headers.get("retry-after", "") if isinstance(answer, Answer) else ""
    return float(said) if said.isdigit() else 0.0
