"""What seals the secrets of a stack: what has sealed them so far, or what the environment says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioner.engine.embedded.cloud_sealer import CloudSealer, OpenKey
from provisioner.engine.embedded.secrets import PassphraseSealer, Sealer

BY_PHRASE: Final = "passphrase"


def _no_cloud(url: str, _stack: str) -> Any:
    raise AssertionError(f"nobody opens {url}")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that one command may use; none is asked for before a secret needs it."""

    passphrase: Callable[[], str | None]
    """None: there is none."""

    of_new_states: str = BY_PHRASE
    """`passphrase`, or the address of a cloud's key."""

    open_key: OpenKey = _no_cloud

    def sealer(self, stack: str, secrets: Mapping[str, Any] | None) -> Sealer:
        """For a stack with these `secrets_providers`; with None, for one that has no secrets yet."""
        match secrets:
            case {"type": "passphrase", "state": {"salt": str(salt)}}:
                return PassphraseSealer(stack, self.passphrase, salt)
            case {"type": "cloud", "state": {"url": str(url), "encryptedkey": str(encrypted)}}:
                return CloudSealer(self.open_key(url, stack), url, encrypted)
            case _:
                return self.new_sealer(stack, self.of_new_states)

    def new_sealer(self, stack: str, by: str) -> Sealer:
        """With a new key, made when the first value needs it; `by` is as `of_new_states`."""
        if by == BY_PHRASE:
            return PassphraseSealer(stack, self.passphrase)
        return CloudSealer(self.open_key(by, stack), by)
