"""Opens a sealed model: in the image of KServe's storage initializer before it is served, and by hand.

It runs there as one file, by `python3 -c`, and needs what that image brings: Python's library,
`cryptography`, and boto3 for keys of AWS.

A sealed model is a line that says so, the length of a header (4 bytes, the highest first), the header (JSON:
which model and version it is, and its data key, wrapped), and a tar archive in the format AES256_GCM_HKDF_1MB
of Tink's streaming AEAD, with everything before it as associated data. Source: Tink documentation,
"AES-GCM-HKDF Streaming AEAD": segments of 1 MiB, each under a nonce with its number and whether it is the
last one, so that none can be changed, moved, left out or added.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_public_key

MARK: Final = b"provisioner sealed model 1\n"
LENGTH_BYTES: Final = 4
CIPHER: Final = "AES256_GCM_HKDF_1MB"
SEGMENT: Final = 1 << 20
KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
PREFIX_BYTES: Final = 7
TAG_BYTES: Final = 16
STREAM_HEAD: Final = 1 + SALT_BYTES + PREFIX_BYTES
FILE: Final = "model.sealed"

_MOST_OF_A_HEADER: Final = 1 << 16
_PATIENCE: Final = 30
"""Seconds. Vault answers in a fraction of one."""


class Unsound(Exception):
    """Why these are not the bytes that were sealed, or are not for who opens them."""


def head_of(stream: BinaryIO) -> tuple[Mapping[str, Any], bytes]:
    """The header, and all bytes up to its end: they are bound to what follows. Raises `Unsound`."""
    mark = stream.read(len(MARK))
    if mark != MARK:
        raise Unsound("it is not a sealed model")
    length = stream.read(LENGTH_BYTES)
    size = int.from_bytes(length, "big")
    text = stream.read(min(size, _MOST_OF_A_HEADER))
    try:
        header: Any = json.loads(text) if len(text) == size else None
    except ValueError:
        header = None
    match header:
        case {"cipher": "AES256_GCM_HKDF_1MB", "model": str(), "version": int(), "key": {"wrapped": str()}}:
            return cast("dict[str, Any]", header), mark + length + text
        case _:
            raise Unsound("its header cannot be read")


def cipher_of(key: bytes, salt: bytes, associated: bytes) -> AESGCM:
    """The cipher of one stream."""
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=associated).derive(key))


def nonce_of(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    """That of one segment."""
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def opened(stream: BinaryIO, key: bytes, associated: bytes) -> Iterator[bytes]:
    """What was sealed, piece by piece, with never more than two of them in memory.

    Raises `Unsound` before the first piece that is not as it was, and at the end if something is missing: so
    nothing may be relied on before the end.
    """
    head = stream.read(STREAM_HEAD)
    if len(head) != STREAM_HEAD or head[0] != STREAM_HEAD:
        raise Unsound("it ends before its first byte, or has no beginning")
    salt, prefix = head[1 : 1 + SALT_BYTES], head[1 + SALT_BYTES :]
    cipher = cipher_of(key, salt, associated)
    number, segment = 0, stream.read(SEGMENT - STREAM_HEAD)
    while True:
        following = stream.read(SEGMENT)
        try:
            yield cipher.decrypt(nonce_of(prefix, number, is_last=not following), segment, None)
        except InvalidTag as damaged:
            raise Unsound(f"it was changed after it was sealed, or cut off (at MiB {number})") from damaged
        if not following:
            return
        number, segment = number + 1, following


class _Archive:
    """Pieces as a file to read, for `tarfile`, which takes them as long as they come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int = -1) -> bytes:
        return next((piece for piece in self._pieces if piece), b"")


def unpacked(pieces: Iterator[bytes], folder: str) -> None:
    """Write the files into a folder. Raises `Unsound`; then what was written so far is of no use."""
    # `tarfile` asks a stream for nothing but `read`, which no type of it says.
    read: Any = tarfile.open
    try:
        with read(fileobj=_Archive(pieces), mode="r|", bufsize=SEGMENT) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is None:
                    raise Unsound(f"`{member.name}` in it is not a file")
                _write(_below(folder, member.name), content)
    except tarfile.TarError as damaged:
        raise Unsound(f"the archive in it cannot be read: {damaged}") from damaged
    # Only its end says that nothing is missing.
    for _ in pieces:
        pass


def _below(folder: str, name: str) -> Path:
    if name.startswith("/") or ".." in name.split("/"):
        raise Unsound(f"`{name}` in it would lie outside of its folder")
    return Path(folder, name)


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        shutil.copyfileobj(content, stream, SEGMENT)


