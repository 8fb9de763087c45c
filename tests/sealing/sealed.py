"""Models for tests, sealed, and keys that are those of a Vault in memory."""

import io
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from components.fetch_sealed_model import head_of, opened, unpacked
from provisioner.engine.model_failures import KeyIsNotThere
from provisioner.providers.interface import Refused
from provisioner.sealing.artifact import seal

KEY = bytes(range(32))
HEADER = {
    "model": "ranker",
    "version": 17,
    "key": {"kind": "vault", "key": "t/model-ranker", "wrapped": "vault:v1:x"},
}
SEGMENT = 1 << 20


def made(folder, **files):
    """A folder with these files; `__` in a name is a `/`."""
    for name, content in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def sealed(path, key=KEY, header=HEADER):
    """The bytes of a sealed model."""
    into = io.BytesIO()
    seal(path, into, header, key)
    return into.getvalue()


def opened_into(folder, content, key=KEY):
    """Its files, opened into a folder; raises `Unsound`."""
    stream = io.BytesIO(content)
    _, associated = head_of(stream)
    unpacked(opened(stream, key, associated), str(folder))
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


class FakeTransit:
    """What Vault answers that has these keys: it wraps by writing the key's name before what it wraps."""

    def __init__(self, *names):
        self.names = names
        self.private = Ed25519PrivateKey.from_private_bytes(KEY)
        self.asked = []

    def __call__(self, method, path, body):
        self.asked.append((method, path))
        mount, *way, key = path.removeprefix("prod/").split("/")
        assert mount == "transit"
        if key not in self.names:
            raise KeyIsNotThere(key, is_written=False)
        match way:
            case ["datakey", "plaintext"]:
                assert body == {"bits": 256}
                return {"plaintext": b64encode(KEY).decode(), "ciphertext": self._wrapped(key)}
            case ["decrypt"]:
                if body["ciphertext"] != self._wrapped(key):
                    raise Refused("Vault: cipher: message authentication failed", code="Vault400")
                return {"plaintext": b64encode(KEY).decode()}
            case ["sign"]:
                value = b64encode(self.private.sign(b64decode(body["input"]))).decode()
                return {"signature": f"vault:v3:{value}"}
            case ["keys"]:
                raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
                return {"keys": {"3": {"public_key": b64encode(raw).decode()}}}

    def _wrapped(self, key):
        return f"vault:v1:{b64encode(key.encode()).decode()}"
