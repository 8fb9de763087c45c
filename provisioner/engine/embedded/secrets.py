"""Seals secret values before they are written: Pulumi's passphrase provider, and a blind one.

Keys of a cloud are in `cloud_sealer.py`.

The format is Pulumi's own (`pkg/secrets/passphrase/manager.go`, `sdk/go/common/resource/config/crypt.go`), so
that either engine opens what the other has sealed.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import os
import secrets
import threading
import weakref
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from provisioner.engine.embedded import durable
from provisioner.engine.failures import PassphraseMissing, PassphraseWrong

if TYPE_CHECKING:  # where nothing is sealed it is not loaded
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS = 1_000_000
"""Of PBKDF2-HMAC-SHA256, as Pulumi does it: half a second, once a run."""

_VERSION = "v1"
_SALT_BYTES = 8
_KEY_BYTES = 32
_NONCE_BYTES = 12
_PROOF = "pulumi"
"""Sealed beside the salt: whether it opens tells whether the passphrase is right."""


class BrokenSeal(ValueError):
    """A sealed value or its salt is not what was written, although the passphrase is right."""


class Sealer(Protocol):
    """Turns text into what may be written to a disk, and back."""

    def state(self) -> Mapping[str, Any] | None:
        """`secrets_providers` of the deployment; None if nothing was ever sealed."""
        ...

    def seal(self, plaintext: str) -> str:
        """The text in a form that tells nothing about it."""
        ...

    def open(self, ciphertext: str) -> str:
        """The text that was sealed."""
        ...


def passphrase_state(salt: str | None) -> Mapping[str, Any] | None:
    """`secrets_providers` for this salt."""
    return {"state": {"salt": salt}, "type": "passphrase"} if salt else None


_EVERY: Final[weakref.WeakSet[Symmetric]] = weakref.WeakSet()


def known_texts() -> frozenset[str]:
    """Every text that this process has sealed or opened, as JSON: what no report of a bug may hold."""
    return frozenset(text for each in tuple(_EVERY) for text in each.texts())


class Symmetric:
    """AES-256-GCM under a key that is got when the first value is sealed or opened. For several threads.

    A text that was opened or sealed before is sealed to the same ciphertext again, so that an unchanged
    secret does not change the state; the price is that equal secrets of one stack can be recognised as equal.
    """

    def __init__(self, unlock: Callable[[], AESGCM]) -> None:
        self._unlock = unlock
        self._cipher: AESGCM | None = None
        self._sealed: dict[str, str] = {}
        self._lock = threading.Lock()
        _EVERY.add(self)

    def texts(self) -> tuple[str, ...]:
        """What was sealed or opened."""
        return tuple(self._sealed.copy())

    def seal(self, plaintext: str) -> str:
        """`v1:<nonce>:<ciphertext and tag>`, both in base64."""
        with self._lock:
            cipher = self._unlocked()
            if plaintext not in self._sealed:
                self._sealed[plaintext] = encrypted(cipher, plaintext)
            return self._sealed[plaintext]

    def open(self, ciphertext: str) -> str:
        """The text; raises `BrokenSeal` if the ciphertext is damaged or was sealed under another key."""
        with self._lock:
            plaintext = decrypted(self._unlocked(), ciphertext)
            self._sealed.setdefault(plaintext, ciphertext)
            return plaintext

    def _unlocked(self) -> AESGCM:
        if self._cipher is None:
            self._cipher = self._unlock()
        return self._cipher


class PassphraseSealer:
    """Seals under a key that is derived from a passphrase, which is asked for when the first value needs it.

    Raises `PassphraseMissing` and `PassphraseWrong`.
    """

    def __init__(self, stack: str, passphrase: Callable[[], str | None], salt: str | None = None) -> None:
        self._stack = stack
        self._passphrase = passphrase
        self._salt = salt
        self._symmetric = Symmetric(self._unlocked)

    def state(self) -> Mapping[str, Any] | None:
        """The salt that came with the state, or the one made for the first secret."""
        return passphrase_state(self._salt)

    def seal(self, plaintext: str) -> str:
        """The ciphertext; equal texts have equal ones."""
        return self._symmetric.seal(plaintext)

    def open(self, ciphertext: str) -> str:
        """The text. Raises `BrokenSeal`."""
        if self._salt is None:
            raise BrokenSeal("a value is sealed, and the salt of its key is missing")
        return self._symmetric.open(ciphertext)

    def _unlocked(self) -> AESGCM:
        phrase = self._passphrase()
        if phrase is None:
            raise PassphraseMissing(self._stack)
        return self._proven(phrase, self._salt) if self._salt else self._founded(phrase)

    def _founded(self, phrase: str) -> AESGCM:
        """A cipher with a new salt."""
        salt = os.urandom(_SALT_BYTES)
        cipher = _cipher(phrase, salt)
        self._salt = f"{_VERSION}:{b64encode(salt).decode()}:{encrypted(cipher, _PROOF)}"
        return cipher

    def _proven(self, phrase: str, stored: str) -> AESGCM:
        """The cipher of a stored salt; the proof beside it must open."""
        version, _, rest = stored.partition(":")
        salt, _, proof = rest.partition(":")
        if version != _VERSION or not salt or not proof:
            raise BrokenSeal(f"the salt of the secrets is not of the form {_VERSION}:<salt>:<proof>")
        cipher = _cipher(phrase, _decoded(salt))
        try:
            proven = decrypted(cipher, proof) == _PROOF
        except BrokenSeal:
            proven = False
        if not proven:
            raise PassphraseWrong(self._stack)
        return cipher


class BlindSealer:
    """For commands that only look: needs no passphrase, and sees no secret.

    A secret opens to its own ciphertext, as a JSON text, and that is sealed to the same ciphertext again;
    sealing anything else raises `PassphraseMissing`.
    """

    def __init__(self, stack: str = "", secrets: Mapping[str, Any] | None = None) -> None:
        self._stack = stack
        self._secrets = secrets
        self._seen: dict[str, str] = {}

    def state(self) -> Mapping[str, Any] | None:
        """The `secrets_providers` it was given."""
        return self._secrets

    def seal(self, plaintext: str) -> str:
        """The ciphertext that `open` was given."""
        if plaintext not in self._seen:
            raise PassphraseMissing(self._stack)
        return self._seen[plaintext]

    def open(self, ciphertext: str) -> str:
        """The ciphertext, as a JSON text."""
        text = json.dumps(ciphertext)
        self._seen[text] = ciphertext
        return text


def own_passphrase(file: Path) -> Callable[[], str]:
    """A passphrase that this machine keeps for itself, in a file that only its owner reads.

    For `cloud: local`, where nothing is worth a passphrase of one's own. The file is made when it is first
    needed; of two processes that make it at once, both use the one that was there first.
    """

    def passphrase() -> str:
        if not file.exists():
            durable.create(file, secrets.token_urlsafe(_KEY_BYTES).encode())
        return file.read_text().strip()

    return passphrase


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(hashlib.pbkdf2_hmac("sha256", phrase.encode(), salt, ROUNDS, _KEY_BYTES))


def encrypted(cipher: AESGCM, plaintext: str) -> str:
    """The text under a fresh nonce, as Pulumi writes it."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = cipher.encrypt(nonce, plaintext.encode("utf-8", "surrogatepass"), None)
    return f"{_VERSION}:{b64encode(nonce).decode()}:{b64encode(sealed).decode()}"


def decrypted(cipher: AESGCM, ciphertext: str) -> str:
    """What was encrypted. Raises `BrokenSeal`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    version, _, rest = ciphertext.partition(":")
    nonce, _, sealed = rest.partition(":")
    if version != _VERSION or len(_decoded(nonce)) != _NONCE_BYTES:
        raise BrokenSeal(f"a sealed value is not of the form {_VERSION}:<nonce>:<ciphertext>")
    try:
        return cipher.decrypt(_decoded(nonce), _decoded(sealed), None).decode("utf-8", "surrogatepass")
    except InvalidTag as damaged:
        raise BrokenSeal("a sealed value was changed, or was sealed under another key") from damaged


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error as damaged:
        raise BrokenSeal("a sealed value is not base64") from damaged
