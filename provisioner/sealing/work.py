"""Sealing and signing, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from environments.model_signature import envelope, signed_bytes, statement
from provisioner.sealing.artifact import seal
from provisioner.sealing.keys import Sealing, Signing
from provisioner.sealing.store import Store, place_of


@dataclass(frozen=True, slots=True)
class Named:
    """One version of a model."""

    model: str
    version: int

    def __str__(self) -> str:
        return f"{self.model} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One version of a model, with what an environment file says of it."""

    named: Named
    digest: str
    uri: str = ""
    """Empty: it is where it was."""
    signature: str = ""
    """Empty: it is not signed."""
    signing_key: str = ""
    key: str = ""
    """What its data key is wrapped by; empty: it was not sealed."""
    files: int = 0
    size: int = 0


def seal_into(store: Store, named: Named, path: Path, sealing: Sealing, signing: Signing | None) -> Artifact:
    """Seal a model, sign it, and put both into the store. Raises `ModelNotRead`, `Refused`.

    It is signed before it is in its place: what lies there has its signature, if it is to have one.
    """
    key = sealing.new(named.model, named.version)
    header = {"model": named.model, "version": named.version, "key": dict(key.wrapped)}
    with store.draft() as draft:
        done = seal(path, draft.stream, header, key.plain)
        place = place_of(named.model, done.digest)
        found = signed(named, done.digest, signing) if signing else Artifact(named=named, digest=done.digest)
        if found.signature:
            said = statement(named.model, named.version, done.digest)
            store.note(place, envelope(said, [found.signature]))
        uri = store.keep(draft, place)
    return replace(found, uri=uri, key=key.wrapped["key"], files=done.files, size=done.size)


def signed(named: Named, digest: str, signing: Signing) -> Artifact:
    """The digest, signed as that of this version. Raises `Refused`."""
    made = signing.sign(signed_bytes(statement(named.model, named.version, digest)))
    return Artifact(named=named, digest=digest, signature=made.value, signing_key=made.key)
