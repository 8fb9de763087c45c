"""Secret ids of AppRole: Vault makes one up and tells it once, or is given one that somebody has made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.vault.catalog.auth import CUSTOM
from provisioner.providers.vault.driver import TableDriver
from provisioner.providers.vault.spec import Call
from provisioner.providers.vault.transport import Answer


class SecretIds(TableDriver):
    """One secret id."""

    def done(
        self,
        call: Call,
        values: Properties,
        body: Mapping[str, Any] | None = None,
        *,
        gone_is_good: bool = False,
    ) -> Answer:
        """The answer of a call, made where it is for such a secret id. Raises `Refused`."""
        chosen = CUSTOM if call is self.spec.create and values.get("secretId") else call
        return super().done(chosen, values, body, gone_is_good=gone_is_good)
