"""Audit devices, of which Vault tells in one list."""

from __future__ import annotations

from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.spec import Call


class AuditDevices(TableDriver):
    """One audit device, by its path."""

    def whole(self, call: Call, values: Properties) -> Properties | None:
        """Its part of the list, or None if it is not there."""
        listed = self.document(call, values) or {}
        found: Any = listed.get(f"{values['id']}/")
        return cast("Properties | None", found)
