"""The keys that seal and sign models: in Vault's transit engine or in AWS KMS, which they never leave."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from components.fetch_sealed_model import Unsound
from environments.model_seals import SIGNING, key_of

AskVault = Callable[[str, str, Mapping[str, Any] | None], Mapping[str, Any]]
"""Method, path and body -> the `data` of the answer. Raises `Refused`, and `KeyIsNotThere`."""

CallKms = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""An operation as botocore calls it, and what it is sent -> its answer. Raises `Refused`."""

_BITS: Final = 256


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one version of a model, as such and wrapped by the key of the model."""

    plain: bytes = field(repr=False)
    wrapped: Mapping[str, str]
    """What the header of the sealed file says of it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature, and the public key that it is by (DER), both in base64."""

    value: str
    key: str


class Sealing(Protocol):
    """What makes data keys, and opens them."""

    def new(self, model: str, version: int) -> DataKey:
        """One for a new version. Raises `Refused`."""
        ...

    def opened(self, model: str, version: int, wrapped: Mapping[str, str]) -> bytes:
        """The key that was made for it. Raises `Refused`, and `Unsound` for what is no wrapped key."""
        ...


class Signing(Protocol):
    """What signs."""

    def sign(self, text: bytes) -> Signature:
        """The signature of a text. Raises `Refused`."""
        ...


@dataclass(frozen=True, slots=True)
class TransitSealing:
    """A transit key for each model: who may use that of one opens nothing of another."""

    ask: AskVault
    mount: str

    def new(self, model: str, version: int) -> DataKey:  # noqa: ARG002 - Vault is told nothing of it
        """One for a new version, by the newest version of the model's key."""
        key = key_of(model)
        made = self.ask("POST", f"{self.mount}/datakey/plaintext/{key}", {"bits": _BITS})
        wrapped = {"kind": "vault", "key": f"{self.mount}/{key}", "wrapped": str(made["ciphertext"])}
        return DataKey(b64decode(made["plaintext"]), wrapped)

    def opened(self, model: str, version: int, wrapped: Mapping[str, str]) -> bytes:  # noqa: ARG002
        """The key that was made for it."""
        body = {"ciphertext": wrapped["wrapped"]}
        return b64decode(self.ask("POST", f"{self.mount}/decrypt/{key_of(model)}", body)["plaintext"])


@dataclass(frozen=True, slots=True)
class TransitSigning:
    """Vault's transit key `signing`, of Ed25519."""

    ask: AskVault
    mount: str

    def sign(self, text: bytes) -> Signature:
        """The signature by the newest version of the key."""
        said = self.ask("POST", f"{self.mount}/sign/{SIGNING}", {"input": b64encode(text).decode()})
        _, version, value = str(said["signature"]).split(":")
        versions = self.ask("GET", f"{self.mount}/keys/{SIGNING}", None)["keys"]
        raw = str(versions[version.removeprefix("v")]["public_key"])
        return Signature(value, b64encode(_DER_OF_ED25519 + b64decode(raw)).decode())


_DER_OF_ED25519: Final = bytes.fromhex("302a300506032b6570032100")
"""What is before the 32 bytes of a public key in DER. Source: RFC 8410, section 4."""


@dataclass(frozen=True, slots=True)
class KmsSealing:
    """A key of AWS KMS for all models: by its encryption context a data key is one of a certain version."""

    call: CallKms
    key: str
    """Its alias, id or ARN."""

    def new(self, model: str, version: int) -> DataKey:
        """One for a new version."""
        sent = {"KeyId": self.key, "KeySpec": "AES_256", "EncryptionContext": _context(model, version)}
        made = self.call("generate_data_key", sent)
        wrapped = b64encode(made["CiphertextBlob"]).decode()
        return DataKey(made["Plaintext"], {"kind": "kms", "key": str(made["KeyId"]), "wrapped": wrapped})

    def opened(self, model: str, version: int, wrapped: Mapping[str, str]) -> bytes:
        """The key that was made for it; naming ours refuses one that somebody else has wrapped."""
        try:
            blob = b64decode(wrapped["wrapped"], validate=True)
        except ValueError as damaged:
            raise Unsound("its data key is not base64") from damaged
        sent = {"KeyId": self.key, "CiphertextBlob": blob, "EncryptionContext": _context(model, version)}
        plain: bytes = self.call("decrypt", sent)["Plaintext"]
        return plain


@dataclass(frozen=True, slots=True)
class KmsSigning:
    """A key of AWS KMS of the curve P-256."""

    call: CallKms
    key: str

    def sign(self, text: bytes) -> Signature:
        """The signature; KMS takes texts of up to 4096 bytes as they are."""
        sent = {
            "KeyId": self.key,
            "Message": text,
            "MessageType": "RAW",
            "SigningAlgorithm": "ECDSA_SHA_256",
        }
        value = self.call("sign", sent)["Signature"]
        public = self.call("get_public_key", {"KeyId": self.key})["PublicKey"]
        return Signature(b64encode(value).decode(), b64encode(public).decode())


def _context(model: str, version: int) -> Mapping[str, str]:
    return {"model": model, "version": str(version)}
