"""One line of the key ring: a key, what needs it, and what its service says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioner.keyring.key import Key
from provisioner.keyring.status import Status
from provisioner.keyring.uses import Need, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with everything that is known of it."""

    key: Key
    status: Status
    uses: tuple[Use, ...] = ()
    seals: tuple[str, ...] = ()
    """The stacks whose secrets it seals, as `<layer> <stack>`."""

    recorded: datetime | None = None
    """When it came into the state."""

    @property
    def created(self) -> datetime | None:
        """When it was made, by its service or else by the record."""
        return self.status.created or self.recorded

    @property
    def needed_by(self) -> tuple[Use, ...]:
        """What cannot do without it."""
        return tuple(use for use in self.uses if use.need is Need.DATA)

    @property
    def next_rotation(self) -> datetime | None:
        """When its material changes by itself the next time; None: it does not."""
        if self.status.deletion and self.status.state == "pending deletion":
            return None
        if self.status.next_rotation or self.key.rotation_days is None:
            return self.status.next_rotation
        last = self.status.rotated or self.created
        return last + timedelta(days=self.key.rotation_days) if last else None

    def age(self, now: datetime) -> int | None:
        """Whole days since it was made."""
        return (now - self.created).days if self.created else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """All keys of an environment."""

    environment: str
    now: datetime
    entries: tuple[Entry, ...]
    sealed: Mapping[str, str]
    """By `<layer> <stack>`: what seals the secrets of each that has some, `passphrase` or an address."""

    notes: Sequence[str] = ()
