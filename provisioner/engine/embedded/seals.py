"""The sealed values of one stack: whether the keys at hand open them, and how they get another key.

Values that stay as they are keep their ciphertexts from one apply to the next; only here are all of them
sealed anew, and nothing is written before all of them were opened. Versions and backups stay as they were
written: under the key of their time.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from provisioner.engine.embedded.keys import BY_PHRASE, Keys
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.secrets import BlindSealer, BrokenSeal, PassphraseSealer, Sealer
from provisioner.engine.embedded.store import StackStore, Stored
from provisioner.engine.embedded.versions import Update, Versions
from provisioner.engine.failures import PassphraseMissing, PassphraseWrong, StateIsDamaged
from provisioner.engine.interface import Access
from provisioner.engine.sealing import (
    EarlierKey,
    KeyChange,
    Migration,
    Opened,
    Resealed,
    Rotation,
    Sealing,
)
from provisioner.engine.state_failures import (
    KeyRefused,
    NeitherPassphrase,
    NewKeyRefused,
    OperationsAreOpen,
    SamePassphrase,
)

_CANARY: Final = "canary"


class Seals:
    """What seals one stack. Whoever writes holds the lock."""

    def __init__(self, place: Place, store: StackStore, keys: Keys) -> None:
        self._stack = place.stack.partition("/")[2]
        self._name = place.checkpoint
        self._store = store
        self._versions = Versions(place, store)
        self._keys = keys

    def opened(self, newest: int) -> Opened:
        """Open every value of the state, and of so many of its newest versions.

        Raises `PassphraseMissing`, `PassphraseWrong`, `KeyRefused`, and `StateIsDamaged` for a value that the
        right key does not open. That an earlier key is not at hand is no failure: it comes back.
        """
        providers = self._store.secrets()
        sealer = _Counting(self._keys.sealer(self._stack, providers))
        self._store.load(sealer)
        found = sealer.opened
        by = key_in(providers) or self._keys.of_new_states
        if providers is not None or by != BY_PHRASE:  # as long as nothing is sealed, any passphrase is right
            self._prove(sealer, is_new=providers is None)
        versions, earlier = self._history(newest, providers, sealer)
        return Opened(
            by=by,
            secrets=found,
            is_new=providers is None,
            versions=versions,
            earlier=earlier,
        )

    def reseal(self, change: KeyChange, access: Access) -> Resealed:
        """Seal every value with another key; with `Access.READ`, only find out whether that can be done.

        A stack has one key at every moment, whenever this is interrupted, and to do it again goes on. Raises
        what `opened` raises, `OperationsAreOpen`, `NeitherPassphrase`, `SamePassphrase`, `StateNotWritten`.
        """
        providers = self._store.secrets()
        if providers is None:
            return Resealed(sealing=Sealing.NO_SECRETS)
        before = key_in(providers)
        after = change.to if isinstance(change, Migration) else before
        already = Resealed(sealing=Sealing.ALREADY, before=before, after=after)
        if isinstance(change, Migration) and before == after:
            return already
        sealer = _Counting(self._keys.sealer(self._stack, providers))
        stored = self._loaded(sealer, change, providers)
        if stored is None:
            return already
        if stored.pending:
            raise OperationsAreOpen(self._stack, len(stored.pending))
        secrets = sealer.opened
        new = self._new_sealer(change, after)
        self._prove_new(new, is_another=before != after)
        backup = self._written(stored, new, after) if access is Access.WRITE else ""
        return Resealed(sealing=Sealing.ANEW, before=before, after=after, secrets=secrets, backup=backup)

    def _loaded(self, sealer: Sealer, change: KeyChange, providers: Mapping[str, Any]) -> Stored | None:
        """All that is recorded, opened; None if the passphrase is the new one already."""
        try:
            stored = self._store.load(sealer)
            self._prove(sealer, is_new=False)  # also where a key is recorded that seals nothing any more
        except PassphraseWrong:
            if not isinstance(change, Rotation) or change.passphrase is None:
                raise
            try:
                self._prove(PassphraseSealer(self._stack, change.passphrase, _salt(providers)), is_new=False)
            except PassphraseWrong as neither:
                raise NeitherPassphrase(self._stack) from neither
            return None
        return stored

    def _new_sealer(self, change: KeyChange, after: str) -> Sealer:
        if after != BY_PHRASE or isinstance(change, Migration):
            return self._keys.new_sealer(self._stack, after)
        if change.passphrase is None:
            return PassphraseSealer(self._stack, self._keys.passphrase)
        if change.passphrase() == self._keys.passphrase():
            raise SamePassphrase(self._stack)
        return PassphraseSealer(self._stack, change.passphrase)

    def _prove_new(self, sealer: Sealer, *, is_another: bool) -> None:
        try:
            self._prove(sealer, is_new=True)
        except KeyRefused as refused:
            if not is_another:
                raise
            raise NewKeyRefused(refused.stack, refused.key, refused.reason, refused.code) from refused

    def _prove(self, sealer: Sealer, *, is_new: bool) -> None:
        """Seal a canary, which gets the key or proves it. A cloud's new key must open what it has sealed."""
        try:
            sealed = sealer.seal(_CANARY)
            providers = sealer.state()
            if is_new and key_in(providers) != BY_PHRASE:
                self._keys.sealer(self._stack, providers).open(sealed)
        except BrokenSeal as broken:
            raise StateIsDamaged(self._name, str(broken)) from broken

    def _written(self, stored: Stored, sealer: Sealer, after: str) -> str:
        began = time.time()
        backup = self._store.back_up()
        self._store.compact(stored.snapshot, (), sealer)
        message = f"secrets sealed anew with {'a passphrase' if after == BY_PHRASE else after}"
        self._versions.keep(Update(kind="import", began=began, message=message, changes={}))
        return backup

    def _history(
        self, newest: int, providers: Mapping[str, Any] | None, sealer: Sealer
    ) -> tuple[int, tuple[EarlierKey, ...]]:
        """How many versions were opened, and the keys of those that have another one than the state."""
        now = json.dumps(providers, sort_keys=True)
        known: dict[str, Sealer] = {now: sealer}
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        closed: set[str] = set()

        def sealer_for(secrets: Mapping[str, Any] | None) -> Sealer:
            named = json.dumps(secrets, sort_keys=True) if secrets else now
            numbers[named].append(version.number)
            if named not in known:
                known[named] = self._keys.sealer(self._stack, secrets)
            return BlindSealer(self._stack, secrets) if named in closed else known[named]

        for version in self._versions.newest(newest):
            try:
                self._versions.opened(version.number, sealer_for)
            except (PassphraseMissing, PassphraseWrong, KeyRefused):
                closed.add(next(named for named, those in numbers.items() if version.number in those))
        earlier = tuple(
            EarlierKey(key_in(known[named].state()), tuple(sorted(those)), named not in closed)
            for named, those in numbers.items()
            if named != now
        )
        return sum(len(those) for named, those in numbers.items() if named not in closed), earlier


class _Counting:
    """A sealer that counts what it opens."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self.opened = 0

    def state(self) -> Mapping[str, Any] | None:
        return self._sealer.state()

    def seal(self, plaintext: str) -> str:
        return self._sealer.seal(plaintext)

    def open(self, ciphertext: str) -> str:
        self.opened += 1
        return self._sealer.open(ciphertext)


def key_in(providers: Mapping[str, Any] | None) -> str:
    """`passphrase`, or the address of a cloud's key; empty for none."""
    match providers:
        case {"type": "cloud", "state": {"url": str(url)}}:
            return url
        case {"type": str(kind)}:
            return kind
        case _:
            return ""


def _salt(providers: Mapping[str, Any]) -> str:
    return str(providers["state"]["salt"])
