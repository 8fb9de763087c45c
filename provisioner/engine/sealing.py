"""What is asked about the secrets of a stack and their key, and what comes back."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rotation:
    """A new key of the same kind: another passphrase, or another data key under the same key of a cloud."""

    passphrase: Callable[[], str] | None
    """The new one; asked for when a stack is sealed with one. None: the one there is, with a new salt."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A key of another kind, or another key of a cloud."""

    to: str
    """`passphrase`, or the address of a cloud's key as it is recorded."""


KeyChange = Rotation | Migration


class Sealing(enum.Enum):
    """What a change of the key is for one stack."""

    NO_SECRETS = "it has no secrets"
    ALREADY = "the key is the new one already"
    ANEW = "its secrets are sealed anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """What became of one stack, or would."""

    sealing: Sealing
    before: str = ""
    """What has sealed its secrets: `passphrase`, or the address of a cloud's key; empty: it has none."""

    after: str = ""
    secrets: int = 0
    """How many values are sealed anew."""

    backup: str = ""
    """Where the state before lies, still sealed with the old key; empty if nothing was written."""


@dataclass(frozen=True, slots=True)
class EarlierKey:
    """A key that some versions of a state are sealed with, and the state itself is not any more."""

    by: str
    versions: tuple[int, ...]
    opens: bool
    """Whether what was given for this command opens them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A stack whose secrets could all be opened."""

    by: str
    """What seals them: `passphrase`, or the address of a cloud's key."""

    secrets: int
    """How many values in the state and its journal; 0 also where nothing was ever sealed."""

    is_new: bool
    """Whether nothing was ever sealed, so that `by` is what will seal the first."""

    versions: int
    """How many versions were opened, too."""

    earlier: tuple[EarlierKey, ...] = ()
