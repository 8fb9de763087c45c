"""Mounts of secrets engines and auth methods: tuned and moved, so that what is in them stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Identity, Object, Refused
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.paths import put
from provisioner.providers.vault.spec import NAMESPACE, Call, Field
from provisioner.providers.vault.waiting import Pauses

_REMOUNT: Final = Call("sys/remount", repeatable=False)
_MOVED_WITHIN: Final = 60.0
"""Seconds. Leases are revoked on the way; Vault's own CLI waits without an end."""


class Mounts(TableDriver):
    """A mount, by its path."""

    above: str = ""
    """What Vault writes before the path of such a mount where it may be either kind."""

    def read(self, identity: Identity) -> Object | None:
        """The mount as it is now, or None if it is gone."""
        return super().read(replace(identity, id=_where(identity.id, identity.outputs)))

    def update(self, old: Object, new: Properties) -> Object:
        """Move it if its path changes, then tune what else differs."""
        before, path = _where(old.id, old.outputs), str(new["path"]).strip("/")
        if path != before:
            self._move(before, path, new)
        there = {"path": path}
        return super().update(Object(path, {**old.inputs, **there}, {**old.outputs, **there}), new)

    def delete(self, old: Object) -> None:
        """Remove it with everything in it."""
        super().delete(replace(old, id=_where(old.id, old.outputs)))

    def write(self, values: Properties, old: Object, new: Properties, rows: Sequence[Field]) -> None:  # noqa: ARG002 - a tuning is of what differs
        """Tune what differs: the whole is no longer Vault's to take."""
        rows = [row for row in rows if row.prop != "path"]
        if not rows:
            return
        body: dict[str, Any] = {}
        for row in rows:
            value = new.get(row.prop)
            put(body, row.parameter, row.reset if value is None else row.codec.encode(value))
        structure: Any = body.pop("config", {})
        assert self.spec.update is not None, "mounts are tuned"
        self.done(self.spec.update, values, {**body, **cast("dict[str, Any]", structure)})

    def _move(self, before: str, after: str, new: Properties) -> None:
        inside = {NAMESPACE: new.get(NAMESPACE)}
        body = {"from": f"{self.above}{before}", "to": f"{self.above}{after}"}
        answer = self.done(_REMOUNT, inside, body)
        told = answer.data or answer.body
        asking = Call(f"sys/remount/status/{told.get('migration_id')}", "GET")
        pauses = Pauses(self.session.clock, self.session.clock.now())
        while (status := self._status(asking, inside)) == "in-progress":
            if not pauses.made(_MOVED_WITHIN):
                raise Refused(f"moving {before} to {after} was not done within {_MOVED_WITHIN:g} s")
        if status != "success":
            raise Refused(f"Vault could not move {before} to {after}: {status or 'it does not say why'}")

    def _status(self, asking: Call, inside: Properties) -> str:
        document = self.document(asking, inside) or {}
        info = cast("dict[str, Any]", document.get("migration_info") or {})
        return str(info.get("status") or "")


def _where(id: str, outputs: Properties) -> str:
    """The path at which it is: Pulumi's protocol has no way to say that an update has given it another id."""
    return str(outputs.get("path") or id).strip("/")


class AuthMounts(Mounts):
    """An auth method, by its path below `auth/`."""

    above = "auth/"
