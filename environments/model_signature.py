"""What a signature of a model says, what exactly is signed, and whether it is by a certain key.

The text is a statement of in-toto (in-toto attestation framework, "Statement v1"), wrapped as DSSE has it
(secure-systems-lab/dsse, protocol v1.0.2), so that other tools verify it too. It is made of what an
environment file says of the model, so that a file has to hold nothing but the signature's own bytes.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:  # few environments sign anything
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
_PREDICATE: Final = "urn:provisioner:model:v1"

Algorithm = Literal["ed25519", "ecdsa-p256"]


def statement(model: str, version: int, digest: str) -> Mapping[str, Any]:
    """That these bytes are this version of this model; `digest` is `sha256:…`."""
    return {
        "_type": _STATEMENT,
        "subject": [{"name": model, "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": _PREDICATE,
        "predicate": {"model": model, "version": version},
    }


def signed_bytes(said: Mapping[str, Any]) -> bytes:
    """What is signed: the statement with its type, each with its length before it (DSSE's PAE)."""
    payload = _payload(said)
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def envelope(said: Mapping[str, Any], signatures: Sequence[str]) -> Mapping[str, Any]:
    """The statement and its signatures, as a DSSE envelope."""
    return {
        "payload": b64encode(_payload(said)).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": signature} for signature in signatures],
    }


def algorithm(key: str) -> Algorithm | None:
    """What a public key (DER, in base64) signs with; None if it is no key, or of another kind."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415

    match _public(key):
        case ed25519.Ed25519PublicKey():
            return "ed25519"
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return "ecdsa-p256"
        case _:
            return None


def is_by(key: str, signature: str, said: Mapping[str, Any]) -> bool:
    """Whether the signature (base64) of a statement is by this key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    signed = signed_bytes(said)
    try:
        match _public(key):
            case ed25519.Ed25519PublicKey() as public:
                public.verify(b64decode(signature), signed)
            case ec.EllipticCurvePublicKey() as public:
                public.verify(b64decode(signature), signed, ec.ECDSA(SHA256()))
            case _:
                return False
    except (InvalidSignature, ValueError):  # it is not by the key, or not base64 at all
        return False
    return True


def _payload(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _public(key: str) -> Ed25519PublicKey | EllipticCurvePublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        found = load_der_public_key(b64decode(key, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return found if isinstance(found, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) else None
