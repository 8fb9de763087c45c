"""Keys of AWS KMS, by the addresses that Pulumi has for them.

`awskms://alias/name?region=R`, `awskms://<key id>`, `awskms:///<ARN>`; `context_K=V` adds to the encryption
context. Source: Go CDK, package `secrets/awskms`, which Pulumi opens these addresses with.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from environments.key_address import kms_address
from provisioner.engine.state_failures import KeyRefused


class KmsKey:
    """A key of AWS KMS. Raises `KeyRefused`."""

    def __init__(self, url: str, stack: str, client: Callable[[], Any]) -> None:
        self._url = url
        self._stack = stack
        self._client = client
        self._address = kms_address(url)

    def encrypt(self, plaintext: bytes) -> bytes:
        """What only this key decrypts."""
        return self._called("encrypt", "CiphertextBlob", KeyId=self._address.key, Plaintext=plaintext)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """What was encrypted. KMS finds the key in the ciphertext; naming it here refuses any other."""
        return self._called("decrypt", "Plaintext", KeyId=self._address.key, CiphertextBlob=ciphertext)

    def _called(self, operation: str, answer: str, **sent: Any) -> bytes:
        errors: Any = import_module("botocore.exceptions")
        if self._address.context:
            sent["EncryptionContext"] = dict(self._address.context)
        try:
            found: bytes = getattr(self._client(), operation)(**sent)[answer]
        except errors.ClientError as refused:
            told = refused.response.get("Error", {})
            reason, code = str(told.get("Message", "")), str(told.get("Code", ""))
            raise KeyRefused(self._stack, self._url, reason or operation, code) from refused
        except (errors.BotoCoreError, errors.HTTPClientError) as broken:
            raise KeyRefused(self._stack, self._url, str(broken)) from broken
        return found
