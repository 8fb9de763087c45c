"""Keys in Vault's transit engine: what each is for, and which types are good enough for it.

Which types are too weak: NIST SP 800-57 part 1 rev. 5, table 2 (a modulus of 2048 bits has 112 bits of
security, which SP 800-131A rev. 2 lets end with 2030); keys of 128 bits are half of what CNSA 2.0 asks for
data that has to stay secret for decades. Types: Vault API, "Transit secrets engine", `Create key`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StrictBool, model_validator

from environments.diagnostics import Problem
from environments.quantities import Lasting, Whole, days
from environments.section import Form, Section, named_twice, refused
from environments.short_form import Short

Purpose = Literal["encrypt", "sign", "authenticate"]

KeyType = Literal[
    "aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-3072",
    "rsa-4096", "hmac", "aes128-gcm96", "rsa-2048",
]  # fmt: skip

TYPES: Final[Mapping[Purpose, Sequence[KeyType]]] = MappingProxyType(
    {
        "encrypt": ("aes256-gcm96", "chacha20-poly1305", "rsa-4096", "rsa-3072"),
        "sign": ("ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-3072", "rsa-4096"),
        "authenticate": ("hmac",),
    }
)
"""Purpose -> types that are good enough for it; the first is what a key has if nothing is said."""

_WEAK: Final[Mapping[KeyType, str]] = MappingProxyType(
    {
        "aes128-gcm96": "has 128 bits, too few for what is kept for many years",
        "rsa-2048": "has 112 bits of security, which NIST lets end with 2030",
    }
)

YEAR: Final = timedelta(days=365)

_SIGNING: Final = ("ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521")


class TransitKey(Section):
    """A key that never leaves Vault: what it seals is sealed and opened there."""

    name: Annotated[
        str,
        Form("2 to 40 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`"),
        Field(
            min_length=2,
            max_length=40,
            pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$",
            description="Name of the key: what it protects, such as a class of data. It never changes.",
            examples=["datasets"],
        ),
    ]
    purpose: Annotated[
        Purpose,
        Field(description="What it is for: to encrypt, to sign, or to tell whether something was changed."),
    ] = "encrypt"
    type: Annotated[
        KeyType | None,
        Form("a type of Vault's transit engine, such as `aes256-gcm96` or `ed25519`"),
        Field(
            description="Type of the key; none: `aes256-gcm96`, to sign `ed25519`, to authenticate `hmac`.",
            examples=["aes256-gcm96"],
        ),
    ] = None
    rotation: Annotated[
        timedelta,
        Lasting(timedelta(hours=1), timedelta(days=3650)),  # Vault API, `auto_rotate_period`
        Field(
            description="How often a new version is made; older ones still open what they sealed.",
            examples=["90d"],
        ),
    ] = timedelta(days=90)
    minimum_version: Annotated[
        Whole,
        Field(
            ge=1,
            le=1_000_000,
            description="Oldest version that still opens what it sealed, or whose signatures still hold.",
            examples=[1],
        ),
    ] = 1
    exportable: Annotated[
        StrictBool,
        Field(description="Whether the key may leave Vault; it cannot be taken back."),
    ] = False

    @property
    def kind(self) -> KeyType:
        """The type it has, also where none is written."""
        return self.type or TYPES[self.purpose][0]

    @model_validator(mode="after")
    def _good_enough(self) -> Self:
        good = TYPES[self.purpose]
        if self.type is None or self.type in good:
            return self
        fix = f"write `type: {good[0]}`, or leave it out."
        if why := _WEAK.get(self.type):
            raise refused(Problem.WEAK_KEY, f"`{self.type}` {why}.", fix, at=("type",), because=("purpose",))
        does = "signs" if self.type in _SIGNING else "encrypts" if self.type != "hmac" else "authenticates"
        detail = f"A key of type `{self.type}` {does}, and this one is to {self.purpose}."
        raise refused(Problem.WEAK_KEY, detail, fix, at=("type",), because=("purpose",))


TransitKeys = tuple[Annotated[TransitKey, Short("name", ())], ...]


def each_key_once(keys: Sequence[TransitKey]) -> Sequence[TransitKey]:
    """The keys, no two of which have the same name."""
    for no in named_twice([key.name for key in keys], "{} is the name of another key already."):
        raise no
    return keys


class Limits(Section):
    """How long keys may stay as they are."""

    rotation: Annotated[
        timedelta,
        Lasting(timedelta(days=1), timedelta(days=3650)),
        Field(
            description="Longest time after which every key is rotated, in Vault and in KMS.",
            examples=["365d"],
        ),
    ] = YEAR

    def too_long(self, rotation: timedelta) -> tuple[str, str] | None:
        """Why a rotation is beyond the policy, and what to write instead; None if it is not."""
        if rotation <= self.rotation:
            return None
        detail = (
            f"It would be rotated every {days(rotation)}, and `encryption.vault.limits.rotation` is "
            f"{days(self.rotation)}."
        )
        return detail, f"write `rotation: {days(self.rotation)}` or less, or raise the limit."
