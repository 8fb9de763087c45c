"""What seals the secrets of a stack: what has sealed them so far, or what the environment says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from provisioner.engine.embedded.cloud_sealer import CloudSealer, OpenKey
from provisioner.engine.embedded.secrets import PassphraseSealer, Sealer
from provisioner.engine.failures import PassphraseWrong

BY_PHRASE: Final = "passphrase"
_CANARY: Final = "canary"


def _no_cloud(url: str, _stack: str) -> Any:
    raise AssertionError(f"nobody opens {url}")


def _none() -> None:
    """No passphrase."""


def _nothing(_url: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that one command may use; none is asked for before a secret needs it."""

    passphrase: Callable[[], str | None]
    """None: there is none."""

    of_new_states: str = BY_PHRASE
    """`passphrase`, or the address of a cloud's key."""

    open_key: OpenKey = _no_cloud

    newer_passphrase: Callable[[], str | None] = _none
    """The present one, where `passphrase` is that of an earlier time."""

    founded: Mapping[str, Any] | None = None
    """The `secrets_providers` that a state without secrets begins with; None: a new key."""

    around: Callable[[str], Mapping[str, str]] = _nothing
    """Variables in which Pulumi's own engine finds what opens a key with this address."""

    def sealer(self, stack: str, secrets: Mapping[str, Any] | None) -> Sealer:
        """For a stack with these `secrets_providers`; with None, for one that has no secrets yet."""
        match secrets:
            case {"type": "passphrase", "state": {"salt": str(salt)}}:
                return PassphraseSealer(stack, self.passphrase, salt)
            case {"type": "cloud", "state": {"url": str(url), "encryptedkey": str(encrypted)}}:
                return CloudSealer(self.open_key(url, stack), url, encrypted)
            case _ if self.founded is not None:
                return replace(self, founded=None).sealer(stack, self.founded)
            case _:
                return self.new_sealer(stack, self.of_new_states)

    def proven(self, stack: str, secrets: Mapping[str, Any]) -> Sealer:
        """The sealer of a state, with whichever passphrase is its own; it has sealed something already.

        Raises `PassphraseMissing`, `PassphraseWrong`, `KeyRefused` and `BrokenSeal`.
        """
        sealer = self.sealer(stack, secrets)
        try:
            sealer.seal(_CANARY)
        except PassphraseWrong:
            if self.newer_passphrase() is None:
                raise
            sealer = replace(self, passphrase=self.newer_passphrase).sealer(stack, secrets)
            sealer.seal(_CANARY)
        return sealer

    def new_sealer(self, stack: str, by: str) -> Sealer:
        """With a new key, made when the first value needs it; `by` is as `of_new_states`."""
        if by == BY_PHRASE:
            return PassphraseSealer(stack, self.passphrase)
        return CloudSealer(self.open_key(by, stack), by)


NO_KEYS: Final = Keys(_none)
"""For whoever neither opens nor seals a value."""
