"""What Vault says of a transit key, and how it is rotated at once.

Source: Vault API documentation, "Transit secrets engine", "Read key", "Rotate key".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from provisioner.keyring.status import Status
from provisioner.providers.interface import Refused
from provisioner.providers.vault.refusals import NOT_FOUND, rejected
from provisioner.providers.vault.session import Session


class TransitKeys:
    """The keys of transit engines, by `mount/name`. Raises `Refused`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def status(self, id: str) -> Status:
        """The key as it is now."""
        mount, _, name = id.rpartition("/")
        answer = self._session.call("GET", f"{mount}/keys/{name}")
        if answer.status == NOT_FOUND:
            return Status(state="gone")
        if not answer.is_good:
            raise rejected(answer, f"reading key {id}")
        told = answer.data
        made = _made(cast("dict[str, Any]", told.get("keys") or {}))
        newest = int(told.get("latest_version") or max(made, default=1))
        return Status(
            state="enabled",
            created=made.get(1) or min(made.values(), default=None),
            rotated=made.get(newest) if newest > 1 else None,
            versions=newest,
            minimum_version=int(told.get("min_decryption_version") or 1),
        )

    def rotate(self, id: str) -> None:
        """Give the key a new version at once; earlier ones still open what they have encrypted."""
        mount, _, name = id.rpartition("/")
        answer = self._session.call("POST", f"{mount}/keys/{name}/rotate", {}, is_repeatable=False)
        if answer.status == NOT_FOUND:
            raise Refused(f"there is no key {id} in this Vault")
        if not answer.is_good:
            raise rejected(answer, f"rotating key {id}")


def _made(versions: Mapping[str, Any]) -> dict[int, datetime]:
    """When each version was made: a number of those that encrypt, fields of those with a public part."""
    found: dict[int, datetime] = {}
    for number, said in versions.items():
        when: Any = cast("dict[str, Any]", said).get("creation_time") if isinstance(said, dict) else said
        if isinstance(when, str):
            found[int(number)] = datetime.fromisoformat(when).astimezone(UTC)
        elif isinstance(when, (int, float)):
            found[int(number)] = datetime.fromtimestamp(when, UTC)
    return found
