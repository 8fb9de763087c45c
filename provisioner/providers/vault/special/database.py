"""Connections to databases, whose plugin follows from what they are connections to."""

from __future__ import annotations

from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.spec import Call

_PLUGIN: Final = "postgresql-database-plugin"


class Connections(TableDriver):
    """One connection."""

    def body(self, call: Call, new: Properties, *, is_first: bool = True) -> dict[str, Any]:
        """What a write sends, with the plugin that Vault does not guess."""
        return {"plugin_name": _PLUGIN, **super().body(call, new, is_first=is_first)}
