"""A token while a run lasts: renewed before it ends, and another one asked for where that goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import NO_CREDENTIALS, Refused
from provisioner.providers.vault import refusals
from provisioner.providers.vault.connection import Login, TokenLogin
from provisioner.providers.vault.login import Asking, asking, described, found_token
from provisioner.providers.vault.transport import Answer
from provisioner.providers.vault.waiting import Clock

RENEWED_AT: Final = 1 / 2
"""Of its time, when a token is renewed: well before only a third is left."""

ANEW_AT: Final = 1 / 3
"""Of its time: one that can be renewed no more is logged in for anew when no more than this is left."""

_SELF: Final = "auth/token/lookup-self"
_RENEW: Final = "auth/token/renew-self"

Ask = Callable[[str, str, Properties | None, str], Answer]
"""Method, path, body and token; the answer, whatever it is. Raises `Refused` if there is none."""


@dataclass(frozen=True, slots=True)
class Token:
    """One that Vault gave, and until when."""

    text: str = field(repr=False)
    seconds: float = 0
    """For how long it was given; 0: for ever, or nobody knows."""

    ends: float = 0
    """By the clock."""

    is_renewable: bool = False
    policies: tuple[str, ...] = ()


class TokenKeeper:
    """The token of one session, for several threads."""

    def __init__(self, login: Login, ask: Ask, clock: Clock) -> None:
        self._login = login
        self._ask = ask
        self._clock = clock
        self._lock = threading.RLock()
        self._token: Token | None = None
        self._keeps = False

    def current(self) -> Token:
        """The token to use now. Raises `Refused` if there is none to be had."""
        with self._lock:
            if self._token is None:
                self._token = self._logged_in()
                self._keep_alive()
            elif self._is_due(self._token):
                self._token = self._longer(self._token)
            return self._token

    def ended(self, token: Token, *, is_hopeless: bool) -> None:
        """Vault does not know this token any more; the next is another. Raises `Refused` if there is none.

        With `is_hopeless` it was not the first one: they end before they can be used.
        """
        with self._lock:
            if is_hopeless or isinstance(self._login, TokenLogin):
                raise refusals.of_ended_token(described(self._login))
            if self._token is token:  # otherwise somebody else has seen it, and logged in
                self._token = self._logged_in()

    def _is_due(self, token: Token) -> bool:
        if not token.seconds:
            return False
        can_be_had = token.is_renewable or not isinstance(self._login, TokenLogin)
        return can_be_had and token.ends - self._clock.now() <= token.seconds * RENEWED_AT

    def _longer(self, token: Token) -> Token:
        """The same token for longer, or another one; itself if neither goes now."""
        if token.is_renewable:
            answer = self._tried("POST", _RENEW, {}, token.text)
            if answer is not None and answer.is_good:
                renewed = _of_auth(answer, self._clock.now())
                if renewed.ends > token.ends:
                    return renewed
        is_early = token.ends - self._clock.now() > token.seconds * ANEW_AT
        if is_early or isinstance(self._login, TokenLogin):
            return token
        try:
            return self._logged_in()
        except Refused:
            return token  # it is good for a while yet; who uses it when it has ended is told

    def _tried(self, method: str, path: str, body: Properties, token: str) -> Answer | None:
        try:
            return self._ask(method, path, body, token)
        except Refused:
            return None

    def _logged_in(self) -> Token:
        if not isinstance(self._login, TokenLogin):
            return self._given(asking(self._login))
        text = found_token(self._login)
        answer = self._ask("GET", _SELF, None, text)
        if answer.status == refusals.FORBIDDEN and is_about_token(answer):
            raise refusals.of_ended_token(described(self._login))
        if not answer.is_good:
            return Token(text)  # it may not look at itself
        return _looked_at(answer, text, self._clock.now())

    def _given(self, asks: Asking) -> Token:
        answer = self._ask("POST", asks.path, asks.body, "")
        if not answer.is_good:
            raise Refused(
                f"Vault lets nobody in by {described(self._login)}: {answer.message}. See that the auth"
                f" method is there (`vault auth list`), and that role and proof are of this Vault",
                code=NO_CREDENTIALS,
            )
        return _of_auth(answer, self._clock.now())

    def _keep_alive(self) -> None:
        """Renew it also while nothing is asked of Vault: something else may take an hour to be made."""
        token = self._token
        if self._keeps or self._clock.sleep is not None or token is None or not token.seconds:
            return
        self._keeps = True
        threading.Thread(target=self._renew_in_time, name="vault-token", daemon=True).start()

    def _renew_in_time(self) -> None:
        while (token := self._token) is not None and token.seconds:
            due = token.ends - token.seconds * RENEWED_AT - self._clock.now()
            if self._clock.broken_off.wait(max(due, 1.0)) or self._clock.now() > token.ends:
                break
            with self._lock:
                if self._token is token and self._is_due(token):
                    self._token = self._longer(token)
        self._keeps = False


def is_about_token(answer: Answer) -> bool:
    """Whether a 403 says that the token is none, and not that it may not."""
    return any(word in answer.message for word in ("invalid token", "bad token"))


def _looked_at(answer: Answer, text: str, now: float) -> Token:
    said = answer.data
    left = float(said.get("ttl") or 0)
    policies = (*(said.get("policies") or ()), *(said.get("identity_policies") or ()))
    return Token(
        text=text,
        seconds=float(said.get("creation_ttl") or left) if left else 0,
        ends=now + left,
        is_renewable=bool(said.get("renewable")),
        policies=tuple(map(str, policies)),
    )


def _of_auth(answer: Answer, now: float) -> Token:
    said = cast("dict[str, Any]", answer.body.get("auth") or {})
    seconds = float(said.get("lease_duration") or 0)
    return Token(
        text=str(said.get("client_token") or ""),
        seconds=seconds,
        ends=now + seconds,
        is_renewable=bool(said.get("renewable")),
        policies=tuple(map(str, said.get("policies") or ())),
    )
