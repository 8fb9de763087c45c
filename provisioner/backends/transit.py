"""Keys of Vault's transit engine, by the addresses that Pulumi has for them: `hashivault://key?engine=mount`.

Source: Go CDK, package `secrets/hashivault`, which Pulumi opens these addresses with: what is kept beside the
state is the text that Vault answers (`vault:v1:…`), as bytes.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from environments.key_address import transit_address
from provisioner.engine.state_failures import KeyRefused

NO_KEY: Final = "NoSuchKey"
"""The code of a refusal because the engine has no key of that name."""

DENIED: Final = "PermissionDenied"
"""The code of a refusal because the token's policies do not allow the path."""

REJECTED: Final = "Vault400"
"""The code of a refusal of what was sent: of an unknown key, of a ciphertext that is not this key's."""

Ask = Callable[[str, Mapping[str, str] | None], Mapping[str, Any] | None]
"""What Vault answers at a path, to a body that is written there or, with None, to reading it.

None: nothing is there. Raises `KeyRefused`.
"""


class TransitKey:
    """A key of a transit engine. Raises `KeyRefused`."""

    def __init__(self, url: str, stack: str, ask: Ask) -> None:
        self._url = url
        self._stack = stack
        self._ask = ask
        self._address = transit_address(url)

    def encrypt(self, plaintext: bytes) -> bytes:
        """What only this key decrypts. A key that is not there is refused, although Vault would make it."""
        self._must_be_there()
        return self._called("encrypt", "plaintext", b64encode(plaintext).decode(), "ciphertext").encode()

    def decrypt(self, ciphertext: bytes) -> bytes:
        """What was encrypted, by this version of the key or an earlier one."""
        sent = ciphertext.decode("utf-8", "replace")
        try:
            return b64decode(self._called("decrypt", "ciphertext", sent, "plaintext"), validate=True)
        except binascii.Error as damaged:
            raise KeyRefused(self._stack, self._url, "its answer is not base64") from damaged
        except KeyRefused as refused:
            if refused.code == REJECTED:
                self._must_be_there()
            raise

    def _must_be_there(self) -> None:
        """A token that may only encrypt and decrypt cannot look; neither can it make a key by a slip."""
        try:
            found = self._ask(self._path("keys"), None)
        except KeyRefused as refused:
            if refused.code != DENIED:
                raise
            return
        if found is None:
            where = f"`{self._address.mount}` has no key `{self._address.name}`"
            raise KeyRefused(self._stack, self._url, where, NO_KEY)

    def _called(self, operation: str, name: str, sent: str, answer: str) -> str:
        found = self._ask(self._path(operation), {name: sent})
        if found is None or not isinstance(found.get(answer), str):
            raise KeyRefused(self._stack, self._url, f"there is no `{self._path(operation)}`", NO_KEY)
        return str(found[answer])

    def _path(self, operation: str) -> str:
        return f"{self._address.mount}/{operation}/{self._address.name}"
