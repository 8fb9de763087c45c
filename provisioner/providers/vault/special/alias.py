"""Aliases: what an auth method calls an entity or a group. Vault finds the owner, and tells them there."""

from __future__ import annotations

from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.vault.driver import TableDriver


class Aliases(TableDriver):
    """One alias."""

    def sought(self, new: Properties) -> str | None:
        """The id of the alias with this name at this mount, if there is one. Raises `Refused`."""
        assert self.spec.look is not None, "aliases are looked for"
        owner = self.document(self.spec.look, new) or {}
        held = [owner.get("alias"), *cast("list[Any]", owner.get("aliases") or [])]
        for each in cast("list[dict[str, Any]]", [alias for alias in held if alias]):
            if (each.get("name"), each.get("mount_accessor")) == (new.get("name"), new.get("mountAccessor")):
                return str(each.get("id"))
        return None
