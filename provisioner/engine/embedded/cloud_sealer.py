"""Seals secret values under a key of the stack's own, which only a key of a cloud opens.

The format is Pulumi's (`pkg/secrets/cloud/manager.go`): 32 random bytes seal the values; they are kept beside
the state, encrypted by the cloud's key.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from provisioner.engine.embedded.secrets import BrokenSeal, Symmetric

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES: Final = 32


class CloudKey(Protocol):
    """A key that never leaves its cloud."""

    def encrypt(self, plaintext: bytes) -> bytes:
        """Raises `KeyRefused`."""
        ...

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Raises `KeyRefused`, also if another key has encrypted it."""
        ...


OpenKey = Callable[[str, str], CloudKey]
"""The key with this address, for this stack; no call is made yet."""


class CloudSealer:
    """Seals under a key that a cloud's key opens, with one call, when the first value needs it."""

    def __init__(self, key: CloudKey, url: str, encrypted_key: str | None = None) -> None:
        self._key = key
        self._url = url
        self._encrypted_key = encrypted_key
        self._symmetric = Symmetric(self._unlocked)

    def state(self) -> Mapping[str, Any] | None:
        """The encrypted key that came with the state, or the one made for the first secret."""
        if self._encrypted_key is None:
            return None
        return {"state": {"encryptedkey": self._encrypted_key, "url": self._url}, "type": "cloud"}

    def seal(self, plaintext: str) -> str:
        """The ciphertext; equal texts have equal ones. Raises `KeyRefused`."""
        return self._symmetric.seal(plaintext)

    def open(self, ciphertext: str) -> str:
        """The text. Raises `BrokenSeal` and `KeyRefused`."""
        if self._encrypted_key is None:
            raise BrokenSeal("a value is sealed, and its key is missing")
        return self._symmetric.open(ciphertext)

    def _unlocked(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as in `secrets.py`

        if self._encrypted_key is None:
            key = os.urandom(_KEY_BYTES)
            self._encrypted_key = b64encode(self._key.encrypt(key)).decode()
            return AESGCM(key)
        try:
            key = self._key.decrypt(b64decode(self._encrypted_key, validate=True))
        except binascii.Error as damaged:
            raise BrokenSeal("the key of the secrets is not base64") from damaged
        if len(key) != _KEY_BYTES:
            raise BrokenSeal(f"the key of the secrets has {len(key)} bytes, and should have {_KEY_BYTES}")
        return AESGCM(key)
