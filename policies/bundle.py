"""What a verified bundle says it has: the lock of an air gap.

Given to rules as `bundle_lock`: `id`, `verified`, `expires` (a day), `sequence` and `installed_sequence`, and
`artifacts`, each with `name`, `version`, `digest` and `kind`: `image`, `chart`, `manifests`, `machine_image`,
`plugin`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from policies.scene import Facts


@dataclass(frozen=True, slots=True)
class Lock:
    """A bundle's lock, as far as it can be read."""

    fields: Mapping[str, Any]

    @property
    def is_verified(self) -> bool:
        """Whether its signatures and digests were checked."""
        return self.fields.get("verified") is True

    def is_expired(self, today: date) -> bool:
        """Whether its last day is over; one without a last day is."""
        last = self.fields.get("expires")
        if isinstance(last, str):
            try:
                last = date.fromisoformat(last)
            except ValueError:
                return True
        return not isinstance(last, date) or last < today

    @property
    def is_older(self) -> bool:
        """Whether a newer bundle was loaded before."""
        own, installed = self.fields.get("sequence"), self.fields.get("installed_sequence", 0)
        return not (isinstance(own, int) and isinstance(installed, int) and own >= installed)

    def artifacts(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """What it has of a kind."""
        items = self.fields.get("artifacts")
        for item in cast("list[Any]", items) if isinstance(items, list) else []:
            if isinstance(item, dict) and cast("dict[str, Any]", item).get("kind") == kind:
                yield cast("dict[str, Any]", item)

    def has(self, kind: str, **wanted: str) -> bool:
        """Whether it has an artifact of a kind with these fields."""
        return any(
            all(each.get(key) == value for key, value in wanted.items()) for each in self.artifacts(kind)
        )


def lock(facts: Facts) -> Lock | None:
    """The lock; None if nobody gave one."""
    given = facts.given.get("bundle_lock")
    return Lock(cast("Mapping[str, Any]", given)) if isinstance(given, dict) else None