def digest_of(file: Path) -> str:
    """Of the bytes as they lie there."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(SEGMENT):
            digest.update(piece)
    return f"sha256:{digest.hexdigest()}"


def must_be_signed(envelope: Mapping[str, Any], wanted: Mapping[str, Any], keys: Iterable[str]) -> None:
    """A signature of the envelope is by one of the keys, and says what is wanted. Raises `Unsound`.

    The envelope is DSSE's, the keys are in DER, in base64, as Vault and KMS hand them out.
    """
    payload, kind = b64decode(envelope["payload"]), str(envelope["payloadType"]).encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    signatures = [b64decode(each["sig"]) for each in envelope["signatures"]]
    if not any(_is_by(key, signature, signed) for key in keys for signature in signatures):
        raise Unsound("its signature is by none of the keys that may sign")
    if json.loads(payload) != wanted:
        raise Unsound("it is signed as another model, another version, or with another digest")


def _is_by(key: str, signature: bytes, signed: bytes) -> bool:
    public = load_der_public_key(b64decode(key))
    try:
        match public:
            case Ed25519PublicKey():
                public.verify(signature, signed)
            case EllipticCurvePublicKey():
                public.verify(signature, signed, ECDSA(SHA256()))
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _data_key(header: Mapping[str, Any], way: Mapping[str, str]) -> bytes:
    """What the data key is, by who may open it."""
    wrapped = str(header["key"]["wrapped"])
    if way["kind"] == "vault":
        return _by_vault(wrapped, way)
    kms: Any = import_module("boto3").client("kms", region_name=way["region"])
    context = {"model": header["model"], "version": str(header["version"])}
    errors: Any = import_module("botocore.exceptions")
    try:
        answer = kms.decrypt(KeyId=way["key"], CiphertextBlob=b64decode(wrapped), EncryptionContext=context)
    except (errors.ClientError, errors.BotoCoreError) as refused:
        raise Unsound(f"KMS does not open its data key: {refused}") from refused
    return answer["Plaintext"]


def _by_vault(wrapped: str, way: Mapping[str, str]) -> bytes:
    jwt = Path(way["token_file"]).read_text().strip()
    login = _ask_vault(way, f"auth/{way['auth']}/login", {"role": way["role"], "jwt": jwt}, "")
    body = {"ciphertext": wrapped}
    answer = _ask_vault(way, f"{way['mount']}/decrypt/{way['key']}", body, login["auth"]["client_token"])
    return b64decode(answer["data"]["plaintext"])


def _ask_vault(way: Mapping[str, str], path: str, body: Mapping[str, str], token: str) -> Any:
    headers = {"Content-Type": "application/json", "X-Vault-Request": "true"}
    headers |= {"X-Vault-Token": token} if token else {}
    headers |= {"X-Vault-Namespace": way["namespace"]} if way.get("namespace") else {}
    url = f"{way['address']}/v1/{path}"
    # The address is the environment's: `https`, or loopback.
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    trust = ssl.create_default_context(cadata=way.get("ca") or None) if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE, context=trust) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            said = refused.read().decode(errors="replace").strip()
        raise Unsound(f"Vault refuses `{path}`: {refused.code} {said}") from refused
    except OSError as away:
        raise Unsound(f"Vault does not answer at {way['address']}: {away}") from away


def _fetched(uri: str, folder: str) -> Path:
    if subprocess.call(["/storage-initializer/scripts/initializer-entrypoint", uri, folder]):  # noqa: S603
        sys.exit(f"{uri} could not be fetched; what is above says why.")
    files = [Path(at, name) for at, _, names in os.walk(folder) for name in names if name == FILE]
    if len(files) != 1:
        raise Unsound(f"there is no file `{FILE}`")
    return files[0]


def _open(uri: str, folder: str, wanted: str, told: Mapping[str, Any]) -> None:
    if told.get("envelope"):
        must_be_signed(told["envelope"], told["statement"], told["keys"])
    with tempfile.TemporaryDirectory() as scratch:
        file = _fetched(uri, scratch)
        if (found := digest_of(file)) != wanted:
            raise Unsound(f"it has the digest {found}, not {wanted}")
        with file.open("rb") as stream:
            header, associated = head_of(stream)
            if (header["model"], header["version"]) != (told["model"], told["version"]):
                raise Unsound(f"it was sealed as {header['model']} {header['version']}")
            unpacked(opened(stream, _data_key(header, told["way"]), associated), folder)


def main(uri: str, folder: str, wanted: str, told: str) -> None:
    """Ends with a message if the model cannot be fetched or opened, or is another one."""
    try:
        _open(uri, folder, wanted, json.loads(told))
    except Unsound as reason:
        sys.exit(f"{uri}: {reason}. The server does not start with it.")


if __name__ == "__main__":
    main(*sys.argv[1:])
