"""How models are sealed and signed beside the rest of an environment; whether their signatures hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.encryption import Encryption
from environments.model_signature import is_by, statement
from environments.model_sources import Source
from environments.model_store import ModelStore
from environments.section import refused

if TYPE_CHECKING:  # few environments have a Vault
    from environments.vault_keys import KeyType, Purpose, TransitKey

SIGNING: Final = "signing"
"""The transit key that signs models."""

At = tuple[str | int, ...]


OF_MODELS: Final = "model-"
"""How the transit keys of models begin."""


def key_of(model: str) -> str:
    """The transit key that the versions of a model are sealed by."""
    return f"{OF_MODELS}{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a model, and where its artifact is written."""

    model: str
    number: int
    source: Source
    at: At


def store_of(
    store: ModelStore, encryption: Encryption | None, cloud: str | None, replicas: Sequence[object]
) -> Iterator[PydanticCustomError]:
    """Why models cannot be sealed or signed like that, in such an environment."""
    if store.signing_keys and not store.signed_by:
        detail = "These keys tell whose signatures count, and nothing says that models are signed."
        fix = "add `signed_by: vault` or `signed_by: kms`, or remove `signing_keys`."
        at, because = ("signing_keys",), ("signed_by",)
        yield refused(Problem.CONTRADICTION, detail, fix, at=at, because=because)
    if encryption is None:
        return  # it is wrong itself
    for name, keeper in (("sealed_by", store.sealed_by), ("signed_by", store.signed_by)):
        if keeper == "kms" and cloud == "none":
            detail = "A key of KMS is one of AWS, and `cloud: none` has nothing of AWS."
            fix = f"write `{name}: vault`."
            yield refused(Problem.CONTRADICTION, detail, fix, at=(name,), because=("cloud",))
        if keeper == "vault" and encryption.vault is None:
            detail = "The key is one of Vault's transit engine, and no Vault is named."
            fix = "add `encryption: {vault: {address: …}}`, or write `kms`."
            yield refused(Problem.MISSING, detail, fix, at=(name,), because=("encryption.vault",))
    if store.sealed_by == "kms" and replicas and not encryption.kms.multi_region:
        detail = (
            "Each region has keys of its own, so what is sealed for the first one could not be opened in the "
            "others, which get copies of it."
        )
        fix = "write `encryption: {kms: {multi_region: true}}`, or `sealed_by: vault`."
        because = ("replicas", "encryption.kms.multi_region")
        yield refused(Problem.CONTRADICTION, detail, fix, at=("sealed_by",), because=because)
    if store.signed_by == "vault" and encryption.vault:
        yield from _key(encryption.vault.transit, SIGNING, "sign", "ed25519", ("signed_by",))


def versions_of(
    version: Version, store: ModelStore, transit: Sequence[TransitKey]
) -> Iterator[PydanticCustomError]:
    """Why a version is not sealed or signed as the environment's models have to be."""
    source, at = version.source, version.at
    if source.sealed:
        yield from _sealed(version, store, transit)
    elif store.sealed_by and source.scheme == "store":
        detail = f"`{source.uri}` lies in the environment's store as it is, where models are sealed."
        seal = f"provisioner model seal ENV {version.model} {version.number} PATH"
        fix = f"type `{seal}`, and write what it prints."
        because = ("model_store.sealed_by",)
        yield refused(Problem.CONTRADICTION, detail, fix, at=(*at, "uri"), because=because)
    yield from _signed(version, store)


def _sealed(
    version: Version, store: ModelStore, transit: Sequence[TransitKey]
) -> Iterator[PydanticCustomError]:
    at = (*version.at, "sealed")
    if store.sealed_by is None:
        detail = "Nothing says which keys models of this environment are sealed by."
        fix = "add `model_store: {sealed_by: vault}` or `{sealed_by: kms}`, or remove `sealed`."
        yield refused(Problem.MISSING, detail, fix, at=at, because=("model_store.sealed_by",))
    if version.source.scheme not in ("store", "s3"):
        detail = f"What is sealed lies in an object store; `{version.source.uri}` is fetched from none."
        fix = "write `store://…` or `s3://…`, or remove `sealed`."
        yield refused(Problem.CONTRADICTION, detail, fix, at=at, because=(_dotted(*version.at, "uri"),))
    if store.sealed_by == "kms" and version.source.scheme == "s3":
        detail = "Servers have a role for keys of KMS beside the environment's own store, and none elsewhere."
        fix = "write `store://…`, or `model_store: {sealed_by: vault}`."
        because = ("model_store.sealed_by",)
        yield refused(Problem.CONTRADICTION, detail, fix, at=(*version.at, "uri"), because=because)
    if store.sealed_by == "vault":
        yield from _key(transit, key_of(version.model), "encrypt", "aes256-gcm96", at)


def _key(
    transit: Sequence[TransitKey], name: str, purpose: Purpose, kind: KeyType, at: At
) -> Iterator[PydanticCustomError]:
    """A transit key that is needed and is not there, or is one for something else."""
    found = next((key for key in transit if key.name == name), None)
    because = ("encryption.vault.transit",)
    written = name if purpose == "encrypt" else f"{{name: {name}, purpose: {purpose}}}"
    if found is None:
        detail = f"Vault would have no key `{name}` for it."
        fix = f"add `{written}` to `encryption.vault.transit`."
        yield refused(Problem.UNKNOWN_NAME, detail, fix, at=at, because=because)
    elif found.kind != kind:
        detail = f"The transit key `{name}` is of type `{found.kind}`, and this takes one of type `{kind}`."
        fix = f"write `{written}` in `encryption.vault.transit`."
        yield refused(Problem.CONTRADICTION, detail, fix, at=at, because=because)


def _signed(version: Version, store: ModelStore) -> Iterator[PydanticCustomError]:
    source = version.source
    sign = f"provisioner model sign ENV {version.model} {version.number} {source.digest}"
    at, because = (*version.at, "signature"), ("model_store.signed_by", "model_store.signing_keys")
    if not store.signed_by:
        if source.signature:
            detail = "Nothing says whose signatures count."
            fix = "add `model_store: {signed_by: …}`, or remove `signature`."
            yield refused(Problem.CONTRADICTION, detail, fix, at=at, because=because)
    elif not source.signature:
        detail = f"Models of this environment are signed, and version {version.number} of `{version.model}` "
        detail += "has no signature: no cluster would let its servers in."
        fix = f"type `{sign}`, and write what it prints."
        because = (*because, _dotted(*at))
        yield refused(Problem.MISSING, detail, fix, at=version.at, because=because)
    elif not store.signing_keys:
        detail = "Nothing says whose signatures count."
        fix = f"write the key that `{sign}` prints into `model_store.signing_keys`."
        yield refused(Problem.MISSING, detail, fix, at=at, because=because)
    elif not _holds(version, store.signing_keys):
        detail = (
            f"It is by none of `model_store.signing_keys`, or not of this digest as version {version.number} "
            f"of `{version.model}`."
        )
        because = (*because, _dotted(*version.at, "digest"))
        fix = f"if these are the right bytes, type `{sign}`, and write what it prints."
        yield refused(Problem.SIGNATURE, detail, fix, at=at, because=because)


def _holds(version: Version, keys: Sequence[str]) -> bool:
    said = statement(version.model, version.number, version.source.digest)
    signature = version.source.signature
    return signature is not None and any(is_by(key, signature, said) for key in keys)


def _dotted(*at: str | int) -> str:
    return ".".join(map(str, at))
